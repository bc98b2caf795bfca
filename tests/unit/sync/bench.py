"""What the pieces of a push are given when they are tried alone."""

from datetime import UTC, datetime
from typing import Any

from service.domain.plan import Plan
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Capabilities, Held, TypeCapability
from service.ports.storage import (
    Connection,
    ConnectionMode,
    Lease,
    LedgerEntry,
    LinkState,
    MedicationMode,
)
from service.sync.agenda import Agenda
from tests.builders import DIRECTORY, a_plan

SYSTEM = "https://w3id.org/tandem-care/id"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONNECTION = Connection(
    id="default",
    base_url="http://ehr.test/fhir",
    identifier_system=SYSTEM,
    mode=ConnectionMode.WRITE,
    sandbox=True,
    medications=MedicationMode.PLAN,
)


def an_agenda(plan: Plan | None = None, *entries: LedgerEntry, **more: Any) -> Agenda:
    """Gives the agenda of a plan over a connection to a sandbox."""
    about = plan or a_plan()
    lease = Lease(
        connection_id="default", patient_id=about.patient.id, holder="run", fencing=7, expires_at=NOON
    )
    usual = {"connection": CONNECTION, "capabilities": Capabilities(fhir_version="4.0.1"), "lease": lease}
    ledger = {Key(one.resource_type, one.item_id): one for one in entries}
    return Agenda(plan=about, number=3, people=DIRECTORY, ledger=ledger, **{**usual, **more})


def an_entry(key: Key, remote_id: str | None = None, **more: Any) -> LedgerEntry:
    """Gives what the ledger holds of a resource."""
    state = LinkState.IN_SYNC if remote_id else LinkState.WAITING
    usual = {"connection_id": "default", "state": state, "patient_id": a_plan().patient.id}
    return LedgerEntry(resource_type=key.type, item_id=key.item, remote_id=remote_id, **{**usual, **more})


def agreed(ours: JsonObject, theirs: JsonObject | None = None) -> dict[str, Any]:
    """Gives the base of an entry."""
    return {"agreed_ours": ours, "ours_digest": digest(ours), "agreed_theirs": theirs or ours}


def offering(*interactions: str, **more: Any) -> Capabilities:
    """Gives the capabilities of a server that does this with Goals."""
    goal = TypeCapability(interactions=frozenset(interactions), **more)
    return Capabilities(fhir_version="4.0.1", types={"Goal": goal})


def held(resource: JsonObject, reference: str = "Goal/1", version: str | None = "1") -> Held:
    """Gives a resource as the chart holds it."""
    return Held(reference=reference, version=version, last_updated=None, resource=resource)
