"""The links of an import: what was read from the chart, and what the plan says that the chart never had."""

from collections.abc import Mapping
from dataclasses import replace

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.bookkeeping import agreed_entry
from service.sync.drafts import meant
from service.sync.imported import plainly_said

IMPORTED = "imported"
# The clinic's own, whoever made the plan: people, problems, prescriptions and bookings.
_EHRS = frozenset({
    "Appointment", "Condition", "MedicationRequest", "Patient", "Practitioner", "PractitionerRole",
})  # fmt: skip


def imported_links(agenda: Agenda, found: Mapping[Key, Held]) -> tuple[LedgerEntry, ...]:
    """Return the entries after which a push of the plan as it was read writes nothing.

    What is the clinic's own is only referred to; what the chart lacks is made once a person changes it here;
    of the rest both sides are agreed upon as they stand. The agenda's ledger holds them afterwards.
    """
    said = plainly_said(agenda)
    # What was read is agreed upon for this plan, whatever another plan that rests on it has agreed.
    new = [key for key in said if key in found or remote_of(agenda.ledger.get(key)) is None]
    for key in new:
        held, body = found.get(key), said[key]
        entry = agenda.entry(key)
        if held is None:
            agenda.ledger[key] = _plan_only(entry, body, IMPORTED)
        else:
            agreed = agreed_entry(entry, body, held)
            state = LinkState.PULL_ONLY if _is_the_ehrs(agenda, key, held) else LinkState.IN_SYNC
            agenda.ledger[key] = replace(agreed, state=state, reason=IMPORTED)
    for key, ours in meant(agenda).ours.items():  # after every address is known: ours refers to theirs
        entry = agenda.ledger[key]
        if entry.state is LinkState.IN_SYNC and key in new:
            agenda.ledger[key] = agreed_entry(entry, ours, found[key])
    return tuple(agenda.ledger[key] for key in sorted(agenda.ledger) if key in said)


def plan_only_entry(agenda: Agenda, key: Key) -> LedgerEntry:
    """Return the entry of an item that the chart has not and need not get, as long as nobody changes it."""
    return _plan_only(agenda.entry(key), plainly_said(agenda)[key], "not needed in the chart")


def _plan_only(entry: LedgerEntry, body: JsonObject, reason: str) -> LedgerEntry:
    return replace(
        entry, state=LinkState.PLAN_ONLY, agreed_ours=body, ours_digest=digest(body), reason=reason
    )


def _is_the_ehrs(agenda: Agenda, key: Key, held: Held) -> bool:
    ours = {"system": agenda.connection.identifier_system, "value": key.item}
    identifiers = held.resource.get("identifier", [])
    carried = any(ours.items() <= one.items() for one in identifiers if isinstance(one, dict))
    return key.type in _EHRS and not carried
