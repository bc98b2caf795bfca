"""How a profile or an extension is said in few words, and written as a differential StructureDefinition."""

from collections.abc import Iterable
from typing import Any

from fhir_profiles.source.artefact import FHIR_VERSION, canonical, definition
from service.fhir.json import JsonObject
from service.mapping.extensions import Extension
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.mapping.terminology.systems import CANONICAL, SNOMED
from service.mapping.terminology.table import Code, Table

_CORE = "http://hl7.org/fhir/StructureDefinition"
_ABSENT = "0..0"
_HL7 = "http://terminology.hl7.org/"


def at(path: str, count: str | None = None, /, **facets: Any) -> JsonObject:
    """Return one element of a differential; `count` as `1..1`, a slice as `Goal.identifier:tandem.system`.

    What is not forbidden is must-support: it is written where the plan has it, and read where a chart has it.
    """
    steps = [step.split(":") for step in path.split(".")]
    element: JsonObject = {"id": path, "path": ".".join(step[0] for step in steps)}
    if len(steps[-1]) > 1:
        element["sliceName"] = steps[-1][1]
    if count is not None:
        least, _, most = count.partition("..")
        element |= {"min": int(least), "max": most}
    if count != _ABSENT:
        facets = {"mustSupport": True, **facets}
    return element | facets


def sliced(path: str, by: str, on: str, /, *, why: str) -> JsonObject:
    """Return the element that opens slices told apart `by` pattern, value, type or exists `on` a path."""
    slicing = {"discriminator": [{"type": by, "path": on}], "description": why, "rules": "open"}
    return at(path, slicing=slicing)


def refers(path: str, count: str | None, /, *types: str, **facets: Any) -> JsonObject:
    """Return an element that refers to resources of some types only."""
    profiles = [f"{_CORE}/{one}" for one in types]
    return at(path, count, type=[{"code": "Reference", "targetProfile": profiles}], **facets)


def only(path: str, count: str | None, /, *types: str, **facets: Any) -> JsonObject:
    """Return an element with a choice of types that takes some of them only."""
    return at(path, count, type=[{"code": one} for one in types], **facets)


def bound(path: str, count: str | None, table: Table[Any], /, **facets: Any) -> JsonObject:
    """Return an element with a code of one of our tables, whatever code systems a server has."""
    if _known_everywhere(table):
        return at(path, count, binding=required(table.name), **facets)
    binding = {**required(table.name), "strength": "extensible"}
    return at(path, count, binding=binding, constraint=[named_by(table)], **facets)


def named_by(table: Table[Any], of: str = "") -> JsonObject:
    """Return the invariant that one of the codings `of` an element is of a table; it needs no terminology."""
    names = " | ".join(f"'{one.system}|{one.code}'" for codes in table.rows.values() for one in codes)
    title = table.name.replace("-", " ")
    where = f"{of}.coding" if of else "coding"
    others, says = (
        ("", "")
        if table.beside is None
        else (f" or system = '{table.beside}'", ", or one of the clinic's own")
    )
    return rule(
        f"tandem-{table.name}",
        f"A code of the value set {title} is given{says}",
        f"{where}.exists(system & '|' & code in ({names}){others})",
    )


def _known_everywhere(table: Table[Any]) -> bool:
    # HAPI 8.8.0 reports a required binding to a system that it does not have as an error; SNOMED CT it knows.
    systems = {one.system for codes in table.rows.values() for one in codes}
    return all(system == SNOMED or system.startswith((CANONICAL, _HL7)) for system in systems)


def rule(key: str, says: str, expression: str) -> JsonObject:
    """Return an invariant that FHIRPath decides."""
    return {"key": key, "severity": "error", "human": says, "expression": expression}


def coded(code: Code) -> JsonObject:
    """Return the pattern of a CodeableConcept that has a coding, whatever else it says."""
    return {"coding": [{"system": code.system, "code": code.code}]}


def identified(type_: str, at_least: int = 1) -> list[JsonObject]:
    """Return the elements that ask for our identifier, once, among `at_least` so many."""
    here = f"{type_}.identifier"
    slicing = sliced(here, "value", "system", why="Ours is told by its system; identifiers of others stay")
    return [
        {**slicing, "min": at_least},
        at(f"{here}:tandem", "1..1", short="The item of the plan"),
        at(f"{here}:tandem.system", "1..1", fixedUri=DEFAULT_IDENTIFIER_SYSTEM),
        at(f"{here}:tandem.value", "1..1", short="The id of the item, made once"),
    ]


def extended(path: str, extension: Extension, count: str = "0..1") -> list[JsonObject]:
    """Return the elements by which a path holds one of our extensions."""
    type_ = {"code": "Extension", "profile": [extension.url]}
    slicing = sliced(f"{path}.extension", "value", "url", why="Extensions are told apart by their URL")
    return [slicing, at(f"{path}.extension:{extension.name}", count, type=[type_])]


def required(value_set: str) -> JsonObject:
    """Return the binding to one of our ValueSets."""
    return {"strength": "required", "valueSet": canonical("ValueSet", value_set)}


def profile(
    type_: str,
    name: str,
    *,
    title: str,
    says: str,
    elements: Iterable[JsonObject],
    rules: Iterable[JsonObject] = (),
) -> JsonObject:
    """Return a profile on a resource of base R4; `elements` stand in the order of R4."""
    opening = definition("StructureDefinition", name, title=title, says=says)
    held = [{**one, "source": opening["url"]} for one in rules]
    root = {"id": type_, "path": type_, "short": title} | ({"constraint": held} if held else {})
    return {
        **opening,
        "fhirVersion": FHIR_VERSION,
        "kind": "resource",
        "abstract": False,
        "type": type_,
        "baseDefinition": f"{_CORE}/{type_}",
        "derivation": "constraint",
        "differential": {"element": [root, *elements]},
    }
