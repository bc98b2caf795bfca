"""Tandem's FHIR R4 definitions: profiles, extensions, code systems, maps and examples, as committed JSON.

`python -m fhir_profiles.build` makes them from the tables of the mapping and from the plans of the demo.
"""

from collections.abc import Iterator
from importlib.resources import files

from service.fhir.json import JsonObject, loads

DEFINITIONS = "definitions"
EXAMPLES = "examples"


def resources() -> list[JsonObject]:
    """Return every definition, codes before what binds to them, as a server wants to take them."""
    return [one for type_ in _ORDER for one in _held(DEFINITIONS) if one["resourceType"] == type_]


def examples() -> list[JsonObject]:
    """Return the example resources and Bundles, which the mapping made."""
    return list(_held(EXAMPLES))


_ORDER = (
    "NamingSystem",
    "CodeSystem",
    "ValueSet",
    "ConceptMap",
    "StructureDefinition",
    "Questionnaire",
    "CapabilityStatement",
    "ImplementationGuide",
)


def _held(folder: str) -> Iterator[JsonObject]:
    inside = files(__name__).joinpath(folder)
    for entry in sorted(inside.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            yield loads(entry.read_text(encoding="utf-8"))
