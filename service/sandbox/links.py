"""The references of what is written: made relative, looked up, and refused where they dangle."""

from collections.abc import Mapping
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.references import Conditional, Contained, Elsewhere, Rest, Urn, parse, rewrite
from service.fhir.schema import Place, walk
from service.sandbox.chart import Chart
from service.sandbox.records import Version, beside_the_content
from service.sandbox.search import find_by
from service.sandbox.wire import Refusal

_ANY = "Resource"


def settled(chart: Chart, resource: JsonObject, addresses: Mapping[str, str]) -> JsonObject:
    """Gives the resource with its references as the server keeps them: relative, without version, resolved.

    `addresses` says where the entries of the same transaction went, by fullUrl and by conditional URL.
    """

    def readdress(reference: str) -> str:
        if reference in addresses:
            return addresses[reference]
        match parse(reference):
            case Rest(base=base) as rest if base in {None, chart.base}:
                return rest.relative
            case Conditional(type=kind):
                return _resolved(chart, kind, reference)
            case _:
                return reference

    return rewrite(resource, readdress)


def refuse_dangling(chart: Chart, version: Version) -> None:
    """Refuses a resource whose references, outside extensions and contained resources, lead nowhere."""
    for place in walk(version.body or {}):
        if _holds_reference(place) and not beside_the_content(place.path):
            _refuse_if_dangling(chart, place, str(place.value["reference"]))


def refuse_referenced(chart: Chart, deleted: Version) -> None:
    """Refuses to delete what another resource still refers to."""
    for holder in chart.store.holders(deleted.reference):
        words = f"Unable to delete {deleted.reference} because at least one resource has a reference to this"
        raise Refusal(409, f"{words} resource. First found was {holder.reference}", code="conflict")


def sole_match(chart: Chart, kind: str, query: str) -> Version | None:
    """Gives what a conditional URL finds: one or none; several are refused with 412."""
    found = find_by(chart, kind, query)
    if len(found) > 1:
        words = f'HAPI-0958: the match URL "{query}" matched {len(found)} resources of type {kind}'
        raise Refusal(412, words, code="multiple-matches")
    return found[0] if found else None


def _resolved(chart: Chart, kind: str, reference: str) -> str:
    found = sole_match(chart, kind, reference)
    if found is None:
        words = f'HAPI-1091: Invalid match URL "{reference}" - No resources match this search'
        raise Refusal(404, words, code="not-found")
    return found.reference


def _holds_reference(place: Place) -> bool:
    value: Any = place.value
    return place.kind == "Reference" and isinstance(value, dict) and isinstance(value.get("reference"), str)


def _refuse_if_dangling(chart: Chart, place: Place, reference: str) -> None:
    match parse(reference):
        case Rest(base=None) as rest:
            _refuse_wrong_type(place, rest)
            _refuse_missing(chart, place, rest)
        case Contained():
            return
        case Urn():
            words = f"HAPI-0541: Unable to satisfy placeholder ID {reference} found in element {place.path}"
            raise Refusal(400, words)
        case Elsewhere(url=url) if not url.startswith(("http://", "https://")):
            words = f"HAPI-0505: Invalid resource reference found at path[{place.path}]"
            raise Refusal(400, f"{words} - Does not contain resource type - {reference}")
        case _ if not chart.shape.external_references:
            words = f"HAPI-0507: Resource contains external reference at path {place.path}"
            raise Refusal(400, f"{words} but this server is not configured to allow external references")
        case _:
            return


def _refuse_wrong_type(place: Place, rest: Rest) -> None:
    allowed = place.element.targets if place.element else ()
    if allowed and rest.type not in allowed and _ANY not in allowed:
        words = f"HAPI-0931: Invalid reference found at path '{place.path}'"
        raise Refusal(422, f"{words}. Resource type '{rest.type}' is not valid for this path")


def _refuse_missing(chart: Chart, place: Place, rest: Rest) -> None:
    target = chart.store.latest((rest.type, rest.id))
    if target is None:
        raise Refusal(400, f"HAPI-1094: Resource {rest.relative} not found, specified in path: {place.path}")
    if target.body is None:
        raise Refusal(400, f"HAPI-1096: Resource {rest.relative} is deleted, specified in path: {place.path}")
