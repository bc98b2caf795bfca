"""The NamingSystem of the business identifiers that every resource of ours carries."""

from fhir_profiles.source.artefact import DATE, PUBLISHER, narrative
from service.fhir.json import JsonObject
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM

_SAYS = (
    "Identifies items of integrated treatment plans. The value is the UUID of the item, made once; "
    "resources of several types that are made from one item carry the same value. A clinic may set another "
    "system for its installation: the profiles describe the default."
)


def naming_system() -> JsonObject:
    """Return the NamingSystem; R4 gives it neither a URL nor a version."""
    return {
        "resourceType": "NamingSystem",
        "id": "tandem-id",
        "text": narrative("Identifiers of plan items", _SAYS),
        "name": "TandemId",
        "status": "draft",
        "kind": "identifier",
        "date": DATE,
        "publisher": PUBLISHER,
        "responsible": PUBLISHER,
        "description": _SAYS,
        "uniqueId": [{"type": "uri", "value": DEFAULT_IDENTIFIER_SYSTEM, "preferred": True}],
    }
