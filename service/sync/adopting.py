"""Taking up what only the chart has: it becomes an item of the plan, as an import would make it.

Bookings, orders and problems stay the clinic's own; goals and courses of therapy are shared from then on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from service.domain.plan import Plan, items
from service.fhir.json import JsonObject
from service.fhir.labels import is_labelled_closed
from service.mapping.absorption import Entry, Reunion, absorb
from service.mapping.reading import Issue
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry
from service.sync.agenda import Agenda
from service.sync.bookkeeping import agreed_entry, clinics_own_entry
from service.sync.drafts import meant, symbols
from service.sync.imported import plainly_said
from service.sync.prescriptions import carries_our_name
from service.sync.sides import symbolic

ADOPTED = "adopted"
TAKEN_UP_AS: Mapping[str, str] = MappingProxyType({
    "Condition": "conditions",
    "Goal": "goals",
    "ServiceRequest": "therapies",
    "MedicationRequest": "medications",
    "Appointment": "appointments",
})  # fmt: skip
"""The list of the plan by type, what others name before what names it."""
_SHARED = frozenset({"Goal", "ServiceRequest"})
LINKS_OF_ORDERS = ("MedicationRequest.requester", "MedicationRequest.priorPrescription")


class Copying(Protocol):
    """How a foreign resource is made readable: a copy in memory that carries our identifier and our codes."""

    def item(self, address: str) -> str:
        """Return the id of what a resource of the chart stands for, the same at every reading."""

    def inside(self, care_plan: JsonObject, element: str, index: int) -> JsonObject | None:
        """Return the resource that an entry of a CarePlan describes or contains, None for neither."""

    def copy(self, resource: JsonObject, item: str, zone: str | None) -> JsonObject:
        """Return the copy; `zone` is the IANA zone of an appointment that names none."""


def taken_up(
    agenda: Agenda, held: Held, copying: Copying, *, zone: str | None = None
) -> tuple[Plan, Key] | None:
    """Return the plan with the resource in it, None for one of which the plan can make nothing."""
    found, key = reading(agenda, held, copying, zone=zone)
    return None if found.plan is None or not _holds(found.plan, key) else (found.plan, key)


def untakeable(agenda: Agenda, held: Held, copying: Copying, *, zone: str | None = None) -> tuple[str, ...]:
    """Return why the plan can make nothing of the resource, by FHIR path; nothing where it can."""
    found, key = reading(agenda, held, copying, zone=zone)
    if found.plan is not None and _holds(found.plan, key):
        return ()
    return tuple(map(_told, found.issues))


def left_behind(agenda: Agenda, held: Held, copying: Copying) -> tuple[str, ...]:
    """Return what of a resource stays in the chart when the plan takes it up, by FHIR path.

    An order is read all the same where it names somebody or something outside the plan.
    """
    found, key = reading(agenda, held, copying)
    return tuple(
        _told(issue)
        for issue in found.issues
        if issue.path.startswith(key.type) and not issue.path.startswith(LINKS_OF_ORDERS)
    )


def _told(issue: Issue) -> str:
    return f"{issue.path.rstrip('.')} {issue.reason}"


def reading(agenda: Agenda, held: Held, copying: Copying, *, zone: str | None = None) -> tuple[Reunion, Key]:
    """Return what comes of reading the resource into the plan, and what it would be there."""
    key = Key(str(held.resource["resourceType"]), copying.item(held.reference))
    copy = copying.copy(symbolic(held.resource, symbols(agenda)), key.item, zone or _zone_of(agenda.plan))
    entries = (Entry(address=held.reference, resource=copy), *medication_entries(agenda))
    return absorb(agenda.plan, entries, agenda.refs(), people=agenda.people), key


def _holds(plan: Plan, key: Key) -> bool:
    return any(one.id == key.item for one in items(plan, TAKEN_UP_AS[key.type]))


def medication_entries(agenda: Agenda) -> Iterator[Entry]:
    """Yield the Medications that the chart's requests name, as a reading takes them."""
    for one in agenda.ordered or ():
        if one.reference.startswith("Medication/"):
            yield Entry(address=one.reference, resource=one.resource)


def adopted_entry(agenda: Agenda, key: Key, held: Held) -> LedgerEntry:
    """Return the entry that links an item of the plan to a resource of the chart, as both say it now."""
    ours = plainly_said(agenda)[key]
    if key.type in _SHARED:
        entry = agreed_entry(agenda.entry(key), ours, held)
        after = replace(agenda, ledger={**agenda.ledger, key: entry})
        return agreed_entry(entry, meant(after).ours[key], held)
    return clinics_own_entry(agenda.entry(key), held, ours=ours, theirs=held.resource, reason=ADOPTED)


def linked(agenda: Agenda) -> set[str]:
    """Return the addresses of all that stands for something in the plan."""
    kept = {f"{entry.resource_type}/{entry.remote_id}" for entry in agenda.ledger.values()}
    return kept | set(agenda.chart_orders.values())


def unlinked(agenda: Agenda, found: Iterable[Held]) -> Iterator[Held]:
    """Yield what has no identifier of ours, stands for nothing in the plan, and is not labelled as closed."""
    known, system = linked(agenda), agenda.connection.identifier_system
    for one in found:
        closed = carries_our_name(one.resource, system) or is_labelled_closed(one.resource)
        if not closed and one.reference not in known:
            yield one


def _zone_of(plan: Plan) -> str | None:
    return next((one.zone for one in plan.appointments), None)
