"""`tandem validate`: what is wrong as FHIR is told with its path, for a plan that is kept and for a file."""

from pathlib import Path

import pytest

from service.console.exit_codes import ExitCode
from service.document import person_to_document, plan_to_document
from service.fhir.json import JsonObject, dumps
from service.fhir.outcome import OutcomeIssue, Severity
from tests.builders import DIRECTORY, a_plan, the_full_plan
from tests.unit.console.running import Desk

PLAN = plan_to_document(the_full_plan())


class Strict:
    """A server that finds fault with every Goal, and warns about everything."""

    def validate(self, resource: JsonObject) -> tuple[OutcomeIssue, ...]:
        warning = OutcomeIssue(severity=Severity.WARNING, code="business-rule", diagnostics="hm")
        error = OutcomeIssue(
            severity=Severity.ERROR, code="invalid", diagnostics="no", expression=("Goal.target",)
        )
        return (warning, error) if resource["resourceType"] == "Goal" else (warning,)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    people = [person_to_document(one) for one in DIRECTORY.values()]
    path.write_text(dumps({"people": people, "plan": PLAN}), encoding="utf-8")
    return path


def test_a_plan_without_fault_passes_kept_or_not(desk: Desk, file: Path) -> None:
    before = desk.type("validate", str(file), "--json")
    desk.type("plan", "new", str(file))
    after = desk.type("validate", PLAN["id"], "--json")
    assert (before.code, after.code) == (ExitCode.DONE, ExitCode.DONE)
    assert before.document == after.document
    assert before.document["findings"] == []
    assert before.document["resources"] > 30
    assert "0 problem(s)" in desk.type("validate", PLAN["id"]).out


def test_a_file_is_checked_without_a_database(desk: Desk, file: Path) -> None:
    desk.installation.current = False
    assert desk.type("validate", str(file)).code == ExitCode.DONE
    assert desk.installation.upgrades == 0


def test_whom_a_file_does_not_bring_is_looked_up(desk: Desk, file: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.json"
    alone.write_text(dumps(plan_to_document(a_plan(id="plan-2"))), encoding="utf-8")
    refused = desk.type("validate", str(alone), "--json")
    assert refused.code == ExitCode.REFUSED
    assert refused.refusals["author"] == "names nobody in the file or the directory"
    desk.type("plan", "new", str(file))
    assert desk.type("validate", str(alone)).code == ExitCode.DONE


def test_what_the_server_finds_is_told_and_its_warnings_are_not(desk: Desk, file: Path) -> None:
    desk.installation.ehr_url, desk.installation.chart = "http://chart", Strict()
    said = desk.type("validate", str(file), "--ehr", "--json")
    assert said.code == ExitCode.REFUSED
    assert {(one["type"], one["by"], one["path"]) for one in said.document["findings"]} == {
        ("Goal", "server", "Goal.target")
    }
    assert "Goal.target" in desk.type("validate", str(file), "--ehr").out


def test_without_an_ehr_none_is_asked(desk: Desk, file: Path) -> None:
    said = desk.type("validate", str(file), "--ehr")
    assert said.code == ExitCode.USAGE
    assert "TANDEM_EHR_URL" in said.err


def test_a_plan_that_is_neither_kept_nor_a_file_is_not_found(desk: Desk) -> None:
    assert desk.type("validate", "nope").code == ExitCode.NOT_FOUND
