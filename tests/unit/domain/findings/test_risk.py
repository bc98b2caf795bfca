"""A positive risk item is a finding whatever the total; an absent one is unknown, never negative."""

import pytest

from service.domain.findings.finding import Finding, Urgency
from service.domain.findings.judging import judge
from service.domain.findings.risk import NEEDS_ASSESSMENT, RULES, positive_items
from service.domain.measure import AbsentReason, ItemAnswer, Measure, RecordStatus, Score
from tests.builders import a_plan, a_score, day, moment, uid


def answers(**values: int) -> tuple[ItemAnswer, ...]:
    return tuple(ItemAnswer(item=int(name[1:]), value=value) for name, value in values.items())


def found(*scores: Score) -> tuple[Finding, ...]:
    return judge(a_plan(scores=scores), day(100), rules=RULES)


SAID = {
    "item nine of one": (a_score(value=1, items=answers(q9=1)), (9,)),
    "item nine of zero": (a_score(value=20, items=answers(q9=0)), ()),
    "a total alone": (a_score(value=27), None),
    "other items alone": (a_score(value=3, items=answers(q1=3)), None),
    "a total that is missing": (
        a_score(value=None, absent_reason=AbsentReason.ASKED_DECLINED, items=answers(q9=2)),
        (9,),
    ),
    "of young people": (a_score(measure=Measure.PHQ_A, items=answers(q9=3)), (9,)),
    "an instrument without one": (a_score(measure=Measure.GAD_7, value=21), None),
    "a screener with one yes": (a_score(measure=Measure.C_SSRS, value=1, items=answers(q2=1)), (2,)),
    "a screener with some yes": (a_score(measure=Measure.C_SSRS, value=2), (0,)),
    "a screener of only no": (a_score(measure=Measure.C_SSRS, value=0), ()),
    "a screener that was declined": (
        a_score(measure=Measure.C_SSRS, value=None, absent_reason=AbsentReason.ASKED_DECLINED),
        None,
    ),
    "a screener answered in part": (
        a_score(
            measure=Measure.C_SSRS,
            value=None,
            absent_reason=AbsentReason.UNKNOWN,
            items=answers(q1=0, q6=1),
        ),
        (6,),
    ),
    "a screener of only no without its total": (
        a_score(
            measure=Measure.C_SSRS,
            value=None,
            absent_reason=AbsentReason.UNKNOWN,
            items=answers(q1=0, q2=0, q3=0, q4=0, q5=0, q6=0),
        ),
        (),
    ),
}


@pytest.mark.parametrize(("score", "expected"), SAID.values(), ids=SAID)
def test_a_score_says_of_risk_only_what_was_answered(score: Score, expected: tuple[int, ...] | None) -> None:
    assert positive_items(score) == expected


def test_a_positive_item_goes_to_people_at_once_in_words_that_judge_nothing() -> None:
    (one,) = found(a_score(value=1, items=answers(q9=1)))
    assert (one.rule, one.urgency, one.items) == ("risk-item", Urgency.AT_ONCE, (uid("scores-0"),))
    assert NEEDS_ASSESSMENT in one.text
    assert one.text.startswith("PHQ-9 item 9 answered with 1 on 2024-")
    assert "suicid" not in one.text.lower()


def test_a_yes_of_the_screener_names_the_question_where_it_is_known() -> None:
    named, some = (
        found(a_score(measure=Measure.C_SSRS, value=2, items=items))[0].text
        for items in (answers(q1=1, q2=1), ())
    )
    assert "yes to question 1, 2" in named
    assert "2 answers of yes" in some


def test_a_low_total_hides_no_positive_item_and_a_later_score_takes_none_back() -> None:
    early = a_score(id="s-1", value=1, items=answers(q9=1))
    later = a_score(id="s-2", value=0, items=answers(q9=0), taken_at=moment(30))
    assert [one.items for one in found(later, early)] == [("s-1",)]


def test_a_score_that_was_taken_back_is_no_evidence() -> None:
    assert found(a_score(items=answers(q9=3), status=RecordStatus.ENTERED_IN_ERROR)) == ()


def test_the_last_score_without_its_item_is_said_to_be_unknown() -> None:
    early = a_score(id="s-1", items=answers(q9=0))
    later = a_score(id="s-2", taken_at=moment(30))
    (one,) = found(early, later)
    assert (one.rule, one.items) == ("risk-unknown", ("s-2",))
    assert "unknown" in one.text
    assert found(a_score(id="s-0", measure=Measure.GAD_7)) == ()
