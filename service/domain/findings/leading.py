"""Which side leads: at the start by severity and diagnosis, and more therapy once things are stable."""

from collections.abc import Iterator

from service.domain.balance import Balance
from service.domain.condition import Condition, Severity
from service.domain.findings.case import Case
from service.domain.findings.diagnoses import Family, families
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import ARTICLE
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.risk import risk_evidence
from service.domain.findings.rule import Rule
from service.domain.findings.scores import worsened
from service.domain.findings.trend import Trend, said, trends

MEDICATION_STAYS = "this says nothing about the medicines, which stay as they are"
_TOWARDS_THERAPY = {
    Balance.MEDICATION_LED: Balance.BALANCED,
    Balance.BALANCED: Balance.THERAPY_LED,
}


def _start(case: Case) -> Iterator[Finding]:
    """Propose a balance for a plan that has no phase yet, by its most severe condition."""
    ranks = list(Severity)
    rated = [one for one in case.conditions if one.severity is not None]
    if case.plan.phases or not rated:
        return
    ptsd = [one for one in rated if Family.PTSD in families(one)]
    leading = max(ptsd or rated, key=lambda one: (ranks.index(one.severity or Severity.MILD), one.id))
    found = _balance(leading)
    if found is not None:
        balance, why = found
        evidence = _diagnosis(leading)
        yield Finding(
            rule="starting-balance",
            urgency=Urgency.NEXT_CHECK_IN,
            text=f"The plan has no balance yet, and its leading condition is {evidence.says}: {why}.",
            evidence=(evidence,),
            proposal=Proposal(
                kind=ProposalKind.BALANCE, says=f"Begin {balance.replace('-', ' ')}", balance=balance
            ),
        )


def _balance(condition: Condition) -> tuple[Balance, str] | None:
    if Family.PTSD in families(condition):
        return Balance.THERAPY_LED, "for PTSD trauma-focused therapy comes first"
    if condition.severity is Severity.SEVERE:
        reason = "severe symptoms can block therapy, so consider to begin with medication in the lead"
        return Balance.MEDICATION_LED, reason
    if Family.BIPOLAR in families(condition):
        return None
    return Balance.THERAPY_LED, "with mild to moderate symptoms therapy may lead"


def _diagnosis(condition: Condition) -> Evidence:
    names = ", ".join(sorted(families(condition))) or "the condition"
    return Evidence(
        group="conditions", item=condition.id, says=f"{condition.severity} {names}", day=condition.onset
    )


def _deeper(case: Case) -> Iterator[Finding]:
    """Propose more therapy focus where all that was measured is stable, and nothing speaks against it."""
    held = case.plan.phases[-1:]
    balance = _TOWARDS_THERAPY.get(held[0].balance) if held and held[0].end is None else None
    judged = [one for one in trends(case) if one.instrument.judges and one.since]
    if balance is None or not judged or not case.therapies or not all(_steady(case, one) for one in judged):
        return
    measured = tuple(dict.fromkeys(piece for one in judged for piece in one.evidence))
    phase = Evidence(group="phases", item=held[0].id, says=held[0].balance.value, day=held[0].start)
    yield Finding(
        rule="more-therapy-focus",
        urgency=Urgency.NEXT_CHECK_IN,
        text=f"Stable: {said(measured)}. If the person wishes to understand more, therapy can take more "
        f"room; {MEDICATION_STAYS}.",
        evidence=(*measured, phase),
        proposal=Proposal(
            kind=ProposalKind.BALANCE,
            says=f"If the person wishes it: {balance.replace('-', ' ')}; {MEDICATION_STAYS}",
            balance=balance,
        ),
    )


def _steady(case: Case, one: Trend) -> bool:
    at_risk = any(risk_evidence(score) for score in one.recent)
    return one.stable(case.numbers.stable_days) and not at_risk and not worsened(case, one.instrument.measure)


RULES = (
    Rule(
        id="starting-balance",
        says="Severe at the start: consider medication in the lead; mild to moderate: therapy may lead; "
        "PTSD: trauma-focused therapy first. Nothing is proposed for bipolar disorder that is not severe.",
        source=f"{ARTICLE}; VA/DoD 2023 for PTSD",
        audience=Audience.TEAM,
        find=_start,
    ),
    Rule(
        id="more-therapy-focus",
        says="Stable, and wishing to go deeper: therapy may take more room, which never means less "
        "medication.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_deeper,
        numbers=("baseline_days", "stable_days"),
    ),
)
