"""From one snapshot to the next: nothing is left out, nothing ended starts again, no made order changes."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given

from service.domain.condition import Verification
from service.domain.coordination import FlagStatus
from service.domain.goal import GoalStatus
from service.domain.measure import RecordStatus
from service.domain.medication import OrderStatus, StatusReason
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.revision import Origin, Revision, changed_groups, check_succession
from service.domain.therapy import RequestStatus
from tests.builders import (
    NURSE,
    PSYCHIATRIST,
    a_check_in,
    a_condition,
    a_dosage_step,
    a_drug,
    a_flag,
    a_goal,
    a_journal_entry,
    a_medication,
    a_patient,
    a_plan,
    a_warning_sign,
    day,
    mg,
    moment,
    sertraline,
    the_full_plan,
    uid,
)
from tests.refusals import refusals
from tests.strategies import FEW, plans

# A reference is refused by the plan itself when what it names is gone; here only the omission matters.
FREE_OF_REFERENCES = {
    "conditions": a_plan(),
    "therapies": a_plan(),
    "medications": a_plan(),
    "scores": the_full_plan(),
    "appointments": the_full_plan(),
    "warning_signs": the_full_plan(),
}


def without_last(plan: Plan, group: str) -> Plan:
    """The plan without the last member of a group, and without what names it."""
    changes = {group: items(plan, group)[:-1]}
    match group:
        case "scores":
            changes["phases"] = tuple(replace(phase, evidence=()) for phase in plan.phases)
        case "appointments":
            changes["sessions"] = tuple(replace(session, appointment=None) for session in plan.sessions)
        case "warning_signs":
            changes["journal"] = tuple(replace(entry, warning_signs=()) for entry in plan.journal)
    return replace(plan, **changes)


@pytest.mark.parametrize("group", LIST_GROUPS)
def test_what_is_left_out_is_refused_by_its_id(group):
    before = FREE_OF_REFERENCES.get(group, the_full_plan())
    left_out = items(before, group)[-1].id
    found = refusals(lambda: check_succession(before, without_last(before, group)))
    assert found == {group: f"leaves out {left_out}; end it by its status or its last day instead"}


@FEW
@given(plans())
def test_every_plan_may_follow_itself(plan):
    check_succession(plan, plan)
    assert changed_groups(plan, plan) == ()


@FEW
@given(plans())
def test_the_order_of_a_list_may_change(plan):
    turned = {group: items(plan, group)[::-1] for group in LIST_GROUPS if group != "phases"}
    check_succession(plan, replace(plan, **turned))


@FEW
@given(plans(), plans())
def test_exactly_the_fields_that_differ_are_the_changed_groups(before, after):
    differing = [one.name for one in fields(Plan) if getattr(before, one.name) != getattr(after, one.name)]
    assert changed_groups(before, after) == tuple(differing)


@FEW
@given(plans())
def test_in_the_first_revision_everything_that_is_set_is_new(plan):
    silent = {one.name for one in fields(Plan)} - set(changed_groups(None, plan))
    assert all(getattr(plan, name) in ((), None) for name in silent)
    assert {"id", "title", "status", "patient", "author", "care_team"} <= set(changed_groups(None, plan))


ENDED = {
    "status": (a_plan(status=RequestStatus.COMPLETED), {"status": RequestStatus.ACTIVE}),
    "goals[0].status": (
        a_plan(goals=(a_goal(status=GoalStatus.COMPLETED),)),
        {"goals": (a_goal(status=GoalStatus.ACTIVE),)},
    ),
    "medications[0].status": (
        a_plan(medications=(a_medication(status=OrderStatus.COMPLETED),)),
        {"medications": (a_medication(status=OrderStatus.ACTIVE),)},
    ),
    "flags[0].status": (
        a_plan(flags=(a_flag(status=FlagStatus.INACTIVE, end=day(3)),)),
        {"flags": (a_flag(status=FlagStatus.ACTIVE),)},
    ),
    "conditions[0].verification": (
        a_plan(conditions=(a_condition(verification=Verification.ENTERED_IN_ERROR, course=None),)),
        {"conditions": (a_condition(),)},
    ),
}


@pytest.mark.parametrize("field", ENDED)
def test_what_has_ended_never_starts_again(field):
    before, changes = ENDED[field]
    assert "cannot follow" in refusals(lambda: check_succession(before, replace(before, **changes)))[field]


def test_a_problem_is_named_at_its_place_in_the_next_snapshot():
    before = a_plan(goals=(a_goal(status=GoalStatus.COMPLETED),))
    after = replace(before, goals=(a_goal(id=uid("goals-1")), a_goal(status=GoalStatus.ACTIVE)))
    assert set(refusals(lambda: check_succession(before, after))) == {"goals[1].status"}


MOVED = {
    "id": {"id": uid("another plan")},
    "patient.id": {"patient": a_patient(id=uid("another patient"))},
}


@pytest.mark.parametrize("field", MOVED)
def test_a_plan_stays_what_it_is_and_whose_it_is(field):
    before = a_plan()
    assert "must stay" in refusals(lambda: check_succession(before, replace(before, **MOVED[field])))[field]


def test_a_patient_may_get_a_new_name():
    before = a_plan()
    check_succession(before, replace(before, patient=a_patient(family_name="Berg")))


@pytest.mark.parametrize("changed", [None, uid("check_ins-1")])
def test_check_ins_stay_once_they_are_agreed(changed):
    before = the_full_plan()
    after = None if changed is None else replace(before.check_ins, id=changed)
    found = refusals(lambda: check_succession(before, replace(before, check_ins=after)))
    assert "left out" in found["check_ins"]


def test_check_ins_end_for_good():
    running = a_plan(check_ins=a_check_in())
    ended = replace(running, check_ins=a_check_in(status=RequestStatus.COMPLETED))
    check_succession(running, ended)
    assert "final" in refusals(lambda: check_succession(ended, running))["check_ins.status"]


def test_check_ins_may_be_agreed_and_their_rhythm_changed():
    before = the_full_plan()
    check_succession(replace(before, check_ins=None), before)
    check_succession(before, replace(before, check_ins=replace(before.check_ins, weeks_max=8)))


REWRITTEN = {
    "dosage": {"dosage": (a_dosage_step(dose=mg("100")),)},
    "drug": {"drug": a_drug(code=sertraline(), form="drops")},
    "replaces": {"replaces": uid("medications-1")},
    "authored_on": {"authored_on": day(-1)},
    "prescriber": {"prescriber": NURSE.id},
    "status": {"status": OrderStatus.DRAFT},
}
OTHER_ORDER = a_medication(id=uid("medications-1"), status=OrderStatus.COMPLETED)


@pytest.mark.parametrize("field", REWRITTEN)
def test_an_order_that_was_made_is_never_rewritten(field):
    before = a_plan(medications=(a_medication(), OTHER_ORDER))
    after = replace(before, medications=(a_medication(**REWRITTEN[field]), OTHER_ORDER))
    assert set(refusals(lambda: check_succession(before, after))) == {f"medications[0].{field}"}


@pytest.mark.parametrize("field", REWRITTEN)
def test_a_draft_may_still_be_rewritten(field):
    draft = a_medication(status=OrderStatus.DRAFT)
    before = a_plan(medications=(draft, OTHER_ORDER))
    check_succession(before, replace(before, medications=(replace(draft, **REWRITTEN[field]), OTHER_ORDER)))


def test_an_order_may_get_the_prescriber_that_it_lacked():
    before = a_plan(medications=(a_medication(prescriber=None),))
    check_succession(before, replace(before, medications=(a_medication(prescriber=NURSE.id),)))


def test_what_was_shared_is_marked_as_an_error_and_not_hidden():
    """A chart may hold it: to hide it here would leave it there."""
    shared = a_journal_entry(shared=True)
    before = a_plan(journal=(shared,))
    hidden = replace(before, journal=(replace(shared, shared=False),))
    assert "entered-in-error" in refusals(lambda: check_succession(before, hidden))["journal[0].shared"]
    check_succession(hidden, before)
    check_succession(
        before, replace(before, journal=(replace(shared, status=RecordStatus.ENTERED_IN_ERROR),))
    )


WITHDRAWN = {
    "goals[0].description": (
        a_plan(goals=(a_goal(status=GoalStatus.ENTERED_IN_ERROR),)),
        {"goals": (a_goal(status=GoalStatus.ENTERED_IN_ERROR, description="other words"),)},
    ),
    "conditions[0].onset": (
        a_plan(conditions=(a_condition(verification=Verification.ENTERED_IN_ERROR, course=None),)),
        {
            "conditions": (
                a_condition(verification=Verification.ENTERED_IN_ERROR, course=None, onset=date(2001, 2, 3)),
            )
        },
    ),
    "journal[0].insights": (
        a_plan(journal=(a_journal_entry(status=RecordStatus.ENTERED_IN_ERROR),)),
        {"journal": (a_journal_entry(status=RecordStatus.ENTERED_IN_ERROR, insights="other words"),)},
    ),
}


@pytest.mark.parametrize("field", WITHDRAWN)
def test_what_was_entered_in_error_stays_as_it_is(field):
    """No chart takes a change of it any more, so the plan would say what the chart never will."""
    before, changes = WITHDRAWN[field]
    found = refusals(lambda: check_succession(before, replace(before, **changes)))
    assert set(found) == {field}
    assert "entered in error" in found[field]
    check_succession(before, replace(before, title="another title"))


def test_what_is_withdrawn_may_be_reworded_in_the_same_breath():
    before = a_plan()
    withdrawn = a_goal(status=GoalStatus.ENTERED_IN_ERROR, description="of another patient")
    check_succession(before, replace(before, goals=(withdrawn,)))


def test_an_order_may_be_paused_and_taken_up_again():
    running = a_plan()
    paused = a_medication(status=OrderStatus.ON_HOLD, status_reason=StatusReason.SIDE_EFFECTS)
    on_hold = replace(running, medications=(paused,))
    check_succession(running, on_hold)
    check_succession(on_hold, running)


def test_everything_that_keeps_a_snapshot_from_following_is_said_at_once():
    before = a_plan(status=RequestStatus.REVOKED, warning_signs=(a_warning_sign(),))
    after = replace(before, status=RequestStatus.ACTIVE, warning_signs=(), goals=())
    assert set(refusals(lambda: check_succession(before, after))) == {"status", "warning_signs", "goals"}


def test_a_revision_needs_a_moment_with_its_offset():
    told = {"number": 1, "plan": a_plan(), "groups": ("title",), "author": PSYCHIATRIST.id}
    assert Revision(**told, origin=Origin.PERSON, recorded_at=moment(0)).number == 1
    assert "recorded_at" in refusals(
        lambda: Revision(**told, origin=Origin.EHR, recorded_at=moment(0).replace(tzinfo=None))
    )
