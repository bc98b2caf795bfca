"""References: what they look like, where a resource holds them, and how to point them elsewhere."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeAlias

from service.fhir.json import JsonObject
from service.fhir.schema import elements, is_resource_type, kind_of

_REST = re.compile(
    r"(?:(?P<base>https?://\S+?)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?"
)
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?(?P<query>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A resource on a server: `Patient/1`, with a base if the reference was absolute."""

    type: str
    id: str
    version: str | None = None
    base: str | None = None

    @property
    def relative(self) -> str:
        """Gives `Type/id`, without base and version."""
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """A resource inside the one that refers to it; an empty id means the container itself."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Urn:
    """A resource in the same bundle, by its fullUrl (`urn:uuid:…`, `urn:oid:…`)."""

    urn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """A search that the server resolves: `Patient?identifier=…`."""

    type: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Anything else, such as a URL that is not RESTful."""

    url: str


Target: TypeAlias = Rest | Contained | Urn | Conditional | Elsewhere


def parse(reference: str) -> Target:
    """Reads the text of `Reference.reference`, or a Location header, into what it points to."""
    if reference.startswith("#"):
        return Contained(id=reference[1:])
    if reference.startswith("urn:"):
        return Urn(urn=reference)
    rest = _REST.fullmatch(reference)
    if rest and is_resource_type(rest["type"]):
        return Rest(type=rest["type"], id=rest["id"], version=rest["version"], base=rest["base"])
    conditional = _CONDITIONAL.fullmatch(reference)
    if conditional and is_resource_type(conditional["type"]):
        return Conditional(type=conditional["type"], query=conditional["query"])
    return Elsewhere(url=reference)


def target_type(reference: JsonObject) -> str | None:
    """Gives the resource type that a Reference names, by its text or else its `type`; None if by neither."""
    match parse(str(reference.get("reference", ""))):
        case Rest(type=kind) | Conditional(type=kind):
            return kind
        case _:
            stated = reference.get("type")
            return stated if isinstance(stated, str) else None


def references_in(resource: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Visits every Reference as (FHIRPath, the object itself), in elements that R4 does not know too."""
    kind = str(resource.get("resourceType", ""))
    yield from _references(resource, kind, kind)


def rewrite(resource: JsonObject, readdress: Callable[[str], str]) -> JsonObject:
    """Gives a copy of the resource whose references read as `readdress` says; nothing else changes."""
    return _readdressed(resource, str(resource.get("resourceType", "")), readdress)


# Both go down into objects alone, on their own: `schema.walk` makes a `Place` of every string that it passes.
def _references(value: JsonObject, kind: str, path: str) -> Iterator[tuple[str, JsonObject]]:
    if _is_reference(value, kind):
        yield path, value
    known = elements(kind)
    for name, one in value.items():
        if isinstance(one, dict):
            here = f"{path}.{name.removeprefix('_')}"
            yield from _references(one, kind_of(known.get(name), one), here)
        elif isinstance(one, list):
            here = f"{path}.{name.removeprefix('_')}"
            for index, item in enumerate(one):
                if isinstance(item, dict):
                    yield from _references(item, kind_of(known.get(name), item), f"{here}[{index}]")


def _readdressed(value: JsonObject, kind: str, readdress: Callable[[str], str]) -> JsonObject:
    known, copied = elements(kind), dict(value)
    for name, one in value.items():
        if isinstance(one, dict):
            copied[name] = _readdressed(one, kind_of(known.get(name), one), readdress)
        elif isinstance(one, list):
            copied[name] = [
                _readdressed(item, kind_of(known.get(name), item), readdress)
                if isinstance(item, dict)
                else deepcopy(item)
                for item in one
            ]
    if _is_reference(value, kind) and isinstance(value.get("reference"), str):
        copied["reference"] = readdress(value["reference"])
    return copied


def _is_reference(value: JsonObject, kind: str) -> bool:
    return kind == "Reference" or (not kind and isinstance(value.get("reference"), str))
