"""The relapse plan at work: a sign that the person ticked, or a score, and the agreed steps."""

from collections.abc import Iterator
from datetime import timedelta

from service.domain.coordination import FlagKind
from service.domain.findings.case import Case
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import ARTICLE
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.findings.scores import worsened
from service.domain.findings.trend import as_evidence, said, total
from service.domain.relapse import RelapseStep, WarningSign


def steps(case: Case) -> tuple[RelapseStep, ...]:
    """Return the steps of the relapse plan that are agreed now."""
    return tuple(sorted((one for one in case.plan.relapse_steps if _now(one, case)), key=lambda one: one.id))


def _now(one: RelapseStep | WarningSign, case: Case) -> bool:
    return one.since <= case.today and (one.until is None or one.until >= case.today)


def _flag(case: Case) -> Proposal:
    return Proposal(
        kind=ProposalKind.FLAG,
        says="Do what the relapse plan says",
        flag=FlagKind.WARNING_SIGN,
        steps=tuple(one.action for one in steps(case)),
    )


def _agreed(case: Case) -> tuple[str, tuple[Evidence, ...]]:
    agreed = steps(case)
    evidence = tuple(
        Evidence(group="relapse_steps", item=one.id, says="an agreed step", day=one.since) for one in agreed
    )
    return (" Agreed: " + "; ".join(one.action for one in agreed) + ".") if agreed else "", evidence


def _ticked(case: Case) -> Iterator[Finding]:
    since = case.today - timedelta(days=case.numbers.warning_days)
    words, agreed = _agreed(case)
    for sign in sorted(case.plan.warning_signs, key=lambda one: one.id):
        entries = [one for one in case.journal if sign.id in one.warning_signs]
        for entry in entries[-1:]:
            day = entry.written_at.date()
            if since <= day <= case.today and _now(sign, case):
                yield Finding(
                    rule="warning-sign",
                    urgency=Urgency.SAME_DAY,
                    text=f"The person ticked their own warning sign on {day}: {sign.text}.{words}",
                    evidence=(
                        Evidence(group="journal", item=entry.id, says="warning sign ticked", day=day),
                        Evidence(group="warning_signs", item=sign.id, says="their own sign", day=sign.since),
                        *agreed,
                    ),
                    proposal=_flag(case),
                )


def _scored(case: Case) -> Iterator[Finding]:
    """Name the agreed steps when a score worsens that had been one of remission."""
    words, agreed = _agreed(case)
    for measure in sorted({one.measure for one in case.scores}):
        pair = worsened(case, measure)
        if agreed and pair and case.instruments.of(measure).remitted(total(pair[0])):
            evidence = tuple(as_evidence(one) for one in pair)
            yield Finding(
                rule="warning-score",
                urgency=Urgency.SAME_DAY,
                text=f"Worse after a remission: {said(evidence)}.{words}",
                evidence=(*evidence, *agreed),
                proposal=_flag(case),
            )


RULES = (
    Rule(
        id="warning-sign",
        says="A sign that the person ticked in an entry they shared names the agreed steps; free text is "
        "never read.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_ticked,
        numbers=("warning_days",),
    ),
    Rule(
        id="warning-score",
        says="A score that worsens after a remission names the agreed steps.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_scored,
    ),
)
