"""What keeps a resource from being read at all: it is no R4, or something unknown changes what it says."""

from collections.abc import Iterator

from service.fhir.glance import surely_valid
from service.fhir.json import JsonObject, dumps
from service.fhir.schema import walk
from service.fhir.structure import structural_problems
from service.mapping.reading import Issue


def obstacles(resource: JsonObject) -> tuple[Issue, ...]:
    """Return why a resource must not be read, empty when it may; a form that is not R4's comes alone."""
    if not _is_text(resource):
        return (Issue("Resource", "holds a broken surrogate"),)
    found = () if surely_valid(resource) else structural_problems(resource)
    shape = tuple(Issue(one.path, one.message) for one in found)
    return shape or tuple(_modifiers(resource))


def _is_text(resource: JsonObject) -> bool:
    try:
        dumps(resource).encode()
    except UnicodeEncodeError:
        return False
    return True


def _modifiers(resource: JsonObject) -> Iterator[Issue]:
    # R4, extensibility, "Modifier Extensions": who does not know one must not go on as if it were not there.
    for place in walk(resource):
        if not isinstance(place.value, dict):
            continue
        if place.value.get("modifierExtension"):
            yield Issue(f"{place.path}.modifierExtension", "changes the meaning in a way that is not known")
        # R4, resource: a modifier too, which names rules that must be understood to read what it stands in.
        if place.value.get("implicitRules"):
            yield Issue(f"{place.path}.implicitRules", "names rules that change the meaning and are unknown")
    if resource.get("doNotPerform"):
        yield Issue(f"{resource['resourceType']}.doNotPerform", "forbids what the plan would take for asked")
