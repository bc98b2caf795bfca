import json
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from service.document import (
    dose_from_document,
    dose_to_document,
    item_from_document,
    item_to_document,
    person_from_document,
    person_to_document,
    plan_from_document,
    plan_to_document,
)
from service.document.plan import ITEM_GROUPS
from service.domain.concept import Quantity
from service.domain.dosing import NewDose
from service.domain.medication import DosageStep
from service.domain.people import Person
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.values import Invalid
from service.fhir.json import dumps, loads
from tests.strategies import people, plans
from tests.unit.document.example import person_document, plan_document


def problems_of(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        plan_from_document(document)
    return {problem.field: problem.reason for problem in caught.value.problems}


def test_a_document_that_is_read_and_written_stays_the_same() -> None:
    document = plan_document()
    assert json.dumps(plan_to_document(plan_from_document(document))) == json.dumps(document)


def test_the_example_fills_every_group_of_a_plan() -> None:
    assert set(plan_document()) == {one.name for one in fields(Plan)}


def test_a_document_survives_json() -> None:
    document = json.loads(json.dumps(plan_to_document(plan_from_document(plan_document()))))
    assert plan_from_document(document) == plan_from_document(plan_document())


def test_a_person_comes_back() -> None:
    document = person_document()
    assert person_to_document(person_from_document(document)) == document


@pytest.mark.parametrize("group", LIST_GROUPS)
def test_every_item_of_a_plan_has_a_document_of_its_own(group: str) -> None:
    plan = plan_from_document(plan_document())
    for item, document in zip(items(plan, group), plan_document()[group], strict=True):
        assert item_to_document(item) == document
        assert item_from_document(group, document) == item


@pytest.mark.parametrize("part", ["patient", "period", "check_ins"])
def test_single_parts_of_a_plan_are_read_like_items(part: str) -> None:
    plan = plan_from_document(plan_document())
    assert item_from_document(part, plan_document()[part]) == getattr(plan, part)


def test_an_unknown_group_is_refused_with_the_groups_there_are() -> None:
    with pytest.raises(Invalid) as caught:
        item_from_document("wishes", {})
    assert caught.value.problems[0].field == "group"
    assert ", ".join(ITEM_GROUPS) in caught.value.problems[0].reason


def test_a_new_dose_comes_back() -> None:
    decision = NewDose(
        order_id="med-1",
        new_order_id="med-2",
        dosage=(DosageStep(dose=Quantity(value=Decimal(75), unit="mg"), as_needed=True),),
        prescriber="person-1",
        authored_on=date(2026, 3, 20),
    )
    assert dose_from_document(dose_to_document(decision)) == decision


def test_what_is_empty_is_left_out() -> None:
    document = plan_document()
    document["period"] = {}
    for group in ("goals", "tasks"):
        document[group] = []
    del document["check_ins"]
    written = plan_to_document(plan_from_document(document))
    assert not {"period", "goals", "tasks", "check_ins"} & set(written)


def test_the_only_default_that_hides_a_missing_value_is_the_course_of_a_condition() -> None:
    # A field that may be None but has another default would come back as that default.
    kinds = {type(one) for group in LIST_GROUPS for one in items(plan_from_document(plan_document()), group)}
    hidden = {
        (kind.__name__, one.name)
        for kind in kinds
        for one in fields(kind)
        if "None" in str(one.type) and one.default is not None
    }
    assert hidden == {("Condition", "course")}


def test_a_condition_entered_in_error_has_no_course_unless_one_is_given() -> None:
    document = plan_document()
    assert plan_from_document(document).conditions[1].course is None
    document["conditions"][1]["course"] = "active"
    assert "conditions[1].course" in problems_of(document)


def test_every_problem_is_reported_at_once_with_its_path() -> None:
    document = plan_document()
    document["colour"] = "blue"
    document["medications"][0]["dosage"][1]["dose"]["value"] = "a lot"
    document["medications"][0]["dosage"][0]["dose"]["unit"] = "m g"
    document["appointments"][0]["start"] = "2026-03-30T10:00:00"
    document["goals"][0]["status"] = "dreamt"
    del document["therapies"][0]["rhythm"]["sessions"]
    document["notes"] = {}
    document["patient"]["gender"] = None
    document["flags"][0] = "a flag"
    assert problems_of(document) == {
        "?": "is no field here",
        "medications[0].dosage[1].dose.value": "must be a number",
        "medications[0].dosage[0].dose.unit": "must be a UCUM code",
        "appointments[0].start": "needs a time zone offset, such as +02:00 or Z",
        "goals[0].status": "must be one of proposed, planned, accepted, active, on-hold, completed,"
        " cancelled, rejected, entered-in-error",
        "therapies[0].rhythm.sessions": "is required",
        "notes": "must be a list",
        "patient.gender": "must be one of male, female, other, unknown",
        "flags[0]": "must be an object",
    }


def test_a_rule_of_the_whole_plan_is_reported_with_its_path() -> None:
    document = plan_document()
    document["medications"][0]["reasons"] = ["con-9"]
    assert problems_of(document) == {"medications[0].reasons[0]": "names nothing in conditions of this plan"}


def test_an_appointment_without_a_zone_is_refused() -> None:
    document = plan_document()
    del document["appointments"][0]["zone"]
    assert problems_of(document) == {"appointments[0].zone": "is required"}


@pytest.mark.parametrize("key", ["Ada Sample, born 1990", "", "a.b", "x" * 65, "Sample", "ada_sample"])
def test_a_key_that_is_no_field_is_not_repeated(key: str) -> None:
    document = plan_document() | {key: 1}
    assert problems_of(document) == {"?": "is no field here"}


def test_a_slip_in_the_name_of_a_field_is_told_by_the_name_that_it_may_mean() -> None:
    document = plan_document()
    document["patient"]["familiy_name"] = document["patient"].pop("family_name")
    assert problems_of(document) == {
        "patient.?": "is no field here; family_name is one",
        "patient.family_name": "is required",
    }


@pytest.mark.parametrize("path", ["status", "created", "period", "goals", "patient", "check_ins"])
@pytest.mark.parametrize("value", ["Jane Roe 1984", ["Jane Roe 1984"], {"Jane Roe": 1984}])
def test_no_message_repeats_what_was_sent(path: str, value: Any) -> None:
    assert not any("Jane" in str(problem) for problem in problems_of(plan_document() | {path: value}).items())


def test_white_space_around_a_text_is_taken_off() -> None:
    document = plan_document() | {"title": "  Sertraline and CBT \n"}
    assert plan_from_document(document).title == "Sertraline and CBT"


def test_a_text_of_white_space_alone_is_refused() -> None:
    assert problems_of(plan_document() | {"title": "  "}) == {"title": "is empty"}


def test_a_document_that_is_no_object_is_refused() -> None:
    assert problems_of([]) == {"": "must be an object"}  # type: ignore[arg-type]  # bad input is the point


def test_an_appointment_keeps_its_instant_when_the_clock_is_put_back() -> None:
    document = plan_document()
    document["appointments"][0] |= {"start": "2026-10-25T02:30:00+02:00", "end": "2026-10-25T02:30:00+01:00"}
    assert plan_to_document(plan_from_document(document)) == document


@pytest.mark.parametrize(
    "start", ["2026-03-30T10:00:00+15:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_moment_that_no_calendar_holds_is_refused_and_breaks_nothing(start: str) -> None:
    document = plan_document()
    document["appointments"][0]["start"] = start
    assert "appointments[0].start" in problems_of(document)


@settings(max_examples=settings().max_examples // 5)  # the contract of storage reads generated plans too
@given(plan=plans())
def test_every_plan_comes_back_equal(plan: Plan) -> None:
    document = plan_to_document(plan)
    assert plan_from_document(document) == plan
    assert plan_from_document(loads(dumps(document))) == plan
    assert plan_from_document(json.loads(json.dumps(document))) == plan


@given(person=people())
def test_every_person_comes_back_equal(person: Person) -> None:
    assert person_from_document(json.loads(json.dumps(person_to_document(person)))) == person


class BrokenError(Exception):
    """Stands for a mistake of ours."""


def test_a_mistake_of_ours_is_not_blamed_on_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise BrokenError

    monkeypatch.setattr(Quantity, "problems", fail)
    with pytest.raises(BrokenError):
        plan_from_document(plan_document())
