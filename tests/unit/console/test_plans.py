"""`tandem plan`: what is loaded is kept whole or not at all, and comes out as it went in."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.console.exit_codes import ExitCode
from service.console.plan_file import LARGEST_FILE
from service.document import person_to_document, plan_to_document
from service.domain.sharing import without_unshared
from service.fhir.json import JsonObject, dumps
from tests.builders import DIRECTORY, PSYCHIATRIST, a_plan, the_full_plan, uid
from tests.unit.console.running import Desk

PEOPLE = [person_to_document(one) for one in DIRECTORY.values()]
PLAN = plan_to_document(the_full_plan())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, {"people": PEOPLE, "plan": PLAN})


def written(folder: Path, document: Any) -> Path:
    path = folder / "plan.json"
    path.write_text(document if isinstance(document, str) else dumps(document), encoding="utf-8")
    return path


def test_a_plan_with_its_people_is_kept_in_one_piece(desk: Desk, file: Path) -> None:
    said = desk.type("plan", "new", str(file))
    assert (said.code, said.out) == (ExitCode.DONE, f"kept plan {PLAN['id']} at revision 1\n")
    with desk.installation.storage.begin(write=False) as work:
        assert plan_to_document(work.plans.head(PLAN["id"]).plan) == PLAN
        assert work.people.get(PSYCHIATRIST.id) == PSYCHIATRIST
        assert work.plans.head(PLAN["id"]).author == PLAN["author"]


def test_who_loads_a_plan_can_be_named(desk: Desk, file: Path) -> None:
    assert desk.type("plan", "new", str(file), "--author", "import", "--json").document["author"] == "import"


def test_a_plan_alone_finds_its_people_in_the_directory(desk: Desk, tmp_path: Path, file: Path) -> None:
    desk.type("plan", "new", str(file))
    other = plan_to_document(a_plan(id="plan-2"))
    assert desk.type("plan", "new", str(written(tmp_path, other))).code == ExitCode.DONE


def test_a_refused_plan_leaves_its_people_out_too(desk: Desk, tmp_path: Path) -> None:
    path = written(tmp_path, {"people": PEOPLE[:1], "plan": PLAN})
    said = desk.type("--json", "plan", "new", str(path))
    assert said.code == ExitCode.REFUSED
    assert "names nobody in the directory" in said.refusals.values()
    with desk.installation.storage.begin(write=False) as work:
        assert not work.people.many([PEOPLE[0]["id"]])


def test_loading_a_plan_twice_is_a_conflict(desk: Desk, file: Path) -> None:
    desk.type("plan", "new", str(file))
    said = desk.type("plan", "new", str(file))
    assert (said.code, said.out) == (ExitCode.CONFLICT, "")
    assert PLAN["id"] in said.err


def with_plan(**changes: Any) -> JsonObject:
    return {"people": PEOPLE, "plan": {**PLAN, **changes}}


def with_member(group: str, **changes: Any) -> JsonObject:
    return with_plan(**{group: [{**PLAN[group][0], **changes}, *PLAN[group][1:]]})


def with_dose(value: Any, unit: str = "mg") -> JsonObject:
    return with_member("medications", dosage=[{"dose": {"value": value, "unit": unit}, "as_needed": True}])


def with_times(start: str, end: str) -> JsonObject:
    return with_member("appointments", start=f"2026-03-30T{start}", end=f"2026-03-30T{end}")


DOSE, MEETING = "plan.medications[0].dosage[0].dose", "plan.appointments[0]"
BAD = {
    "an impossible dose": (with_dose(50_000), f"{DOSE}.value"),
    "a dose below zero": (with_dose(-5), f"{DOSE}.value"),
    "a unit that is none": (with_dose(5, "spoon"), f"{DOSE}.unit"),
    "an appointment without a zone": (with_member("appointments", zone="here"), f"{MEETING}.zone"),
    "an offset that is missing": (with_times("10:00:00", "10:50:00Z"), f"{MEETING}.start"),
    "an end before the start": (with_times("10:50:00Z", "10:00:00Z"), f"{MEETING}.end"),
    "an unknown code": (with_member("goals", status="bogus"), "plan.goals[0].status"),
    "a NUL": (with_plan(title="a\x00b"), "plan.title"),
    "a reference to no item": (with_member("medications", supports=["x"]), "plan.medications[0].supports[0]"),
    "a reference to nobody": (with_plan(author="nobody"), "author"),
    "an unknown field": (with_plan(favourite="x"), "plan.?"),
    "a missing field": ({"people": PEOPLE, "plan": {"id": "p"}}, "plan.title"),
    "people that are no list": ({"people": {}, "plan": PLAN}, "people"),
    "a person without a name": ({"people": [{"id": "x"}], "plan": PLAN}, "people[0].family_name"),
    "one person twice": ({"people": [*PEOPLE, PEOPLE[0]], "plan": PLAN}, f"people[{len(PEOPLE)}]"),
    "a member beside the two": ({"people": PEOPLE, "plan": PLAN, "x": 1}, "?"),
    "a plan that is a list": ({"people": PEOPLE, "plan": []}, "plan"),
    "a document of nothing": ({}, "title"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_and_the_field_named(desk: Desk, tmp_path: Path, name: str) -> None:
    document, field = BAD[name]
    said = desk.type("plan", "new", str(written(tmp_path, document)), "--json")
    assert said.code == ExitCode.REFUSED
    assert field in said.refusals
    assert desk.type("plan", "list", "--json").document["plans"] == []
    for held in ("Sørensen", "Maja", "MRN-4711"):
        assert held not in said.out + said.err


def test_several_things_that_are_wrong_are_told_at_once(desk: Desk, tmp_path: Path) -> None:
    document = {"people": [{"id": "x"}], "plan": {**PLAN, "status": "bogus", "title": ""}, "more": 1}
    said = desk.type("plan", "new", str(written(tmp_path, document)), "--json")
    assert {"?", "people[0].family_name", "plan.status"} <= said.refusals.keys()


NO_PLANS = {
    "empty": "",
    "cut": "{",
    "list": "[]",
    "null": "null",
    "nan": '{"a": NaN}',
    "nul": '{"plan": \x00}',
    "deep": '{"a":' * 90 + "1" + "}" * 90,
    "deeper": "[" * 100_000,
    "huge": '{"a": 1e9999}',
}


@pytest.mark.parametrize("name", NO_PLANS)
def test_what_is_no_plan_at_all_is_refused_without_a_stack(desk: Desk, tmp_path: Path, name: str) -> None:
    said = desk.type("plan", "new", str(written(tmp_path, NO_PLANS[name])))
    assert said.code == ExitCode.REFUSED
    assert said.err.startswith("refused: ")


def test_a_file_that_is_not_there_is_misuse(desk: Desk, tmp_path: Path) -> None:
    assert desk.type("plan", "new", str(tmp_path / "none.json")).code == ExitCode.USAGE


def test_plans_are_listed_page_by_page(desk: Desk, tmp_path: Path, file: Path) -> None:
    desk.type("plan", "new", str(file))
    desk.type("plan", "new", str(written(tmp_path, plan_to_document(a_plan(id="plan-2")))))
    first = desk.type("plan", "list", "--limit", "1", "--json").document
    second = desk.type("plan", "list", "--after", first["next"], "--json").document
    assert [one["id"] for one in (*first["plans"], *second["plans"])] == [PLAN["id"], "plan-2"]
    assert second["next"] is None
    shown = desk.type("plan", "list", "--limit", "1").out
    assert PLAN["title"] in shown
    assert f"--after {first['next']}" in shown


def test_a_list_is_narrowed_by_status_and_patient(desk: Desk, file: Path) -> None:
    desk.type("plan", "new", str(file))
    for words, count in (
        (("--status", "active"), 1),
        (("--status", "draft"), 0),
        (("--patient-id", PLAN["patient"]["id"]), 1),
        (("--patient-id", "other"), 0),
    ):
        assert len(desk.type("plan", "list", "--json", *words).document["plans"]) == count
    assert desk.type("plan", "list", "--status", "bogus").code == ExitCode.USAGE
    assert desk.type("plan", "list", "--after", "bogus", "--json").refusals.keys() == {"after"}


def test_a_plan_shows_both_halves_of_the_treatment(desk: Desk, file: Path) -> None:
    desk.type("plan", "new", str(file))
    said = desk.type("plan", "show", PLAN["id"])
    assert said.code == ExitCode.DONE
    for words in (PLAN["title"], "DBT", "Sleep training", "Sertraline", "balanced", "Europe/Berlin"):
        assert words.lower() in said.out.lower()
    assert "withheld: 1 of the journal" in said.out
    shared = plan_to_document(without_unshared(the_full_plan()))
    shown = desk.type("plan", "show", PLAN["id"], "--json").document
    assert (shown["plan"], shown["withheld"]) == (json.loads(json.dumps(shared)), 1)


def test_a_plan_with_little_in_it_shows_too(desk: Desk, tmp_path: Path, file: Path) -> None:
    desk.type("plan", "new", str(file))
    bare = plan_to_document(a_plan(id="bare", conditions=(), goals=(), therapies=(), medications=()))
    desk.type("plan", "new", str(written(tmp_path, bare)))
    assert "balance: not decided; next check-in: none planned" in desk.type("plan", "show", "bare").out


def test_what_is_not_kept_is_not_found(desk: Desk) -> None:
    for words in (("show", "nope"), ("export", "nope"), ("show", uid("x"), "--revision", "2")):
        said = desk.type("plan", *words)
        assert (said.code, said.out) == (ExitCode.NOT_FOUND, "")


def test_an_export_is_a_bundle_with_a_resource_for_every_part(desk: Desk, tmp_path: Path, file: Path) -> None:
    desk.type("plan", "new", str(file))
    bundle = desk.type("plan", "export", PLAN["id"]).document
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert {"CarePlan", "MedicationRequest", "Appointment", "Patient", "Goal", "CareTeam"} <= kinds
    assert "UNSHARED" not in dumps(bundle)
    desk.type("plan", "export", PLAN["id"], "--output", str(tmp_path / "bundle.json"))
    assert json.loads((tmp_path / "bundle.json").read_text()) == json.loads(dumps(bundle))


def test_a_file_larger_than_any_plan_is_refused(desk: Desk, tmp_path: Path) -> None:
    said = desk.type("plan", "new", str(written(tmp_path, " " * (LARGEST_FILE + 1))))
    assert said.code == ExitCode.REFUSED
    assert f"is larger than {LARGEST_FILE} bytes" in said.err
    assert desk.type("validate", str(tmp_path / "plan.json")).code == ExitCode.REFUSED


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 100_000, '{"a":' * 90 + "1" + "}" * 90])
def test_a_file_nested_deeper_than_any_plan_is_refused(desk: Desk, tmp_path: Path, text: str) -> None:
    said = desk.type("plan", "new", str(written(tmp_path, text)))
    assert said.code == ExitCode.REFUSED
    assert "nested" in said.err
