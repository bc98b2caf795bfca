"""Goals judged when they are due, by the last two scores since they began; a person writes the judgement."""

from collections.abc import Iterator
from datetime import date

from service.domain.coordination import TaskKind
from service.domain.findings.case import Case
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import ARTICLE
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.findings.trend import JUDGED_ON, as_evidence, said, total
from service.domain.goal import Achievement, Comparator, Goal, GoalStatus, Target
from service.domain.instruments import title_of
from service.domain.measure import Score

_OPEN = frozenset({GoalStatus.ACCEPTED, GoalStatus.ACTIVE})
_JUDGED = frozenset({Achievement.ACHIEVED, Achievement.SUSTAINING, Achievement.NOT_ACHIEVED})


def _due(case: Case) -> Iterator[Finding]:
    for goal in case.goals:
        if goal.status in _OPEN and goal.achievement not in _JUDGED and goal.target is not None:
            due = goal.due
            if due is not None and due <= case.today:
                yield _finding(case, goal, goal.target)


def _finding(case: Case, goal: Goal, target: Target) -> Finding:
    recent = _recent(case, goal, target)
    reached = [_reaches(target, total(one)) for one in recent]
    itself = Evidence(group="goals", item=goal.id, says="a goal that is due", day=goal.due)
    evidence = (itself, *(as_evidence(one) for one in recent))
    title = title_of(target.measure)
    aim = f"{title} {target.comparator.replace('-', ' ')} {target.value}"
    words = said(evidence[1:])
    if len(recent) < JUDGED_ON or len(set(reached)) > 1:
        why = (
            f"the last scores do not agree ({words})"
            if len(recent) == JUDGED_ON
            else "there are not two scores"
        )
        return Finding(
            rule="goal-due",
            urgency=Urgency.NEXT_CHECK_IN,
            text=f"The goal of {aim} was due on {goal.due}, and {why}: it cannot be judged yet.",
            evidence=evidence,
            proposal=Proposal(
                kind=ProposalKind.TASK, says=f"Ask for another {title}", task=TaskKind.FOLLOW_UP
            ),
        )
    achievement = Achievement.ACHIEVED if reached[0] else Achievement.NOT_ACHIEVED
    return Finding(
        rule="goal-due",
        urgency=Urgency.NEXT_CHECK_IN,
        text=f"The goal of {aim} was due on {goal.due} and is {achievement.replace('-', ' ')}: {words}.",
        evidence=evidence,
        proposal=Proposal(
            kind=ProposalKind.ACHIEVEMENT,
            says=f"Write down that the goal is {achievement.replace('-', ' ')}",
            goal=goal.id,
            achievement=achievement,
        ),
    )


def _recent(case: Case, goal: Goal, target: Target) -> tuple[Score, ...]:
    first = goal.start or date.min
    scores = [one for one in case.valued(target.measure) if first < one.taken_at.date() <= case.today]
    return tuple(scores[-JUDGED_ON:])


def _reaches(target: Target, value: int) -> bool:
    return value <= target.value if target.comparator is Comparator.AT_MOST else value >= target.value


RULES = (
    Rule(
        id="goal-due",
        says="A goal with a target is judged when it is due, by the last two scores since it began: reached "
        "by both, by neither, or not to be judged yet.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_due,
    ),
)
