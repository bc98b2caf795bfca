"""Of which types the server may let an update go over somebody's edit: for whoever operates the service."""

from service.application.ports import PlanPorts
from service.fhir.json import JsonObject
from service.ports.ehr import Capabilities


def unguarded_types(
    offered: Capabilities, *, override: JsonObject, ports: PlanPorts, connection_id: str = "default"
) -> tuple[str, ...]:
    """Return the types that are read again just before a write, by what is stated, seen, and overridden."""
    with ports.storage.begin(write=False) as work:
        kept = work.capabilities.get(connection_id)
    seen = () if kept is None else Capabilities.from_json(kept.content).overwrites
    known = offered.seen_to_overwrite(seen).overridden(override)
    return tuple(name for name in sorted(known.types) if known.can(name, "update") and not known.guards(name))
