"""Decisions whose evidence turned out to be a mistake: they stand, and want another look."""

from collections.abc import Iterator

from service.domain.coordination import TaskKind
from service.domain.findings.case import Case
from service.domain.findings.decision import Answer
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import HOUSE
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.plan import LIST_GROUPS, items

_MISTAKEN = "entered-in-error"
_RULE = "decision-to-review"


def _withdrawn(case: Case) -> Iterator[Finding]:
    mistakes = {
        one.id: group
        for group in LIST_GROUPS
        for one in items(case.plan, group)
        if _MISTAKEN in (getattr(one, "status", None), getattr(one, "verification", None))
    }
    for decision in sorted(case.decisions, key=lambda one: one.key):
        gone = sorted(dict.fromkeys(one for one in decision.evidence if one in mistakes))
        # The look at it is a decision too, on the same mistake: it wants no look of its own.
        again = decision.rule == _RULE
        if gone and decision.answer is not Answer.DECLINED and not again:
            day = decision.decided_at.date()
            yield Finding(
                rule=_RULE,
                urgency=Urgency.THIS_WEEK,
                text=f"A decision of {day} rested on what was entered in error since ({decision.text}). "
                "It stands as it is, and wants another look.",
                evidence=tuple(
                    Evidence(
                        group=mistakes[one], item=one, says=f"entered in error; {decision.rule}", day=day
                    )
                    for one in gone
                ),
                proposal=Proposal(
                    kind=ProposalKind.TASK, says="Look at the decision again", task=TaskKind.FOLLOW_UP
                ),
            )


RULES = (
    Rule(
        id=_RULE,
        says="A decision that was carried out, and whose evidence was entered in error, wants another look; "
        "nothing is undone by itself.",
        source=HOUSE,
        audience=Audience.TEAM,
        find=_withdrawn,
    ),
)
