"""The ImplementationGuide: the list of all that stands here."""

from collections.abc import Iterable

from fhir_profiles.source.artefact import FHIR_VERSION, definition
from service.fhir.json import JsonObject

_SAYS = (
    "How an integrated treatment plan, of therapy and medication in tandem, stands in a chart as FHIR R4. "
    "Elements that a profile marks as must-support are written wherever the plan has a value for them, and "
    "read wherever a chart has one. The profiles stand on base R4 and follow the shapes of US Core 6.1 and "
    "8.0 without depending on their packages. All are differentials: the $snapshot operation of a FHIR "
    "server makes the rest."
)


def guide(listed: Iterable[JsonObject]) -> JsonObject:
    """Return the guide to these definitions.

    Examples are not listed: HAPI 8.8.0 takes no guide that refers to what it does not hold, and the made-up
    patients of the examples have no place in a chart.
    """
    return {
        **definition("ImplementationGuide", "tandem", title="Tandem integrated treatment plans", says=_SAYS),
        "packageId": "tandem.care.fhir",
        "fhirVersion": [FHIR_VERSION],
        "definition": {"resource": [_entry(one) for one in listed]},
    }


def _entry(one: JsonObject) -> JsonObject:
    return {
        "reference": {"reference": f"{one['resourceType']}/{one['id']}"},
        "name": one.get("title", one["name"]),
        "description": one["description"],
        "exampleBoolean": False,
    }
