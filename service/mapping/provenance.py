"""Provenance: who decided on the balance of a phase, when and why; the Observation itself carries the phase.

Nothing is absorbed from it. It has no identifier, so a replay would duplicate it: it is PUT to `client_id`
where the server lets clients choose ids, else not written.
"""

from service.domain.balance import Phase
from service.fhir.json import JsonObject
from service.mapping.datatypes import moment_to_fhir
from service.mapping.extensions import OUR_EXTENSIONS, PLAN_REVISION
from service.mapping.overlay import ADDED_REFERENCES, MOMENT, WHOLE, ByReference, Coded, Fields, OneOf, write
from service.mapping.references import Key, Refs
from service.mapping.terminology.items import PLAN_ITEM, PlanItem
from service.mapping.terminology.systems import PROVENANCE_PARTICIPANT

SHAPE: Fields = {
    "extension": OUR_EXTENSIONS,
    "target": ADDED_REFERENCES,
    "recorded": MOMENT,
    "reason": OneOf(lambda reason: "coding" not in reason, {"text": WHOLE}),
    "activity": Coded(PLAN_ITEM.find),
    "agent": ByReference(("who",), {"who": WHOLE}, types=("Practitioner",)),
}

_AUTHOR = {"system": PROVENANCE_PARTICIPANT, "code": "author", "display": "Author"}


def client_id(phase_id: str) -> str:
    """Return the id that the Provenance of a phase is PUT to: a UUID, the same at every rendering."""
    return Key("Provenance", phase_id).urn.removeprefix("urn:uuid:")


def to_fhir(
    phase: Phase, refs: Refs, *, revision: int | None = None, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Provenance of the decision on a phase; `revision` is that of the plan it came from."""
    mine = {
        "resourceType": "Provenance",
        "extension": PLAN_REVISION.holding(revision),
        "target": [refs.to("Observation", phase.id)],
        "recorded": moment_to_fhir(phase.decided_at),
        "reason": [{"text": phase.reason}],
        "activity": PLAN_ITEM.concept(PlanItem.BALANCE_DECISION),
        "agent": [
            {"type": {"coding": [_AUTHOR]}, "who": refs.to("Practitioner", person)}
            for person in phase.decided_by
        ],
    }
    return write(mine, onto, SHAPE, refs=refs)
