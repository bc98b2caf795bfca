"""What may be expected when: first improvement, full benefit, and what to review when nothing improves."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from service.domain.coordination import TaskKind
from service.domain.findings.case import Case
from service.domain.findings.days import months_after
from service.domain.findings.finding import Audience, Finding, Urgency
from service.domain.findings.numbers import ARTICLE
from service.domain.findings.proposal import ExpectedGoal, Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.findings.scores import bipolar, positive_mania_screen
from service.domain.findings.trend import Trend, said, total, trends
from service.domain.goal import Comparator, Target

REVIEW_ORDER = (
    "adherence",
    "adequacy of the dose",
    "side effects",
    "substance use",
    "diagnosis",
    "sessions attended",
)
"""What a review of the treatment looks at, in this order, before more support by medication."""

MORE_SUPPORT = "then, if all of these are in order, more support by medication"
WITH_RAISED_MOOD = "then what steadies the mood: no medicine for depression is suggested here"
_WEEK = timedelta(weeks=1)


def _stalled(case: Case) -> Iterator[Finding]:
    for one in trends(case):
        day = _day(one)
        last = one.recent[-1].taken_at.date() if one.recent else day
        due = day + case.numbers.no_improvement_weeks_min * _WEEK
        enough = last >= day + case.numbers.first_improvement_weeks_min * _WEEK
        if case.today >= due and enough and one.unimproved:
            yield _review(case, one)


def _review(case: Case, one: Trend) -> Finding:
    careful = (*bipolar(case), *positive_mania_screen(case))
    numbers = case.numbers
    weeks = f"{numbers.no_improvement_weeks_min} to {numbers.no_improvement_weeks_max}"
    return Finding(
        rule="no-improvement",
        urgency=Urgency.THIS_WEEK,
        text=f"No improvement that means something after {weeks} weeks: {said(one.evidence)}. "
        f"Review the treatment, in this order: {', '.join(REVIEW_ORDER)}.",
        evidence=(*one.evidence, *careful),
        proposal=Proposal(
            kind=ProposalKind.TASK,
            says="Review the treatment",
            task=TaskKind.REVIEW_TREATMENT,
            steps=(*REVIEW_ORDER, WITH_RAISED_MOOD if careful else MORE_SUPPORT),
            due=_day(one) + numbers.no_improvement_weeks_max * _WEEK,
        ),
    )


def _unmeasured(case: Case) -> Iterator[Finding]:
    """Say that nothing can be judged by a measure that has no score from the weeks that count."""
    numbers = case.numbers
    for one in trends(case):
        counted = _day(one) + numbers.first_improvement_weeks_min * _WEEK
        due = _day(one) + numbers.first_improvement_weeks_max * _WEEK
        late = [score for score in one.since if score.taken_at.date() >= counted]
        judged = one.instrument.judges and one.baseline is not None
        if judged and case.today >= due and (not late or not one.recent):
            yield Finding(
                rule="not-measured",
                urgency=Urgency.THIS_WEEK,
                text=f"A first improvement was expected by {due} ({said((one.start,))}), and there are not "
                f"two scores of {one.instrument.title} since, one of them from {counted} or later: "
                "it cannot be judged.",
                evidence=one.evidence,
                proposal=Proposal(
                    kind=ProposalKind.TASK,
                    says=f"Ask for a {one.instrument.title}",
                    task=TaskKind.FOLLOW_UP,
                ),
            )


def _expected(case: Case) -> Iterator[Finding]:
    """Propose the two goals of a treatment that has begun, for each measure that has a baseline."""
    for one in trends(case):
        goals = _goals(case, one)
        if goals and one.baseline is not None:
            evidence = (one.start, *one.evidence[1:2])
            yield Finding(
                rule="goals-to-set",
                urgency=Urgency.NEXT_CHECK_IN,
                text=f"The treatment counts from {_day(one)}: a first improvement may be expected by "
                f"{goals[0].due}, the full benefit by {goals[-1].due}, and no goal says so yet.",
                evidence=evidence,
                proposal=Proposal(
                    kind=ProposalKind.GOALS,
                    says="Set a goal for the first improvement and one for the full benefit",
                    goals=goals,
                ),
            )


def _goals(case: Case, one: Trend) -> tuple[ExpectedGoal, ...]:
    measure, base = one.instrument.measure, one.baseline
    held = [goal for goal in case.goals if goal.target is not None and goal.target.measure == measure]
    if base is None or one.instrument.change is None or one.instrument.remission is None:
        return ()
    first = _day(one) + case.numbers.first_improvement_weeks_max * _WEEK
    if any(goal.due is not None and goal.due > _day(one) for goal in held):
        return ()
    title = one.instrument.title
    return (
        ExpectedGoal(
            description=f"First improvement: {title} better by {one.instrument.change} points",
            due=first,
            target=_reaching(one, one.instrument.better(total(base), one.instrument.change)),
        ),
        ExpectedGoal(
            description=f"Full benefit: {title} of {one.instrument.remission} or {_side(one)}",
            due=months_after(_day(one), case.numbers.full_benefit_months_max),
            target=_reaching(one, one.instrument.remission),
        ),
    )


def _side(one: Trend) -> str:
    return "more" if one.instrument.higher_is_better else "less"


def _reaching(one: Trend, value: int) -> Target:
    side = Comparator.AT_LEAST if one.instrument.higher_is_better else Comparator.AT_MOST
    return Target(measure=one.instrument.measure, comparator=side, value=Decimal(value))


def _day(one: Trend) -> date:
    return one.start.day or date.min


RULES = (
    Rule(
        id="no-improvement",
        says="Neither of the last two scores is better by a change that means something 6 weeks after the "
        "start: review the treatment by week 8, in the stated order; no wording for a medicine against "
        "depression with bipolar disorder or a positive ASRM.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_stalled,
        numbers=("first_improvement_weeks_min", "no_improvement_weeks_min", "no_improvement_weeks_max"),
    ),
    Rule(
        id="not-measured",
        says="When a first improvement is due and there are no scores to judge it by, that is said.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_unmeasured,
        numbers=("first_improvement_weeks_min", "first_improvement_weeks_max"),
    ),
    Rule(
        id="goals-to-set",
        says="A treatment that has begun gets two goals: the first improvement after 4 to 6 weeks, and the "
        "full benefit after 3 to 6 months.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_expected,
        numbers=("first_improvement_weeks_max", "full_benefit_months_max"),
    ),
)
