"""Which scores raise an alert: a positive risk item that is new, whatever the total."""

import pytest

from service.domain.measure import ItemAnswer, Measure, RecordStatus
from service.domain.risk_change import latest_positive, newly_positive
from tests.builders import a_plan, a_score, moment, uid


def phq(answer, *, item=9, **changes):
    return a_score(items=(ItemAnswer(item=item, value=answer),), **changes)


def with_scores(*scores):
    return a_plan(scores=scores)


NOTHING = with_scores()
NEVER = a_score(id=uid("scores-1"), measure=Measure.C_SSRS, value=0)


@pytest.mark.parametrize(
    ("before", "after", "raises"),
    [
        (NOTHING, with_scores(phq(1)), True),
        (NOTHING, with_scores(phq(1, value=1)), True),
        (NOTHING, with_scores(phq(0, value=27)), False),
        (NOTHING, with_scores(a_score(value=27)), False),
        (NOTHING, with_scores(phq(3, item=8)), False),
        (with_scores(phq(1)), with_scores(phq(1)), False),
        (with_scores(phq(1)), with_scores(phq(2)), False),
        (with_scores(phq(0)), with_scores(phq(2)), True),
        (with_scores(a_score()), with_scores(phq(2)), True),
        (NOTHING, with_scores(phq(2, status=RecordStatus.ENTERED_IN_ERROR)), False),
        (NOTHING, with_scores(a_score(measure=Measure.C_SSRS, value=1)), True),
        (NOTHING, with_scores(a_score(measure=Measure.C_SSRS, value=0)), False),
        (None, with_scores(phq(1)), True),
    ],
)
def test_a_risk_item_that_is_newly_positive_raises(before, after, raises):
    assert newly_positive(before, after) == ((after.scores[0].id,) if raises else ())


def test_another_question_answered_yes_raises_again():
    first = a_score(measure=Measure.C_SSRS, value=1, items=(ItemAnswer(item=1, value=1),))
    more = a_score(
        measure=Measure.C_SSRS, value=2, items=(ItemAnswer(item=1, value=1), ItemAnswer(item=6, value=1))
    )
    assert newly_positive(with_scores(first), with_scores(more)) == (more.id,)


def test_of_a_chart_that_is_new_the_last_score_of_each_instrument_speaks():
    old = phq(3, taken_at=moment(0))
    now = phq(0, id=uid("scores-2"), taken_at=moment(30))
    assert latest_positive(with_scores(now, old)) == ()
    worse = phq(1, id=uid("scores-2"), taken_at=moment(30))
    assert latest_positive(with_scores(old, worse, NEVER)) == (worse.id,)
    assert latest_positive(with_scores(old, phq(0, id="x", status=RecordStatus.ENTERED_IN_ERROR))) == (
        old.id,
    )
