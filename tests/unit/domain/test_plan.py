"""A whole plan: one id for one item, references that hold, the patient in the team, chains of orders."""

from dataclasses import fields, replace
from typing import get_args, get_origin

import pytest
from hypothesis import given

from service.domain.balance import Balance, current
from service.domain.concept import Concept
from service.domain.medication import OrderStatus, StatusReason
from service.domain.plan import LIST_GROUPS, Plan, items, people_in_chart, people_named
from service.domain.references import named_items
from service.domain.safety import SafetyContact
from tests.builders import (
    DIRECTORY,
    NURSE,
    PSYCHIATRIST,
    THERAPIST,
    a_check_in,
    a_drug,
    a_goal,
    a_journal_entry,
    a_medication,
    a_phase,
    a_plan,
    a_relapse_step,
    a_session,
    a_side_effect,
    a_team_member,
    a_therapy,
    an_adherence_report,
    an_appointment,
    day,
    safety_contacts,
    the_full_plan,
    the_patient_in_the_team,
    uid,
)
from tests.refusals import refusals
from tests.strategies import FEW, plans

NOBODY = uid("nobody")


def test_the_list_groups_are_all_lists_of_items_in_the_plans_order():
    plan = a_plan()
    listed = [one.name for one in fields(Plan) if isinstance(getattr(plan, one.name), tuple)]
    assert list(LIST_GROUPS) == listed
    for one in fields(Plan):
        if one.name in LIST_GROUPS:
            assert get_origin(one.type) is tuple
            assert "id" in {inner.name for inner in fields(get_args(one.type)[0])}


TO_NOBODY = [
    ("conditions", {"goals": (a_goal(addresses=(NOBODY,)),)}, "goals[0].addresses[0]"),
    ("conditions", {"therapies": (a_therapy(reasons=(NOBODY,)),)}, "therapies[0].reasons[0]"),
    ("conditions", {"medications": (a_medication(reasons=(NOBODY,)),)}, "medications[0].reasons[0]"),
    ("therapies", {"medications": (a_medication(supports=(NOBODY,)),)}, "medications[0].supports[0]"),
    ("medications", {"therapies": (a_therapy(supports=(NOBODY,)),)}, "therapies[0].supports[0]"),
    ("medications", {"medications": (a_medication(replaces=NOBODY),)}, "medications[0].replaces"),
    ("scores", {"phases": (a_phase(evidence=(NOBODY,)),)}, "phases[0].evidence[0]"),
    ("therapies", {"appointments": (an_appointment(therapy=NOBODY),)}, "appointments[0].therapy"),
    ("therapies", {"sessions": (a_session(therapy=NOBODY),)}, "sessions[0].therapy"),
    ("appointments", {"sessions": (a_session(appointment=NOBODY),)}, "sessions[0].appointment"),
    (
        "warning_signs",
        {"journal": (a_journal_entry(warning_signs=(NOBODY,)),)},
        "journal[0].warning_signs[0]",
    ),
    ("medications", {"side_effects": (a_side_effect(medication=NOBODY),)}, "side_effects[0].medication"),
    ("medications", {"adherence": (an_adherence_report(medication=NOBODY),)}, "adherence[0].medication"),
]


@pytest.mark.parametrize(("group", "changes", "field"), TO_NOBODY)
def test_a_reference_to_nothing_in_the_plan_is_refused(group, changes, field):
    assert refusals(lambda: a_plan(**changes)) == {field: f"names nothing in {group} of this plan"}


def test_a_reference_to_an_item_of_another_kind_is_refused():
    found = refusals(lambda: a_plan(goals=(a_goal(addresses=(uid("therapies-0"),)),)))
    assert "names nothing in conditions" in found["goals[0].addresses[0]"]


def test_every_kind_of_reference_is_tried():
    tried = {(group, field.split("[")[0]) for group, _, field in TO_NOBODY}
    named = {
        (group, path.split("[")[0]) for path, group, _ in named_items(the_full_plan()) if group != "people"
    }
    assert tried == named


IDS_TAKEN = {
    "goals[0].id": {"goals": (a_goal(id=uid("conditions-0")),)},
    "goals[1].id": {"goals": (a_goal(), a_goal())},
    "check_ins.id": {"check_ins": a_check_in(id=uid("goals-0"))},
    "relapse_steps[0].id": {"relapse_steps": (a_relapse_step(id=uid("plan")),)},
    "care_team[0].id": {"care_team": (the_patient_in_the_team(id=uid("patient")),)},
}


@pytest.mark.parametrize("field", IDS_TAKEN)
def test_an_id_names_one_item_of_the_plan(field):
    assert "another item" in refusals(lambda: a_plan(**IDS_TAKEN[field]))[field]


@pytest.mark.parametrize(
    "team",
    [
        (),
        (a_team_member(),),
        (the_patient_in_the_team(), the_patient_in_the_team(id=uid("care_team-1"))),
    ],
)
def test_the_patient_is_in_the_care_team_once(team):
    assert refusals(lambda: a_plan(care_team=team)) == {"care_team": "needs the patient as a member, once"}


LATER = a_phase(id=uid("phases-1"), balance=Balance.THERAPY_LED, start=day(42))


@pytest.mark.parametrize("end", [None, day(43)])
def test_a_phase_begins_when_the_one_before_has_ended(end):
    found = refusals(lambda: a_plan(phases=(a_phase(end=end), LATER)))
    assert found == {"phases[1].start": "must not lie before the end of the phase before it"}


@pytest.mark.parametrize(
    ("phases", "balance"),
    [
        ((), None),
        ((a_phase(),), Balance.BALANCED),
        ((a_phase(end=day(42)), LATER), Balance.THERAPY_LED),
        ((a_phase(end=day(41)), replace(LATER, end=day(50))), None),
    ],
)
def test_the_balance_is_that_of_the_phase_that_is_open(phases, balance):
    assert current(phases) is balance
    assert a_plan(phases=phases).balance is balance


def orders(*chain: tuple[int, int | None]):
    """Orders by number, each with the number of the one that it replaces."""
    return tuple(
        a_medication(
            status=OrderStatus.COMPLETED,
            id=uid(f"medications-{n}"),
            replaces=None if old is None else uid(f"medications-{old}"),
        )
        for n, old in chain
    )


def test_an_order_is_replaced_once():
    found = refusals(lambda: a_plan(medications=orders((0, None), (1, 0), (2, 0))))
    assert found == {"medications[2].replaces": "names an order that another one replaces already"}


def test_orders_that_replace_each_other_in_a_circle_are_refused():
    found = refusals(lambda: a_plan(medications=orders((0, 2), (1, 0), (2, 1))))
    assert found == {f"medications[{n}].replaces": "leads back to the order itself" for n in range(3)}


def test_an_order_that_replaces_one_of_a_circle_is_not_blamed_for_it():
    found = refusals(lambda: a_plan(medications=orders((0, 1), (1, 0), (2, 1))))
    assert found["medications[0].replaces"] == "leads back to the order itself"
    assert found["medications[2].replaces"] == "names an order that another one replaces already"


@pytest.mark.parametrize("chain", [((0, None), (1, 0), (2, 1)), ((2, 1), (1, 0), (0, None))])
def test_orders_form_chains_in_any_order_of_the_list(chain):
    assert len(a_plan(medications=orders(*chain)).medications) == 3


def test_the_people_of_a_plan_are_named_with_their_places():
    named = dict(people_named(a_plan()))
    assert named == {
        "author": PSYCHIATRIST.id,
        "therapies[0].performer": THERAPIST.id,
        "medications[0].prescriber": PSYCHIATRIST.id,
        "care_team[1].person": PSYCHIATRIST.id,
        "care_team[2].person": THERAPIST.id,
        "safety.recipient.person": PSYCHIATRIST.id,
        "safety.backup.person": THERAPIST.id,
    }


def test_whom_only_alerts_reach_stands_in_no_chart():
    on_call = safety_contacts(backup=SafetyContact(person=NURSE.id, email="n@clinic.example"))
    plan = a_plan(safety=on_call)
    everybody = {one for _, one in people_named(plan)}
    assert everybody - {one for _, one in people_in_chart(plan)} == {NURSE.id}


def ids_within(value, path=""):
    """Every (path, text) in a value where the text is the id of somebody or something, by brute force."""
    if isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from ids_within(one, f"{path}[{index}]")
    elif hasattr(value, "__dataclass_fields__"):
        for one in fields(value):
            yield from ids_within(getattr(value, one.name), f"{path}.{one.name}" if path else one.name)
    elif isinstance(value, str):
        yield path, str(value)


def all_ids(plan):
    found = {one.id for group in LIST_GROUPS for one in items(plan, group)} | set(DIRECTORY)
    return found | ({plan.check_ins.id} if plan.check_ins else set())


@FEW
@given(plans())
def test_no_field_that_names_an_item_is_forgotten(plan):
    known = all_ids(plan)
    held = {(path, one) for path, one in ids_within(plan) if one in known and not path.endswith(".id")}
    assert {(path, one) for path, _, one in named_items(plan)} == held


@pytest.mark.parametrize("status", [OrderStatus.ACTIVE, OrderStatus.ON_HOLD])
def test_two_versions_of_one_medication_never_both_run(status):
    reason = None if status is OrderStatus.ACTIVE else StatusReason.SIDE_EFFECTS
    old = a_medication(status=status, status_reason=reason)
    new = a_medication(id=uid("medications-1"), replaces=old.id)
    found = refusals(lambda: a_plan(medications=(old, new)))
    assert "same drug" in found["medications[1].status"]


def test_one_drug_may_follow_another_while_both_run():
    other = a_drug(code=Concept(text="Fluoxetine 20 mg"))
    after = a_medication(id=uid("medications-1"), drug=other, replaces=uid("medications-0"))
    assert a_plan(medications=(a_medication(), after)).medications[1] == after
