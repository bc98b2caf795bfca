"""Risk items: answered positively they go to people at once, whatever the total; absent they say nothing."""

from collections.abc import Iterator

from service.domain.coordination import FlagKind
from service.domain.findings.case import Case
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.measure import ITEMS, Measure, Score

RISK_ITEM = 9
"""The item of the PHQ-9, and of the PHQ-A, about being better off dead or hurting oneself."""

_HAS_ITEM = frozenset({Measure.PHQ_9, Measure.PHQ_A})
NEEDS_ASSESSMENT = "needs a clinician's assessment"


def positive_items(score: Score) -> tuple[int, ...] | None:
    """Return the numbers of the risk items answered positively; None when the score says nothing of risk.

    An empty tuple says that every risk item was answered, and none positively. A screener of which only the
    total is known names no item that was positive: item 0 stands for "one of them".
    """
    answers = {one.item: one.value for one in score.items}
    if score.measure in _HAS_ITEM:
        return None if RISK_ITEM not in answers else (RISK_ITEM,) * (answers[RISK_ITEM] >= 1)
    if score.measure is not Measure.C_SSRS:
        return None
    positive = tuple(sorted(item for item, value in answers.items() if value >= 1))
    if positive:
        return positive
    if score.value is None and len(answers) < ITEMS[Measure.C_SSRS]:
        return None
    return (0,) if score.value else ()


def risk_evidence(score: Score) -> Evidence | None:
    """Return what a score says of risk as evidence, if a risk item was answered positively."""
    positive = positive_items(score)
    if not positive:
        return None
    return Evidence(group="scores", item=score.id, says=_said(score, positive), day=score.taken_at.date())


def _said(score: Score, positive: tuple[int, ...]) -> str:
    if score.measure is not Measure.C_SSRS:
        answer = next(one.value for one in score.items if one.item == RISK_ITEM)
        return f"{score.measure.upper()} item {RISK_ITEM} answered with {answer}"
    named = ", ".join(str(item) for item in positive if item)
    return (
        f"C-SSRS answered yes to question {named}" if named else f"C-SSRS with {score.value} answers of yes"
    )


def _positive(case: Case) -> Iterator[Finding]:
    for score in case.scores:
        evidence = risk_evidence(score)
        if evidence is not None:
            yield Finding(
                rule="risk-item",
                urgency=Urgency.AT_ONCE,
                text=f"{evidence.says} on {evidence.day}: this {NEEDS_ASSESSMENT}, whatever the total.",
                evidence=(evidence,),
                proposal=Proposal(
                    kind=ProposalKind.FLAG,
                    says="Assess the person now, and raise a safety flag if it is needed",
                    flag=FlagKind.SAFETY,
                ),
            )


def _unknown(case: Case) -> Iterator[Finding]:
    """Say of the last score of each instrument with a risk item that the item is missing."""
    for measure in sorted({one.measure for one in case.scores} & (_HAS_ITEM | {Measure.C_SSRS})):
        last = [one for one in case.scores if one.measure == measure][-1]
        if positive_items(last) is None:
            name = measure.upper()
            says = f"{name} without an answer to its risk item"
            day = last.taken_at.date()
            yield Finding(
                rule="risk-unknown",
                urgency=Urgency.TO_KNOW,
                text=f"The last {name}, of {day}, has no answer to its risk item: "
                "its total says nothing about risk, and risk is unknown.",
                evidence=(Evidence(group="scores", item=last.id, says=says, day=day),),
            )


RULES = (
    Rule(
        id="risk-item",
        says="A risk item answered positively (PHQ-9 or PHQ-A item 9 of 1 or more, any yes of the C-SSRS) "
        "goes to people at once, whatever the total.",
        source="site protocol; the instruments' own instructions",
        audience=Audience.SAFETY,
        find=_positive,
    ),
    Rule(
        id="risk-unknown",
        says="A score without its risk item says nothing about risk: unknown, never negative.",
        source="site protocol",
        audience=Audience.TEAM,
        find=_unknown,
    ),
)
