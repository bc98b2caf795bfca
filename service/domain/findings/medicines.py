"""How a medicine goes: steps whose review may be due, adherence, side effects; never a dose."""

from collections.abc import Iterator
from datetime import timedelta

from service.domain.adherence import AdherenceReport, AdherenceSource, Taking
from service.domain.appointment import AppointmentKind
from service.domain.condition import Severity
from service.domain.coordination import TaskKind
from service.domain.findings.case import Case, day_of
from service.domain.findings.changes import name_of
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.meetings import held
from service.domain.findings.numbers import ARTICLE, HOUSE, NICE_START
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.findings.start import dose_changes
from service.domain.medication import MedicationOrder

_LESS = frozenset({Taking.PARTLY, Taking.NOT_TAKEN})
_REVIEWS = (AppointmentKind.MEDICATION_CHECK, AppointmentKind.INTEGRATED_CHECK_IN)


def _steps(case: Case) -> Iterator[Finding]:
    for order in case.running:
        step = _last_step(case, order)
        if step is not None and step.day is not None:
            due = step.day + timedelta(days=case.numbers.dose_review_days)
            looked = any((day_of(one) or step.day) > step.day for one in held(case, *_REVIEWS))
            if due <= case.today and not looked:
                yield Finding(
                    rule="dose-review",
                    urgency=Urgency.NEXT_CHECK_IN,
                    text=f"{name_of(order)}: {step.says} on {step.day}. The dose may be due for review "
                    f"since {due}.",
                    evidence=(step,),
                    proposal=_task("Ask the prescriber to look at this step", order),
                )


def _last_step(case: Case, order: MedicationOrder) -> Evidence | None:
    """Return the last step that began, or the end of the last one when no other follows it."""
    begun = [day for day, _, _ in dose_changes(order) if day <= case.today]
    ends = [one.end for one in order.dosage if not one.as_needed]
    if ends and ends[-1] is not None and ends[-1] < case.today:
        return Evidence(group="medications", item=order.id, says="the last step ended", day=ends[-1])
    if begun:
        return Evidence(group="medications", item=order.id, says="a step began", day=begun[-1])
    return None


def _task(says: str, order: MedicationOrder) -> Proposal:
    return Proposal(kind=ProposalKind.TASK, says=says, task=TaskKind.FOLLOW_UP, owner=order.prescriber)


def _recent(case: Case, order: MedicationOrder) -> list[AdherenceReport]:
    since = case.today - timedelta(days=case.numbers.adherence_days)
    return [one for one in case.adherence if one.medication == order.id and since <= one.end <= case.today]


def _low(case: Case) -> Iterator[Finding]:
    for order in case.running:
        for last in _recent(case, order)[-1:]:
            if last.taking in _LESS:
                evidence = _report(last)
                yield Finding(
                    rule="adherence-low",
                    urgency=Urgency.THIS_WEEK,
                    text=f"{name_of(order)}: {evidence.says}, up to {last.end}. Ask what makes it hard, "
                    "before anything else is changed.",
                    evidence=(evidence,),
                    proposal=_task("Speak about how the medicine is taken", order),
                )


def _differ(case: Case) -> Iterator[Finding]:
    """Say where the patient and the refills tell different things of the same days."""
    for order in case.running:
        reports = _recent(case, order)
        told = [one for one in reports if one.source is AdherenceSource.PATIENT and one.taking not in _LESS]
        seen = [one for one in reports if one.source is AdherenceSource.REFILL and one.taking in _LESS]
        pairs = [(one, other) for one in told for other in seen if _overlap(one, other)]
        for one, other in pairs[-1:]:
            evidence = (_report(one), _report(other))
            yield Finding(
                rule="adherence-unclear",
                urgency=Urgency.NEXT_CHECK_IN,
                text=f"{name_of(order)}: {evidence[0].says}, and {evidence[1].says}, of the same days. "
                "Refills can mislead: ask without blame.",
                evidence=evidence,
            )


def _overlap(one: AdherenceReport, other: AdherenceReport) -> bool:
    return one.start <= other.end and other.start <= one.end


def _report(one: AdherenceReport) -> Evidence:
    by = "told by the patient" if one.source is AdherenceSource.PATIENT else "seen from refills"
    taking = one.taking.replace("-", " ")
    says = taking if one.taking is Taking.NOT_TAKEN else f"taken {taking}"
    return Evidence(group="adherence", item=one.id, says=f"{says} ({by})", day=one.end)


def _effects(case: Case) -> Iterator[Finding]:
    orders = {one.id: one for one in case.running}
    for one in case.side_effects:
        order = orders.get(one.medication)
        over = one.until is not None and one.until < case.today
        lasting = (case.today - one.since).days > case.numbers.side_effect_days
        severe = one.severity is Severity.SEVERE
        if order is None or over or one.since > case.today:
            continue
        if severe or (one.severity is Severity.MODERATE and lasting):
            says = f"{one.severity} side effect of {name_of(order)}"
            yield Finding(
                rule="side-effect",
                urgency=Urgency.SAME_DAY if severe else Urgency.NEXT_CHECK_IN,
                text=f"A {says} since {one.since} that goes on.",
                evidence=(Evidence(group="side_effects", item=one.id, says=says, day=one.since),),
                proposal=_task("Speak about the side effect, and what helps to live with it", order),
            )


RULES = (
    Rule(
        id="dose-review",
        says="After a titration step, or when the last step has ended, the dose may be due for review; "
        "which dose is never said.",
        source=NICE_START,
        audience=Audience.PRESCRIBER,
        find=_steps,
        numbers=("dose_review_days",),
    ),
    Rule(
        id="adherence-low",
        says="A medicine that the last report calls partly taken or not taken is spoken about first.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_low,
        numbers=("adherence_days",),
    ),
    Rule(
        id="adherence-unclear",
        says="What the patient tells and what refills show are both said where they differ.",
        source=HOUSE,
        audience=Audience.TEAM,
        find=_differ,
        numbers=("adherence_days",),
    ),
    Rule(
        id="side-effect",
        says="A severe side effect is a finding the same day; a moderate one when it lasts.",
        source=ARTICLE,
        audience=Audience.PRESCRIBER,
        find=_effects,
        numbers=("side_effect_days",),
    ),
)
