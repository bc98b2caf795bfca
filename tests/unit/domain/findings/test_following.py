"""What follows from a decision: exactly what was agreed, in the names of those who agreed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from service.domain.appointment import AppointmentKind, AppointmentStatus
from service.domain.balance import Balance
from service.domain.concept import Period
from service.domain.coordination import FlagKind, TaskIntent, TaskKind, TaskStatus
from service.domain.findings.decision import Answer, Change, Choice
from service.domain.findings.finding import Evidence, Finding, Urgency
from service.domain.findings.following import follow
from service.domain.findings.proposal import ExpectedGoal, Proposal, ProposalKind
from service.domain.goal import Achievement, Comparator, Target
from service.domain.measure import Measure
from service.domain.revision import changed_groups, check_succession
from tests.builders import (
    NURSE,
    PSYCHIATRIST,
    THERAPIST,
    a_phase,
    a_plan,
    a_score,
    a_team_member,
    day,
    moment,
    uid,
)
from tests.refusals import refusals

NOW = moment(43, 11)
BOTH = (PSYCHIATRIST.id, THERAPIST.id)
YES = Choice(answer=Answer.ACCEPTED, reason="She wants to go deeper", decided_by=BOTH)
PLAN = a_plan(phases=(a_phase(),), scores=(a_score(),))
SCORE = Evidence(group="scores", item=uid("scores-0"), says="PHQ-9 4", day=day(42))
PHASE = Evidence(group="phases", item=uid("phases-0"), says="balanced", day=day(0))


def finding(**proposal) -> Finding:
    held = Proposal(**{"says": "Review the treatment", **proposal}) if proposal else None
    return Finding(
        rule="r", urgency=Urgency.THIS_WEEK, text="Noticed.", evidence=(SCORE, PHASE), proposal=held
    )


def followed(choice=YES, plan=PLAN, **proposal):
    outcome = follow(plan, finding(**proposal), choice, now=NOW, zone="Europe/Berlin")
    check_succession(plan, outcome.plan)
    return outcome, changed_groups(plan, outcome.plan)


def test_a_balance_ends_the_open_phase_and_begins_the_next_with_its_scores() -> None:
    outcome, groups = followed(kind=ProposalKind.BALANCE, balance=Balance.THERAPY_LED)
    before, after = outcome.plan.phases
    assert groups == ("phases",)
    assert (before.end, after.start, after.end) == (day(42), day(43), None)
    assert (after.balance, after.reason, after.decided_by) == (Balance.THERAPY_LED, YES.reason, BOTH)
    assert (after.evidence, outcome.made) == ((SCORE.item,), (after.id,))
    assert outcome.plan.medications == PLAN.medications


def test_a_balance_may_follow_on_the_day_of_the_last_one_or_on_none() -> None:
    young = a_plan(phases=(a_phase(start=day(43)),), scores=(a_score(),))
    outcome, _ = followed(plan=young, kind=ProposalKind.BALANCE, balance=Balance.THERAPY_LED)
    assert [one.end for one in outcome.plan.phases] == [day(43), None]
    first, _ = followed(plan=a_plan(scores=(a_score(),)), kind=ProposalKind.BALANCE, balance=Balance.BALANCED)
    assert [one.start for one in first.plan.phases] == [day(43)]
    ended = a_plan(phases=(a_phase(end=day(40)),), scores=(a_score(),))
    again, _ = followed(plan=ended, kind=ProposalKind.BALANCE, balance=Balance.BALANCED)
    assert [one.end for one in again.plan.phases] == [day(40), None]


def test_another_balance_may_be_decided_than_was_proposed() -> None:
    other = replace(YES, answer=Answer.CHANGED, change=Change(balance=Balance.MEDICATION_LED))
    outcome, _ = followed(other, kind=ProposalKind.BALANCE, balance=Balance.THERAPY_LED)
    assert outcome.plan.phases[-1].balance is Balance.MEDICATION_LED


def test_a_task_is_a_plan_with_its_steps_its_days_and_an_owner() -> None:
    outcome, groups = followed(
        kind=ProposalKind.TASK, task=TaskKind.REVIEW_TREATMENT, steps=("adherence", "dose"), due=day(56)
    )
    (task,) = outcome.plan.tasks
    assert groups == ("tasks",)
    assert (task.kind, task.status, task.intent) == (
        TaskKind.REVIEW_TREATMENT, TaskStatus.REQUESTED, TaskIntent.PLAN,
    )  # fmt: skip
    assert (task.description, task.owner) == ("Review the treatment: adherence, dose", PSYCHIATRIST.id)
    assert (task.start, task.due, outcome.made) == (day(43), day(56), (task.id,))


def test_a_task_may_get_another_owner_and_a_day_that_has_passed_is_its_first() -> None:
    change = Change(owner=NURSE.id, due=day(40))
    outcome, _ = followed(
        replace(YES, answer=Answer.CHANGED, change=change), kind=ProposalKind.TASK, task=TaskKind.FOLLOW_UP
    )
    (task,) = outcome.plan.tasks
    assert (task.owner, task.start, task.due) == (NURSE.id, day(40), day(40))
    plain, _ = followed(kind=ProposalKind.TASK, task=TaskKind.FOLLOW_UP)
    assert (plain.plan.tasks[0].start, plain.plan.tasks[0].due) == (None, None)


def test_an_appointment_is_asked_for_with_the_patient_and_the_whole_team_of_today() -> None:
    left = a_team_member(id="left", person=NURSE.id, until=day(10))
    plan = replace(PLAN, care_team=(*PLAN.care_team, left))
    kind = AppointmentKind.INTEGRATED_CHECK_IN
    outcome, groups = followed(
        plan=plan, kind=ProposalKind.APPOINTMENT, appointment=kind, earliest=day(60), due=day(74)
    )
    (one,) = outcome.plan.appointments
    assert groups == ("appointments",)
    assert (one.kind, one.status, one.start) == (kind, AppointmentStatus.PROPOSED, None)
    assert (one.requested, one.zone) == (Period(start=day(60), end=day(74)), "Europe/Berlin")
    assert [each.person for each in one.participants] == [None, *BOTH]


def test_nobody_is_asked_to_come_on_a_day_that_has_passed() -> None:
    outcome, _ = followed(kind=ProposalKind.APPOINTMENT, earliest=day(10), due=day(20))
    assert outcome.plan.appointments[0].requested == Period(start=day(43), end=day(43))


def test_a_flag_is_raised_in_the_name_of_a_person() -> None:
    outcome, groups = followed(kind=ProposalKind.FLAG, flag=FlagKind.SAFETY)
    (flag,) = outcome.plan.flags
    assert groups == ("flags",)
    assert (flag.kind, flag.text, flag.raised_by) == (FlagKind.SAFETY, "Noticed.", PSYCHIATRIST.id)


def test_goals_are_set_as_they_were_agreed() -> None:
    target = Target(measure=Measure.PHQ_9, comparator=Comparator.AT_MOST, value=Decimal(13))
    goals = tuple(ExpectedGoal(description=f"Goal {n}", due=day(n), target=target) for n in (42, 180))
    outcome, groups = followed(kind=ProposalKind.GOALS, goals=goals)
    made = outcome.plan.goals[-2:]
    assert groups == ("goals",)
    assert [(one.start, one.due) for one in made] == [(day(42), day(42)), (day(43), day(180))]
    assert outcome.made == tuple(one.id for one in made)


def test_an_achievement_is_written_on_its_goal_alone() -> None:
    goal = PLAN.goals[0].id
    outcome, groups = followed(kind=ProposalKind.ACHIEVEMENT, goal=goal, achievement=Achievement.NOT_ACHIEVED)
    assert groups == ("goals",)
    assert (outcome.plan.goals[0].achievement, outcome.made) == (Achievement.NOT_ACHIEVED, (goal,))
    other = replace(PLAN, goals=())
    assert followed(plan=other, kind=ProposalKind.ACHIEVEMENT)[0].made == ()


def test_nothing_follows_from_declining_or_where_nothing_was_proposed() -> None:
    no = replace(YES, answer=Answer.DECLINED)
    assert followed(no, kind=ProposalKind.FLAG, flag=FlagKind.SAFETY)[0].plan == PLAN
    assert followed()[0].plan == PLAN


@pytest.mark.parametrize(
    ("kind", "change", "named"),
    [
        (ProposalKind.FLAG, Change(owner="x"), "change.owner"),
        (ProposalKind.TASK, Change(balance=Balance.BALANCED), "change.balance"),
        (ProposalKind.BALANCE, Change(due=day(50)), "change.due"),
        (None, Change(due=day(50)), "change.due"),
    ],
)
def test_a_change_that_the_proposal_does_not_leave_open_is_refused(kind, change, named) -> None:
    choice = replace(YES, answer=Answer.CHANGED, change=change)
    found = refusals(lambda: followed(choice, **({"kind": kind} if kind else {})))
    assert set(found) == {named}


def test_a_choice_names_people_and_changes_something_exactly_when_it_says_so() -> None:
    assert "decided_by" in refusals(lambda: replace(YES, decided_by=()))
    assert "decided_by[1]" in refusals(lambda: replace(YES, decided_by=("a", "a")))
    assert "change" in refusals(lambda: replace(YES, answer=Answer.CHANGED))
    assert "change" in refusals(lambda: replace(YES, answer=Answer.CHANGED, change=Change()))
    assert "change" in refusals(lambda: replace(YES, change=Change(owner="x")))


def test_the_same_decision_makes_the_same_items_whenever_it_is_made() -> None:
    one, _ = followed(kind=ProposalKind.FLAG)
    two = follow(PLAN, finding(kind=ProposalKind.FLAG), YES, now=NOW + timedelta(days=1), zone="UTC")
    assert one.made == two.made
