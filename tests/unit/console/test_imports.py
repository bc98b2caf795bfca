"""`tandem import` on an installation of fakes."""

from pathlib import Path

import pytest

from service.console import imports
from service.console.exit_codes import ExitCode
from service.fhir.json import dumps
from tests.unit.console.running import Desk
from tests.unit.intake.charts import a_chart, bundle, care_plan, order, patient, practitioner


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    path = tmp_path / "chart.json"
    path.write_text(dumps(a_chart()), encoding="utf-8")
    return path


def test_a_file_becomes_a_plan_once(desk: Desk, chart: Path) -> None:
    made = desk.type("import", "--file", str(chart), "--zone", "Europe/Berlin", "--author", "me", "--json")
    assert (made.code, made.document["outcome"], made.document["author"]) == (ExitCode.DONE, "made", "me")
    plan = desk.type("plan", "show", made.document["plan_id"], "--json").document["plan"]
    assert plan["title"] == "Psychiatry care plan"
    again = desk.type("import", "--file", str(chart))
    assert again.code == ExitCode.DONE
    assert "already, which stays as it is" in again.out


def test_a_person_reads_what_was_placed_what_was_not_and_the_lists(desk: Desk, chart: Path) -> None:
    said = desk.type("import", "--file", str(chart), "--title", "By hand")
    assert said.code == ExitCode.DONE
    for words in ("made plan", "Not placed", "does not say the zone", "Penicillin", "Sertraline", "Rash"):
        assert words in said.out


def test_an_import_is_shown_again_by_its_id_or_its_plans(desk: Desk, chart: Path) -> None:
    made = desk.type("import", "--file", str(chart), "--json").document
    for name in (made["id"], made["plan_id"]):
        assert desk.type("import", "show", name, "--json").document == made
    assert "made plan" in desk.type("import", "show", made["id"]).out
    assert desk.type("import", "show", "nothing").code == ExitCode.NOT_FOUND


def test_a_chart_that_lacks_something_ends_with_work_left(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "lacking.json"
    lacking = bundle(patient(), practitioner("a"), practitioner("b"), care_plan(author={"display": "x"}))
    path.write_text(dumps(lacking), encoding="utf-8")
    said = desk.type("import", "--file", str(path))
    assert said.code == ExitCode.WORK_LEFT
    assert "lacks an author" in said.out


def test_a_person_reads_where_the_lists_are_incomplete_and_what_must_not_be_given(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "forbidden.json"
    chart = bundle(patient(), practitioner(), care_plan(), order(doNotPerform=True))
    path.write_text(dumps(chart), encoding="utf-8")
    said = desk.type("import", "--file", str(path)).out
    for words in ("must not be given", "may be incomplete", "MedicationRequest.doNotPerform"):
        assert words in said


def test_a_title_that_a_plan_cannot_hold_is_refused_by_its_name(desk: Desk, chart: Path) -> None:
    refused = desk.type("import", "--file", str(chart), "--title", "a\u202eb", "--json")
    assert (refused.code, set(refused.refusals)) == (ExitCode.REFUSED, {"title"})


def test_many_of_one_reason_are_shown_as_a_few_and_a_number(desk: Desk, tmp_path: Path) -> None:
    orders = [order(f"o{n}", dosageInstruction=[{"text": "as directed"}]) for n in range(9)]
    path = tmp_path / "many.json"
    path.write_text(dumps(bundle(patient(), practitioner(), care_plan(), *orders)), encoding="utf-8")
    assert "and 4 more" in desk.type("import", "--file", str(path)).out.replace("\n", " ")


@pytest.mark.parametrize(
    "words", [(), ("--patient", "1", "--file", "-"), ("--patient", "1", "--coverage", ".")]
)
def test_exactly_one_source_is_named(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("import", *words).code == ExitCode.USAGE


def test_a_patient_needs_an_ehr(desk: Desk) -> None:
    assert desk.type("import", "--patient", "1").code == ExitCode.USAGE


def test_a_file_that_is_none_or_too_large_is_refused_with_the_reason(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    path.write_text("{", encoding="utf-8")
    assert desk.type("import", "--file", str(path)).code == ExitCode.REFUSED
    path.write_text('{"resourceType": "Patient"}', encoding="utf-8")
    refused = desk.type("import", "--file", str(path), "--json")
    assert (refused.code, set(refused.refusals)) == (ExitCode.REFUSED, {"resourceType"})
    monkeypatch.setattr(imports, "LARGEST_FILE", 5)
    assert set(desk.type("import", "--file", str(path), "--json").refusals) == {"Bundle"}


def test_a_folder_is_counted_by_type_and_reason_and_nothing_is_kept(desk: Desk, tmp_path: Path) -> None:
    for folder in ("loose", "whole"):
        (tmp_path / folder).mkdir()
    (tmp_path / "whole" / "chart.json").write_text(dumps(a_chart()), encoding="utf-8")
    resources = [patient(), practitioner(), order(), order("lost", subject={"reference": "Patient/gone"})]
    for one in (*resources, {"resourceType": "CapabilityStatement"}):
        (tmp_path / "loose" / f"{one.get('id', 'x')}.json").write_text(dumps(one), encoding="utf-8")
    said = desk.type("import", "--coverage", str(tmp_path), "--zone", "Europe/Berlin", "--json").document
    assert (said["charts"], said["plans"]) == (2, 2)
    assert {"type": "MedicationRequest", "placed": 2, "beside": 0, "listed": 1} in said["types"]
    assert {"type": "AllergyIntolerance", "placed": 0, "beside": 1, "listed": 0} in said["types"]
    reason = "is of a patient who is not among the files"
    assert {"type": "MedicationRequest", "reason": reason, "resources": 1} in said["reasons"]
    assert desk.type("plan", "list", "--json").document["plans"] == []
    assert (
        "| MedicationRequest | 2 | 0 | 1 |"
        in desk.type("import", "--coverage", str(tmp_path), "--zone", "Europe/Berlin").out
    )
