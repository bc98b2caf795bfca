"""The story of a plan: in one order, with everything that happened once, and nothing that was taken back."""

from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.coordination import FlagStatus, NoteStatus
from service.domain.measure import AbsentReason, ItemAnswer, Measure, RecordStatus
from service.domain.medication import OrderStatus, StatusReason
from service.domain.revision import Origin
from service.domain.score_series import score_series
from service.domain.session import SessionStatus
from service.domain.therapy import RequestStatus
from service.domain.timeline import Change, EventKind, timeline
from tests.builders import (
    THERAPIST,
    a_dosage_step,
    a_drug,
    a_flag,
    a_medication,
    a_note,
    a_plan,
    a_score,
    a_session,
    day,
    moment,
    the_full_plan,
    uid,
)
from tests.strategies import FEW, plans

FULL = the_full_plan()


def titles(plan, kind, changes=()):
    return [one.title for one in timeline(plan, changes) if one.kind is kind]


@FEW
@given(plans())
def test_the_story_is_in_order_and_names_items_of_the_plan(plan):
    told = timeline(plan)
    assert [one.at for one in told] == sorted(one.at for one in told)
    for one in told:
        assert one.item in {item.id for item in getattr(plan, one.group)}


@FEW
@given(plans())
def test_the_order_in_which_things_were_entered_changes_nothing(plan):
    turned = replace(plan, scores=plan.scores[::-1], notes=plan.notes[::-1], sessions=plan.sessions[::-1])
    assert timeline(turned) == timeline(plan)


def test_every_kind_of_event_is_told():
    change = a_change(replace(FULL, status=RequestStatus.ON_HOLD), origin=Origin.EHR, groups=("status",))
    assert {one.kind for one in timeline(FULL, [change])} == set(EventKind)


def test_a_score_says_its_value_or_why_there_is_none():
    assert titles(FULL, EventKind.SCORE)[:2] == ["PHQ-9: 14", "GAD-7: no value (asked-declined)"]


def test_a_positive_risk_item_is_marked_whatever_the_total():
    (event,) = timeline(a_plan(scores=(a_score(value=1, items=(ItemAnswer(item=9, value=1),)),), **BARE))
    assert event.needs_assessment
    assert event.detail == "a risk item is positive: needs a clinician's assessment"


BARE = {"therapies": (), "medications": ()}


def test_what_was_taken_back_is_no_part_of_the_story():
    wrong = RecordStatus.ENTERED_IN_ERROR
    plan = a_plan(
        scores=(a_score(status=wrong),),
        notes=(a_note(status=NoteStatus.ENTERED_IN_ERROR),),
        flags=(a_flag(status=FlagStatus.ENTERED_IN_ERROR),),
        sessions=(a_session(status=SessionStatus.ENTERED_IN_ERROR, appointment=None, therapy=None),),
        **BARE,
    )
    assert timeline(plan) == ()


def test_a_dose_says_what_it_follows_and_every_step_has_its_day():
    told = [(one.at.date(), one.title) for one in timeline(FULL) if one.kind is EventKind.DOSE]
    assert told == [
        (day(42), "Sertraline 50 mg: 50 mg, 1 per d in place of Sertraline 50 mg: 50 mg, 1 per d"),
        (day(56), "Sertraline 50 mg: 50 mg, 2 per d"),
    ]


def a_change(after, *, origin=Origin.PERSON, groups=("medications",), before=FULL):
    return Change(
        before=before,
        after=after,
        number=2,
        groups=groups,
        author="ehr:default" if origin is Origin.EHR else THERAPIST.id,
        origin=origin,
        recorded_at=moment(50),
    )


def test_an_order_that_ends_is_told_with_its_reason_by_the_revision_that_ended_it():
    before = a_plan(medications=(a_medication(),))
    after = a_plan(
        medications=(a_medication(status=OrderStatus.STOPPED, status_reason=StatusReason.SIDE_EFFECTS),)
    )
    change = a_change(after, before=before, origin=Origin.EHR)
    (chart, ended) = [one for one in timeline(after, [change]) if one.revision == 2]
    assert (chart.kind, chart.title) == (EventKind.CHART_CHANGE, "Changed in the chart: medications")
    assert "active becomes stopped" in ended.title
    assert (ended.detail, ended.origin, ended.by) == ("side-effects", Origin.EHR, ("ehr:default",))


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin.EHR, ["Changed in the chart: care team, scores"]),
        (Origin.RULE, ["Changed by a rule: care team, scores"]),
        (Origin.PERSON, []),
    ],
)
def test_a_change_says_where_it_came_from(origin, expected):
    change = a_change(FULL, origin=origin, groups=("care_team", "scores"))
    assert titles(FULL, EventKind.CHART_CHANGE, [change]) == expected


def test_a_new_order_is_no_change_of_a_status():
    before = a_plan(medications=())
    change = a_change(a_plan(), before=before)
    assert [one for one in timeline(a_plan(), [change]) if one.revision == 2] == []


def test_an_order_that_is_a_draft_was_not_given():
    other = a_medication(id=uid("medications-1"), drug=a_drug(), status=OrderStatus.DRAFT)
    assert len(titles(a_plan(medications=(a_medication(), other)), EventKind.ORDER)) == 1


def test_a_series_holds_the_values_that_stand_in_their_order():
    plan = a_plan(
        scores=(
            a_score(id="c", value=9, taken_at=moment(30)),
            a_score(id="a", value=16, taken_at=moment(0), items=(ItemAnswer(item=9, value=2),)),
            a_score(id="b", value=None, absent_reason=AbsentReason.UNKNOWN, taken_at=moment(9)),
            a_score(id="d", value=27, status=RecordStatus.ENTERED_IN_ERROR),
            a_score(id="e", measure=Measure.WHO_5, value=40),
        )
    )
    phq, who = score_series(plan)
    assert (phq.measure, phq.low, phq.high) == (Measure.PHQ_9, 0, 27)
    assert [(one.value, one.needs_assessment) for one in phq.points] == [(16, True), (9, False)]
    assert [one.value for one in who.points] == [40]
    assert score_series(a_plan()) == ()


def test_a_dose_in_reserve_is_told_without_a_rhythm():
    reserve = a_dosage_step(timing=None, as_needed=True)
    plan = a_plan(medications=(a_medication(dosage=(reserve,)),))
    (told,) = titles(plan, EventKind.ORDER)
    assert told.endswith(f"{reserve.dose.value} {reserve.dose.unit} as needed")
