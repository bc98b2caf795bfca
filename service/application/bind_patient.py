"""Binding a plan to a patient of the chart by a person's word, for the first time or anew.

What is compared is shown first; the word counts for exactly that. After a merge the plan follows its patient:
what the EHR moved is the same as before, and what it left behind is asked about at the next pass.
"""

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from service.application.chart_run import Whose, at_the_chart
from service.domain.people import Patient
from service.domain.values import Invalid, Problem
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.fhir.references import rewrite
from service.ports.ehr import Gone, Held, Missing
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import LedgerEntry, Outdated, PlanFilter, UnitOfWork, Unknown
from service.sync.agenda import Agenda, Ports, remote_of
from service.sync.fencing import must_hold
from service.sync.imported import plainly_said
from service.sync.matching import inactive_reason
from service.sync.patient import bound_entry, has_died, identifying_systems
from service.sync.reconciliation import Cause

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_OF_PATIENTS = frozenset({Cause.PATIENT_MATCH.value, Cause.PATIENT_CHANGED.value})
BOUND = "bound"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtPatient(Whose):
    """Compare a plan with a patient of the chart, by the id there."""

    patient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BindPatient(LookAtPatient):
    """Bind the plan to the patient; `digest` is of what was shown."""

    digest: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One thing by which patients are told, as the plan and the chart say it."""

    element: str
    plan: tuple[str, ...]
    chart: tuple[str, ...]
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A patient of the chart beside the plan's; `bound_to` is to whom the plan is bound by now.

    `obstacle` says why nobody may bind to this patient. `moved` counts the resources whose agreement
    followed.
    """

    plan_id: str
    patient: str
    digest: str
    compared: tuple[Compared, ...]
    deceased: bool
    obstacle: str | None = None
    bound_to: str | None = None
    moved: int = 0


def look_at_binding(command: LookAtPatient, ports: Ports) -> Binding:
    """Return how the patient compares with the plan's; raises `Invalid` for no id, and as a pass does."""
    with at_the_chart(command, ports) as (agenda, _):
        return _shown(agenda, _read(command.patient, ports))


def bind_patient(command: BindPatient, ports: Ports) -> Binding:
    """Bind, and unfreeze the plan.

    Raises `Outdated` when something else was shown, `Invalid` for a patient who was merged or is inactive,
    and as a pass does.
    """
    with at_the_chart(command, ports) as (agenda, _):
        held = _read(command.patient, ports)
        shown = _shown(agenda, held)
        if shown.digest != command.digest:
            raise Outdated("patient", command.patient)
        if shown.obstacle is not None:
            raise Invalid([Problem("patient", shown.obstacle)])
        moved = _bind(command, agenda, held, ports=ports)
        return replace(shown, bound_to=held.reference, moved=moved)


def _read(patient: str, ports: Ports) -> Held:
    if not _ID.fullmatch(patient):
        raise Invalid([Problem("patient", "must be the patient's id in the EHR")])
    try:
        return ports.ehr.read(f"Patient/{patient}")
    except (Missing, Gone):
        raise Unknown("patient", patient) from None


def _shown(agenda: Agenda, held: Held) -> Binding:
    ours, theirs = plainly_said(agenda)[agenda.patient], held.resource
    parts = (agenda.plan.id, held.reference, digest(ours), digest(theirs))
    return Binding(
        plan_id=agenda.plan.id,
        patient=held.reference,
        digest=sha256("\n".join(parts).encode()).hexdigest(),
        compared=tuple(_compared(agenda, agenda.plan.patient, ours, theirs=theirs)),
        deceased=has_died(theirs),
        obstacle=inactive_reason(theirs),
        bound_to=remote_of(agenda.ledger.get(agenda.patient)),
    )


def _compared(
    agenda: Agenda, patient: Patient, ours: JsonObject, *, theirs: JsonObject
) -> Iterator[Compared]:
    systems = identifying_systems(agenda, patient)
    for element in ("identifier", "family name", "birth date"):
        plan, chart = (tuple(_said(element, one, systems)) for one in (ours, theirs))
        yield Compared(element=element, plan=plan, chart=chart, same=bool(set(plan) & set(chart)))


def _said(element: str, patient: JsonObject, systems: Set[str]) -> Iterator[str]:
    match element:
        case "identifier":
            named = (one for one in patient.get("identifier", []) if one.get("system") in systems)
            yield from (f"{one.get('system')}|{one.get('value')}" for one in named)
        case "family name":
            yield from (str(one.get("family", "")) for one in patient.get("name", []))
        case _:
            yield str(patient.get("birthDate", ""))


def _bind(command: BindPatient, agenda: Agenda, held: Held, *, ports: Ports) -> int:
    before = remote_of(agenda.ledger.get(agenda.patient))
    now, moved = ports.clock.now(), 0
    bound = bound_entry(agenda, held)
    with ports.storage.begin() as work:
        must_hold(work, agenda.lease, now)
        for plan_id in _plans_of(agenda, work):
            follow = list(_followed(agenda, work, plan_id, places=(before, held.reference)))
            work.ledger.save((*follow, *_bound_too(bound, work, plan_id)), plan_id=plan_id)
            waiting = work.inbox.of_plan(agenda.connection.id, plan_id)
            work.inbox.save(_over(one, command, now) for one in waiting if one.cause in _OF_PATIENTS)
            moved += len(follow)
        work.ledger.save([bound], plan_id=agenda.plan.id)
        work.jobs.wake(agenda.connection.id, _plans_of(agenda, work))
        work.commit()
    return moved


def _bound_too(bound: LedgerEntry, work: UnitOfWork, plan_id: str) -> Iterator[LedgerEntry]:
    """Yield the entry of the patient in another plan of theirs, which still means whom it meant."""
    key = (bound.resource_type, bound.item_id)
    for own in work.ledger.many(bound.connection_id, [key], plan_id=plan_id):
        yield replace(bound, agreed_ours=own.agreed_ours or bound.agreed_ours)


def _over(item: InboxItem, command: BindPatient, now: datetime) -> InboxItem:
    noted = replace(item, decided_by=command.author, decided_at=now)
    return replace(noted, state=ItemState.CLOSED, closed_at=now, outcome=BOUND)


def _plans_of(agenda: Agenda, work: UnitOfWork) -> tuple[str, ...]:
    """Return every plan of the patient: they share the link."""
    found = work.plans.page(PlanFilter(patient_id=agenda.plan.patient.id), limit=500)
    return tuple(one.id for one in found.items)


def _followed(
    agenda: Agenda, work: UnitOfWork, plan_id: str, *, places: tuple[str | None, str]
) -> Iterable[LedgerEntry]:
    """Yield agreements that name the patient who was bound before, as they read after the move."""
    before, after = places
    for entry in work.ledger.of_plan(agenda.connection.id, plan_id):
        if before in (None, after) or entry.agreed_theirs is None or entry.resource_type == "Patient":
            continue
        theirs = rewrite(entry.agreed_theirs, lambda one: after if one == before else one)
        if theirs != entry.agreed_theirs:
            known = entry.theirs_digest is not None
            yield replace(entry, agreed_theirs=theirs, theirs_digest=digest(theirs) if known else None)
