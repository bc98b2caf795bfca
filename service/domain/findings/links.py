"""Tandem links: when one side changes, what it supports is looked at by the team, with the reason."""

from collections.abc import Iterator

from service.domain.appointment import AppointmentKind
from service.domain.coordination import FlagKind
from service.domain.findings.case import Case, day_of
from service.domain.findings.changes import changes, name_of
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.meetings import held, missed
from service.domain.findings.numbers import ARTICLE
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.medication import MedicationOrder
from service.domain.therapy import TherapyCourse

TELL = Proposal(
    kind=ProposalKind.FLAG,
    says="Tell the team, and look at what is linked to it",
    flag=FlagKind.LINKED_CHANGE,
)


def linked(case: Case, item: MedicationOrder | TherapyCourse) -> tuple[MedicationOrder | TherapyCourse, ...]:
    """Return what of the other side is linked to a medicine or a therapy, and is under way."""
    if isinstance(item, MedicationOrder):
        chain = _chain(case, item)
        return tuple(one for one in case.therapies if one.id in item.supports or chain & {*one.supports})
    return tuple(
        one for one in case.running if item.id in one.supports or _chain(case, one) & {*item.supports}
    )


def _chain(case: Case, order: MedicationOrder) -> set[str]:
    """Return an order with all that it follows: a link with an earlier one holds on."""
    orders = {one.id: one for one in case.orders}
    chain, step = {order.id}, order.replaces
    while step is not None:
        chain.add(step)
        step = orders[step].replaces if step in orders else None
    return chain


def _changed(case: Case) -> Iterator[Finding]:
    for change in changes(case):
        others = linked(case, change.item)
        if others:
            names = ", ".join(name_of(one) for one in others)
            yield Finding(
                rule="linked-change",
                urgency=Urgency.THIS_WEEK,
                text=f"{change.evidence.says} on {change.day}. Linked with it: {names}.",
                evidence=(change.evidence, *(_as_evidence(one) for one in others)),
                proposal=TELL,
            )


def _as_evidence(one: MedicationOrder | TherapyCourse) -> Evidence:
    group = "medications" if isinstance(one, MedicationOrder) else "therapies"
    return Evidence(group=group, item=one.id, says=f"{name_of(one)} is linked", day=one.authored_on)


def _missed(case: Case) -> Iterator[Finding]:
    for course in case.therapies:
        row = _in_a_row(case, course.id)
        if len(row) >= case.numbers.missed_sessions:
            others = linked(case, course)
            names = ", ".join(name_of(one) for one in others)
            also = f" Linked with it: {names}." if others else ""
            days = ", ".join(str(one.day) for one in row)
            yield Finding(
                rule="sessions-missed",
                urgency=Urgency.THIS_WEEK,
                text=f"{len(row)} sessions of {name_of(course)} in a row did not take place: {days}.{also}",
                evidence=(*row, *(_as_evidence(one) for one in others)),
                proposal=TELL,
            )


def _in_a_row(case: Case, course: str) -> tuple[Evidence, ...]:
    """Return the last sessions of a course that did not take place, since the last one that did."""
    kind = AppointmentKind.THERAPY_SESSION
    seen = [day_of(one) for one in held(case, kind) if one.therapy == course]
    seen += [one.start.date() for one in case.sessions if one.therapy == course]
    last = max((day for day in seen if day is not None), default=None)
    found = []
    for one in missed(case, kind):
        day = day_of(one)
        gone = day is not None and day <= case.today and (last is None or day > last)
        if one.therapy == course and gone:
            found.append(Evidence(group="appointments", item=one.id, says=f"session {one.status}", day=day))
    return tuple(found)


RULES = (
    Rule(
        id="linked-change",
        says="When a medicine is stopped, held or changed in dose, or a therapy ends or is held, in this "
        "service or in the EHR, what is linked to it is flagged for the team. A renewal is no stop.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_changed,
        numbers=("change_days",),
    ),
    Rule(
        id="sessions-missed",
        says="Two sessions in a row that did not take place are told to the team, with the linked medicines.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_missed,
        numbers=("missed_sessions",),
    ),
)
