"""Stops that cannot wait: medicines whose abrupt end is a danger, and a gap that needs a new titration."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from service.domain.adherence import Taking
from service.domain.coordination import TaskKind
from service.domain.findings.case import Case
from service.domain.findings.changes import Change, changes, class_goes_on, name_of, same_medicine
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import LAMOTRIGINE
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.findings.start import daily
from service.domain.ingredients import DrugClass, classes
from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.plan import Plan

ABRUPT = frozenset({
    DrugClass.LITHIUM, DrugClass.BENZODIAZEPINE, DrugClass.SSRI, DrugClass.SNRI, DrugClass.CLOZAPINE,
    DrugClass.LAMOTRIGINE,
})  # fmt: skip
"""The classes whose labels warn of an abrupt stop."""

RETITRATE = "the prescriber must check re-titration"
_DAY = timedelta(days=1)


def _abrupt(case: Case) -> Iterator[Finding]:
    for change in changes(case):
        order = change.item
        if not isinstance(order, MedicationOrder) or change.what == "changed in dose":
            continue
        group = classes(order.drug.code) & ABRUPT
        if group and not class_goes_on(order, _alike(group), case) and not _ran_out_slowly(change, order):
            named = ", ".join(sorted(group))
            yield Finding(
                rule="abrupt-stop",
                urgency=Urgency.SAME_DAY,
                text=f"{name_of(order)} ({named}) {change.what} on {change.day}, "
                "without a taper in its order: a prescriber should look today.",
                evidence=(change.evidence,),
                proposal=Proposal(
                    kind=ProposalKind.TASK,
                    says="Ask the prescriber whether this end is meant, and how it is done safely",
                    task=TaskKind.FOLLOW_UP,
                    owner=order.prescriber,
                ),
            )


def _alike(group: frozenset[DrugClass]) -> frozenset[DrugClass]:
    """Return the classes that one may be switched to: an SNRI stands in for an SSRI, and the other way."""
    serotonergic = frozenset({DrugClass.SSRI, DrugClass.SNRI})
    return group | serotonergic if group & serotonergic else group


def _ran_out_slowly(change: Change, order: MedicationOrder) -> bool:
    """Tell whether the order itself went down in steps to an end that had come."""
    regular = [one for one in order.dosage if not one.as_needed]
    doses = [daily(one) for one in regular]
    down = [high is not None and low is not None and low < high for high, low in pairwise(doses)]
    last = regular[-1].end if regular else None
    return bool(down) and all(down) and last is not None and last <= change.day


def _gap(case: Case) -> Iterator[Finding]:
    for order in case.running:
        if DrugClass.LAMOTRIGINE in classes(order.drug.code):
            evidence = _not_taken(case, order) or _paused(case, order)
            if evidence:
                yield Finding(
                    rule="lamotrigine-gap",
                    urgency=Urgency.SAME_DAY,
                    text=f"{name_of(order)} was not taken from {evidence[0].day} to {evidence[-1].day}, more "
                    f"than five half-lives: {RETITRATE}.",
                    evidence=evidence,
                    proposal=Proposal(
                        kind=ProposalKind.TASK,
                        says=f"Ask before the next dose: {RETITRATE}",
                        task=TaskKind.FOLLOW_UP,
                        owner=order.prescriber,
                    ),
                )


def _not_taken(case: Case, order: MedicationOrder) -> tuple[Evidence, ...]:
    """Return the last run of days without the medicine, as reports tell it, if it was too long."""
    run: list[tuple[str, date, date]] = []
    for one in case.adherence:
        if one.medication != order.id or one.taking is not Taking.NOT_TAKEN:
            continue
        if run and one.start > max(end for _, _, end in run) + _DAY:
            run = []
        run.append((one.id, one.start, one.end))
    if not run:
        return ()
    first, last = min(start for _, start, _ in run), max(end for _, _, end in run)
    recent = case.today - last <= timedelta(days=case.numbers.change_days)
    if not recent or (last - first).days + 1 <= case.numbers.lamotrigine_gap_days:
        return ()
    ends = ((run[0][0], "not taken from", first), (run[-1][0], "not taken until", last))
    return tuple(Evidence(group="adherence", item=item, says=says, day=day) for item, says, day in ends)


def _paused(case: Case, order: MedicationOrder) -> tuple[Evidence, ...]:
    """Return the days between which no order of the medicine ran, if they are too many."""
    days = [(one.day, _runs(one.plan, order)) for one in case.past]
    stopped, again = None, None
    for (_, before), (day, now) in pairwise(days):
        if before and not now:
            stopped, again = day, None
        elif now and not before and stopped is not None:
            again = day
    if stopped is None or again is None or (again - stopped).days <= case.numbers.lamotrigine_gap_days:
        return ()
    if case.today - again > timedelta(days=case.numbers.change_days):
        return ()
    says = (("stopped", stopped), ("taken up again", again))
    return tuple(Evidence(group="medications", item=order.id, says=one, day=at) for one, at in says)


def _runs(plan: Plan, order: MedicationOrder) -> bool:
    return any(one.status is OrderStatus.ACTIVE and same_medicine(one, order) for one in plan.medications)


RULES = (
    Rule(
        id="abrupt-stop",
        says="A stop or a pause of lithium, a benzodiazepine, an SSRI or SNRI, clozapine or lamotrigine that "
        "no taper of its order explains is a finding the same day.",
        source="FDA labels of these medicines",
        audience=Audience.PRESCRIBER,
        find=_abrupt,
        numbers=("change_days",),
    ),
    Rule(
        id="lamotrigine-gap",
        says="After more than five half-lives without lamotrigine the prescriber must check re-titration.",
        source=LAMOTRIGINE,
        audience=Audience.PRESCRIBER,
        find=_gap,
        numbers=("lamotrigine_gap_days", "change_days"),
    ),
)
