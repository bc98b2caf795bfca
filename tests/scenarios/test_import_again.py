"""The same care plan of the same patient makes no second plan, whatever else the file or the chart says."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from service.application.import_chart import FromBundle
from service.application.import_report import import_document
from service.fhir.json import JsonObject
from service.intake.adoption import item_of
from service.intake.bundle import former_origin_of
from service.ports.imports import ImportOutcome, ImportRecord
from service.sync.report import Standing
from tests.scenarios.clinic import BASE
from tests.scenarios.visited import Visited
from tests.unit.intake.charts import SYSTEM, a_chart, bundle, care_plan, goal, order, patient, practitioner

CLINICS_OWN = [{"system": "urn:plans", "value": "7"}]


def of_file(clinic: Visited, file: JsonObject, **said: Any) -> ImportRecord:
    return clinic.importing(source=FromBundle(bundle=file), **said)


def counts(clinic: Visited) -> tuple[int, int]:
    return len(clinic.storage.kept.plans), len(clinic.storage.kept.people)


def resource(file: JsonObject, kind: str) -> JsonObject:
    found: JsonObject = next(
        one["resource"] for one in file["entry"] if one["resource"]["resourceType"] == kind
    )
    return found


def stamped(file: JsonObject) -> None:
    file |= {"timestamp": "2027-01-01T00:00:00Z", "id": "x", "meta": {"lastUpdated": "2027-01-01T00:00:00Z"}}


def reordered(file: JsonObject) -> None:
    file["entry"].reverse()


def with_one_more(file: JsonObject) -> None:
    file["entry"] += bundle(goal("more"))["entry"]


def with_another_title(file: JsonObject) -> None:
    resource(file, "CarePlan")["title"] = "Another"


def with_one_more_number(file: JsonObject) -> None:
    resource(file, "Patient")["identifier"].insert(0, {"system": "urn:a", "value": "1"})


def with_a_fuller_plan(file: JsonObject) -> None:
    activity = [{"detail": {"code": {"text": f"{n}"}, "status": "in-progress"}} for n in range(9)]
    file["entry"] += bundle(care_plan("fuller", activity=activity))["entry"]


CHANGES = (stamped, reordered, with_one_more, with_another_title, with_one_more_number, with_a_fuller_plan)


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_says_something_else_beside_makes_no_second_plan(
    change: Callable[[JsonObject], None],
) -> None:
    clinic, file = Visited(), a_chart()
    first = of_file(clinic, file)
    before, kept = counts(clinic), clinic.head()
    again = deepcopy(file)
    change(again)
    for _ in range(2):
        known = of_file(clinic, again)
        assert (known.outcome, known.id, known.plan_id) == (ImportOutcome.KNOWN, first.id, first.plan_id)
        assert known.content["care_plan"] == "CarePlan/plan"
    assert (counts(clinic), clinic.head()) == (before, kept)
    ours = {one["reference"]: one["item"] for one in first.content["placed"]}
    told = {one["reference"]: one["item"] for one in known.content["placed"]}
    assert {name: told.get(name) for name in ours} == ours


def test_a_care_plan_is_the_same_by_its_identifier_under_another_id_too() -> None:
    clinic = Visited()
    first = of_file(clinic, bundle(patient(), practitioner(), care_plan(identifier=CLINICS_OWN)))
    moved = care_plan("moved", identifier=CLINICS_OWN)
    again = of_file(clinic, bundle(patient(id="also-moved"), practitioner(), moved | whose("also-moved")))
    assert (again.outcome, again.plan_id) == (ImportOutcome.KNOWN, first.plan_id)


def whose(id_: str) -> JsonObject:
    return {"subject": {"reference": f"Patient/{id_}"}}


OTHERS = {
    "another patient": ({"identifier": [{"system": "urn:mrn", "value": "1"}]}, {}),
    "another care plan": ({}, {"id": "other"}),
    "a care plan of another day": ({}, {"period": {"start": "2025-06-01"}}),
    "another clinic's number": ({}, {"identifier": CLINICS_OWN, "created": "2025-06-01"}),
}


@pytest.mark.parametrize(("them", "plan"), OTHERS.values(), ids=OTHERS)
def test_what_is_another_patients_or_another_care_plan_makes_its_own_plan(
    them: JsonObject, plan: JsonObject
) -> None:
    clinic = Visited()
    first = of_file(clinic, bundle(patient(), practitioner(), care_plan()))
    other = of_file(clinic, bundle(patient(**them), practitioner(), care_plan() | plan))
    assert other.outcome is ImportOutcome.MADE
    assert other.plan_id != first.plan_id


NAMELESS: tuple[Any, ...] = (None, [], [{"value": "4711"}], [{"system": "urn:mrn"}], "4711")


@pytest.mark.parametrize("held", NAMELESS)
def test_where_only_a_servers_ids_say_who_it_is_two_clinics_files_are_two_charts(held: Any) -> None:
    clinic = Visited()
    them = {name: one for name, one in patient(identifier=held).items() if one}
    file = bundle(them, practitioner(), care_plan())
    first = of_file(clinic, file)
    again = deepcopy(file)
    stamped(again)
    reordered(again)
    assert of_file(clinic, again).plan_id == first.plan_id
    other = of_file(clinic, bundle(them | {"birthDate": "1990-01-01"}, practitioner(), care_plan()))
    assert first.outcome == other.outcome
    assert other.id != first.id


def test_orders_without_a_care_plan_are_known_again_by_the_patient_of_their_server() -> None:
    clinic = Visited()
    first = of_file(clinic, bundle(patient(), practitioner(), order()))
    more = bundle(patient(), practitioner(), order(), goal())
    assert of_file(clinic, more).plan_id == first.plan_id
    elsewhere = deepcopy(more)
    for entry in elsewhere["entry"]:
        entry["fullUrl"] = entry["fullUrl"].replace("ehr.test", "other.test")
    assert of_file(clinic, elsewhere).outcome is ImportOutcome.MADE
    unnamed = {**more, "entry": [{"resource": one["resource"]} for one in more["entry"]]}
    assert of_file(clinic, unnamed).outcome is ImportOutcome.MADE


def test_a_care_plan_without_an_id_is_known_again_in_an_equal_file_alone() -> None:
    clinic = Visited()
    file = bundle(patient(), practitioner(), care_plan())
    del resource(file, "CarePlan")["id"]
    for entry in file["entry"]:
        del entry["fullUrl"]
    first = of_file(clinic, file)
    again = deepcopy(file)
    stamped(again)
    assert of_file(clinic, again).plan_id == first.plan_id
    with_one_more(again)
    assert of_file(clinic, again).plan_id != first.plan_id


def test_a_further_care_plan_that_a_person_named_says_nothing_of_the_first() -> None:
    clinic = Visited()
    file = bundle(patient(), practitioner(), care_plan(), care_plan("further", status="on-hold"))
    named = of_file(clinic, file, care_plan="further")
    usual = of_file(clinic, file)
    assert (named.outcome, usual.outcome) == (ImportOutcome.MADE, ImportOutcome.MADE)
    assert usual.content["care_plan"] == "CarePlan/plan"
    assert of_file(clinic, file, care_plan="further").plan_id == named.plan_id
    assert of_file(clinic, file, care_plan="plan").plan_id == usual.plan_id


def test_an_import_of_an_earlier_version_is_known_by_the_whole_file() -> None:
    clinic, file = Visited(), a_chart()
    made = of_file(clinic, file)
    (record,) = clinic.storage.kept.imports.values()
    former = replace_id(clinic, record, former_origin_of(file))
    again = of_file(clinic, file)
    assert (again.outcome, again.id, again.plan_id) == (ImportOutcome.KNOWN, former, made.plan_id)
    assert ("CarePlan", made.plan_id) in {(one["type"], one["item"]) for one in again.content["placed"]}


def replace_id(clinic: Visited, record: ImportRecord, origin: str) -> str:
    """Keep an import as an earlier version did: by the digest of the file, without what it was made of."""
    name = item_of(origin, "Patient/pat/import/")
    content = {key: one for key, one in record.content.items() if key not in {"named", "origin"}}
    clinic.storage.kept.imports.clear()
    clinic.storage.kept.imports[name] = replace(record, id=name, content=content)
    return name


def test_a_chart_whose_care_plan_came_in_a_file_is_known() -> None:
    clinic = Visited()
    first = of_file(clinic, a_chart())
    for _ in range(2):
        again = clinic.importing()
        assert (again.outcome, again.plan_id) == (ImportOutcome.KNOWN, first.plan_id)
        assert (again.connection_id, again.content["care_plan"]) == ("default", "CarePlan/plan")
    assert again.id != first.id
    clinic.put(care_plan("other", status="on-hold"))
    assert clinic.importing(care_plan="other").outcome is ImportOutcome.MADE


def test_a_plan_that_came_in_a_file_is_linked_when_its_chart_is_read() -> None:
    clinic = Visited()
    of_file(clinic, a_chart())
    clinic.importing()
    report = clinic.sync()
    assert (report.standing, report.writes) == (Standing.IN_STEP, 0)
    clinic.edit("Goal/aim", description={"text": "their words"})
    clinic.sync()
    assert [one.description for one in clinic.head().goals] == ["their words"]
    assert clinic.importing().outcome is ImportOutcome.KNOWN
    assert clinic.sync().writes == 0


def test_what_was_changed_in_a_plan_from_a_file_is_written_once_it_is_linked() -> None:
    clinic = Visited()
    of_file(clinic, a_chart())
    (aim,) = clinic.head().goals
    clinic.change(goals=(replace(aim, description="our words"),))
    clinic.importing()
    clinic.sync()
    assert (clinic.ask("GET", "Goal/aim").body or {})["description"]["text"] == "our words"
    assert len(clinic.all("Goal")) == 1


def test_a_file_of_the_server_from_which_the_care_plan_was_read_is_known() -> None:
    clinic, file = Visited(), a_chart()
    first = clinic.importing()
    again = of_file(clinic, file)
    assert (again.outcome, again.plan_id) == (ImportOutcome.KNOWN, first.plan_id)
    elsewhere = deepcopy(file)
    for entry in elsewhere["entry"]:
        entry["fullUrl"] = entry["fullUrl"].replace(BASE, "http://other.test")
    assert of_file(clinic, elsewhere).outcome is ImportOutcome.KNOWN  # by whose it is, as it is kept now
    assert of_file(Visited(), elsewhere).outcome is ImportOutcome.MADE


def test_a_plan_from_a_file_that_is_lost_here_is_made_again_under_its_id() -> None:
    clinic, file = Visited(), a_chart()
    first = of_file(clinic, file)
    clinic.storage.kept.plans.clear()
    again = of_file(clinic, file)
    assert (again.outcome, again.id, again.plan_id) == (ImportOutcome.MADE, first.id, first.plan_id)


def test_two_runs_over_two_files_of_one_care_plan_would_make_one_and_the_same_plan() -> None:
    clinic, elsewhere = Visited(), Visited()
    file = a_chart()
    again = deepcopy(file)
    with_one_more(again)
    assert of_file(clinic, file).plan_id == of_file(elsewhere, again).plan_id


def test_by_what_an_import_is_recognised_is_told_to_nobody() -> None:
    told = import_document(of_file(Visited(), a_chart()))
    assert not {"named", "origin"} & told.keys()
    assert SYSTEM not in repr(told)
