"""The demo has sound plans of synthetic people with verified codes, and its comparison misses nothing."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest

from service.console.demo_cast import cast
from service.console.plan_file import PlanFile, read_plan_file
from service.console.read_back import lost
from service.document import dose_from_document
from service.domain.balance import Balance
from service.domain.dosing import change_dose
from service.domain.people import Role
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.therapy import Modality
from service.fhir.json import dumps
from tests.data import folder

NAMES = ("depression", "ocd", "bipolar")


def files(stage: str = "") -> list[PlanFile]:
    return [read_plan_file(dumps(one).encode()) for one in cast(stage).plans]


@pytest.fixture(params=range(3), ids=NAMES)
def plan(request: pytest.FixtureRequest) -> Plan:
    return files()[request.param].plan


def test_the_three_plans_show_the_three_balances() -> None:
    plans = [one.plan for one in files()]
    assert [one.balance for one in plans] == [Balance.BALANCED, Balance.THERAPY_LED, Balance.MEDICATION_LED]
    assert [one.therapies[0].modality for one in plans] == [Modality.CBT, Modality.ERP, Modality.DBT]


def test_every_plan_has_what_an_integrated_treatment_needs(plan: Plan) -> None:
    assert {one.role for one in plan.care_team} > {Role.PATIENT, Role.PSYCHIATRIST}
    assert plan.check_ins is not None
    assert plan.check_ins.next_due is not None
    assert 4 <= plan.check_ins.weeks_min <= plan.check_ins.weeks_max <= 6
    assert sorted(one.shared for one in plan.journal) == [False, True]
    filled = {group for group in LIST_GROUPS if items(plan, group)}
    assert set(LIST_GROUPS) - filled <= {"flags"}


def test_an_appointment_crosses_a_change_of_clocks_in_each_plan(plan: Plan) -> None:
    assert len({one.start.utcoffset() for one in plan.appointments if one.start}) == 2


def test_everybody_is_synthetic_and_says_so() -> None:
    for one in files():
        assert one.plan.patient.family_name.casefold().startswith(("demo", "sample", "muster"))
        people = [*one.people, one.plan.patient]
        for number in (identifier for person in people for identifier in person.identifiers):
            assert number.system.startswith("https://w3id.org/tandem-care/demo/")
            assert number.value.startswith("DEMO-")


def codings(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case {"system": system, "code": code}:
            yield system, code
        case dict():
            for one in value.values():
                yield from codings(one)
        case list():
            for one in value:
                yield from codings(one)


def test_every_code_of_the_plans_is_a_verified_one() -> None:
    with (folder("r4-examples").parent / "codes-checked.csv").open(encoding="utf-8", newline="") as rows:
        checked = {(row["system"], row["code"]): row["display"] for row in csv.DictReader(rows)}
    used = set(codings(list(cast().plans)))
    assert len(used) > 10
    assert used <= checked.keys()


def test_the_new_dose_can_be_taken_where_the_plan_stands() -> None:
    said = cast().new_dose
    before = next(one.plan for one in files() if one.plan.id == said["plan_id"])
    after = change_dose(before, dose_from_document({**said["decision"], "order_id": said["order_id"]}))
    assert [str(one.dosage[-1].dose.value) for one in after.medications] == ["50", "75"]


def test_another_stage_shares_no_id_and_no_identifier_with_the_first() -> None:
    def names(stage: str) -> set[str]:
        held = cast(stage)
        found = set(strings([*held.plans, held.new_dose, held.two_sides]))
        return {one for one in found if one.startswith("DEMO-") or (one.count("-") == 4 and len(one) == 36)}

    first, second = names("one"), names("two")
    assert len(first) == len(second) > 90
    assert not first & second
    assert files("one")[0].plan.balance is Balance.BALANCED


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from strings(one)
        case list():
            for one in value:
                yield from strings(one)


SAID = {
    "resourceType": "Goal",
    "id": "ours",
    "text": {"status": "generated"},
    "subject": {"reference": "urn:uuid:1"},
    "category": [{"text": "a"}, {"text": "b"}],
    "description": {"text": "x"},
}
HELD = {**SAID, "id": "7", "text": {}, "subject": {"reference": "Patient/7"}, "note": [{"text": "theirs"}]}
WHERE = {"urn:uuid:1": "Patient/7"}


def test_what_the_chart_holds_beside_ours_is_no_difference() -> None:
    assert list(lost(SAID, HELD, WHERE)) == []
    assert list(lost(SAID, {**HELD, "category": [{"text": "z"}, *reversed(HELD["category"])]}, WHERE)) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"subject": {"reference": "Patient/8"}}, "Goal.subject"),
        ({"category": [{"text": "a"}]}, "Goal.category"),
        ({"description": {"text": "y"}}, "Goal.description"),
        ({"description": None}, "Goal.description"),
        ({"category": {"text": "a"}}, "Goal.category"),
    ],
)
def test_whatever_of_ours_is_missing_or_changed_is_found(change: dict[str, Any], path: str) -> None:
    assert list(lost(SAID, {**HELD, **change}, WHERE)) == [path]
