"""A clinic says what its own measures mean, and where it reads a published one otherwise."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from service.document import measures_from_document
from service.domain.findings.judging import Standards, judge
from service.domain.instruments import INSTRUMENTS, PUBLISHED, Instruments
from service.domain.measure import ItemAnswer, Measure, OwnMeasure, RecordStatus, named
from service.domain.own_measures import check_measures, clinic_instruments
from service.domain.risk_change import latest_positive
from service.domain.score_series import score_series
from service.domain.values import Invalid
from service.mapping.terminology.records import MEASURE
from tests.builders import a_goal, a_plan, a_score, a_target, day, moment

OASIS = OwnMeasure("oasis")
SESSIONS = OwnMeasure("session-rating")
# OASIS: Campbell-Sills 2009 (0 to 20, cut-off 8); the numbers of the second are those of nobody.
WORDS: dict[str, Any] = {
    "oasis": {
        "source": "Campbell-Sills 2009",
        "lowest": 0,
        "highest": 20,
        "higher_is_better": False,
        "adults": True,
        "bands": [{"at_least": 0, "name": "minimal"}, {"at_least": 8, "name": "raised"}],
        "change": 4,
        "response": 0.5,
        "remission": 7,
    },
    "session-rating": {
        "source": "the clinic's own",
        "lowest": 0,
        "highest": 40,
        "higher_is_better": True,
        "adults": False,
        "change": 5,
        "remission": 36,
    },
}


def clinic(words: dict[str, Any] | None = None) -> Instruments:
    return clinic_instruments(measures_from_document(WORDS if words is None else words))


def scored(measure: Any, *totals: tuple[int, int]) -> tuple[Any, ...]:
    return tuple(
        a_score(id=f"s-{on}", measure=measure, value=value, items=(), taken_at=moment(on))
        for on, value in totals
    )


def test_what_a_clinic_says_stands_beside_what_was_published() -> None:
    known = clinic()
    assert set(known.known) == {*Measure, OASIS, SESSIONS}
    oasis = known.of(OASIS)
    assert (oasis.title, oasis.range, oasis.band(8)) == ("OASIS", (0, 20), "raised")
    assert (oasis.responded(12, 6), oasis.remitted(7), oasis.improved(12, 9)) == (True, True, False)
    assert known.of(Measure.PHQ_9) == INSTRUMENTS[Measure.PHQ_9]
    assert clinic({}) == Instruments(known=dict(INSTRUMENTS)) == PUBLISHED


def test_where_higher_is_better_a_remission_lies_above() -> None:
    rating = clinic().of(SESSIONS)
    assert [rating.remitted(value) for value in (35, 36, 40)] == [False, True, True]
    assert (rating.better(20, 5), rating.better(38, 5), clinic().of(OASIS).better(2, 5)) == (25, 40, 0)
    assert (rating.worse_by(20, 15), rating.improved(20, 25)) == (5, True)


def test_another_number_for_a_published_measure_leaves_the_others() -> None:
    phq = clinic({"phq-9": {"source": "our clinic", "change": 6}}).of(Measure.PHQ_9)
    published = INSTRUMENTS[Measure.PHQ_9]
    assert (phq.change, phq.source) == (6, "our clinic")
    assert (phq.bands, phq.remission, phq.response) == (
        published.bands,
        published.remission,
        published.response,
    )


OWN = WORDS["oasis"]
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a name with a space": ({"my scale": OWN}, "my scale: is no name of a measure"),
    "no source": ({"oasis": {**OWN, "source": None}}, "oasis.source"),
    "no range": ({"oasis": {"source": "x", "higher_is_better": False, "adults": False}}, "oasis.lowest"),
    "an empty range": ({"oasis": {**OWN, "highest": 0}}, "oasis.highest: must be more than lowest"),
    "a remission outside": ({"oasis": {**OWN, "remission": 21}}, "oasis.remission: must be 0 to 20"),
    "a screen outside": ({"oasis": {**OWN, "screen": -1}}, "oasis.screen: must be 0 to 20"),
    "no change at all": ({"oasis": {**OWN, "change": 0}}, "oasis.change: must be 1 to 20"),
    "more than all gone": ({"oasis": {**OWN, "response": 1.5}}, "oasis.response: must be a share"),
    "a response of what rises": (
        {"session-rating": {**WORDS["session-rating"], "response": 0.5}},
        "session-rating.response: needs a measure whose best total is 0",
    ),
    "bands that fall": (
        {"oasis": {**OWN, "bands": [{"at_least": 8, "name": "a"}, {"at_least": 0, "name": "b"}]}},
        "oasis.bands: must rise from 0",
    ),
    "bands with a gap below": ({"oasis": {**OWN, "bands": [{"at_least": 5, "name": "a"}]}}, "oasis.bands"),
    "bands beyond": (
        {"oasis": {**OWN, "bands": [{"at_least": 0, "name": "a"}, {"at_least": 21, "name": "b"}]}},
        "oasis.bands",
    ),
    "a published range": ({"phq-9": {"source": "x", "highest": 30}}, "phq-9.lowest"),
    "other numbers without a source": ({"phq-9": {"change": 6}}, "phq-9.source: is needed"),
    "a word that there is not": ({"oasis": {**OWN, "cutoff": 8}}, "oasis.?: is no field here"),
    "no object": ({"oasis": 5}, "oasis: must be an object"),
}


@pytest.mark.parametrize(("words", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_named(words: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Invalid) as refused:
        clinic(words)
    assert complaint in str(refused.value)


def test_a_plan_scores_what_the_clinic_describes_and_nothing_else() -> None:
    goal = a_goal(target=a_target(measure=OASIS, value=Decimal(7)))
    plan = a_plan(scores=scored(OASIS, (0, 12)), goals=(goal,))
    check_measures(None, plan, clinic())
    with pytest.raises(Invalid) as refused:
        check_measures(None, plan, PUBLISHED)
    assert [one.field for one in refused.value.problems] == ["scores[0].measure", "goals[0].target.measure"]
    assert "must be one of asrm, " in refused.value.problems[0].reason


def test_a_total_beyond_what_the_clinic_says_is_refused() -> None:
    with pytest.raises(Invalid, match=r"scores\[0\].value: must be 0 to 20"):
        check_measures(None, a_plan(scores=scored(OASIS, (0, 21))), clinic())


def test_what_was_kept_stays_when_nobody_describes_it_any_more() -> None:
    before = a_plan(scores=scored(OASIS, (0, 12)))
    check_measures(before, a_plan(scores=before.scores, title="Another"), PUBLISHED)
    with pytest.raises(Invalid):
        check_measures(before, a_plan(scores=scored(OASIS, (0, 12), (7, 11))), PUBLISHED)


def test_single_answers_are_held_of_published_instruments_alone() -> None:
    with pytest.raises(Invalid, match="items: are held of published instruments alone"):
        a_score(measure=OASIS, value=3, items=(ItemAnswer(item=1, value=1),))


@pytest.mark.parametrize("name", ["", "x", "Phq-9", "oasis-", "9-scale", "a" * 41, "a b", "näh"])
def test_no_name_of_a_measure(name: str) -> None:
    assert named(name) is None


def test_a_name_of_a_published_measure_is_that_measure() -> None:
    assert named("phq-9") is Measure.PHQ_9
    assert named("oasis") == OASIS


def rules_of(plan: Any, on: int, instruments: Instruments) -> dict[str, str]:
    return {one.rule: one.text for one in judge(plan, day(on), Standards(instruments=instruments))}


def test_rules_judge_a_clinics_own_measure_by_its_numbers() -> None:
    plan = a_plan(scores=scored(OASIS, (0, 6), (20, 10)))
    assert "OASIS 10" in rules_of(plan, 21, clinic())["worsening"]
    assert "worsening" not in rules_of(plan, 21, clinic({"oasis": {**OWN, "change": 5, "bands": []}}))


def test_of_a_measure_that_nobody_describes_nothing_is_judged() -> None:
    plan = a_plan(scores=scored(OASIS, (0, 6), (20, 20)))
    assert "worsening" not in rules_of(plan, 21, PUBLISHED)


def test_goals_of_a_measure_lie_on_its_better_side() -> None:
    found = judge(
        a_plan(scores=scored(SESSIONS, (-3, 20)), goals=()), day(1), Standards(instruments=clinic())
    )
    (proposed,) = [one.proposal for one in found if one.rule == "goals-to-set"]
    assert [(goal.target.comparator.value, goal.target.value) for goal in proposed.goals] == [
        ("at-least", Decimal(25)),
        ("at-least", Decimal(36)),
    ]
    assert proposed.goals[1].description == "Full benefit: SESSION-RATING of 36 or more"


def test_a_goal_without_a_target_is_no_matter_of_measures() -> None:
    check_measures(None, a_plan(goals=(a_goal(target=None),)), PUBLISHED)


def test_the_series_of_a_measure_that_nobody_describes_goes_as_far_as_its_scores() -> None:
    plan = a_plan(scores=scored(OASIS, (0, 12), (7, -3)))
    (series,) = score_series(plan)
    assert (series.low, series.high) == (-3, 12)
    (known,) = score_series(plan, clinic())
    assert (known.low, known.high) == (0, 20)


def test_a_measure_whose_scores_were_all_mistakes_is_no_risk() -> None:
    (one,) = scored(Measure.PHQ_9, (0, 12))
    assert latest_positive(a_plan(scores=(replace(one, status=RecordStatus.ENTERED_IN_ERROR),))) == ()


def test_no_measure_has_no_code() -> None:
    assert MEASURE.concept(None) is None
