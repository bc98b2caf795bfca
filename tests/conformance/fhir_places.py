"""FHIR paths as docs/mapping.md writes them: without indexes, and with the name of what a list entry is.

`CarePlan.extension[treatment-balance]` is an extension by the end of its URL, `item[mood]` an answer by its
linkId, `contained[Medication]` a contained resource by its type.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.schema import ANY_RESOURCE, elements, is_resource_type
from service.mapping.references import Key

_STEP = re.compile(r"(\w+)(?:\[([\w.-]+)\])?")


def leaves_of(resource: JsonObject) -> Iterator[tuple[str, str]]:
    """Give (path, value as text) of everything that a resource says."""
    yield from _below(resource["resourceType"], resource)


def _below(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, held in value.items():
            here = f"{path}.{name.removeprefix('_')}"
            for one in held if isinstance(held, list) else [held]:
                yield from _below(here + _name_of(name, one), one)
    else:
        yield path, repr(value)


def _name_of(element: str, entry: Any) -> str:
    match element, entry:
        case "extension", {"url": str(url)}:
            return f"[{url.rpartition('/')[2]}]"
        case "item", {"linkId": str(link)} if not link.isdigit():
            return f"[{link}]"
        case "contained", {"resourceType": str(kind)}:
            return f"[{kind}]"
        case _:
            return ""


def paths_that_differ(before: Mapping[Key, JsonObject], after: Mapping[Key, JsonObject]) -> set[str]:
    """Return the paths at which two renderings of a plan do not say the same."""
    found: set[str] = set()
    for key in before.keys() | after.keys():
        said = [Counter(leaves_of(held[key])) if key in held else Counter() for held in (before, after)]
        found |= {path for path, _ in (said[0] - said[1]) + (said[1] - said[0])}
    return found


def covers(documented: str, path: str) -> bool:
    """Tell whether a path of the document leads to a path of a resource, or to what holds it."""
    steps, places = _STEP.findall(documented), _STEP.findall(path)
    return len(steps) <= len(places) and all(
        name == held and label in ("", mark)
        for (name, label), (held, mark) in zip(steps, places, strict=False)
    )


def is_of_r4(documented: str) -> bool:
    """Tell whether R4 has every element of a path of the document."""
    (kind, _), *steps = _STEP.findall(documented)
    if not is_resource_type(kind):
        return False
    for name, label in steps:
        known = elements(kind)
        # A primitive has no elements of its own; its extensions stand beside it, under `_name`.
        element = known.get(name)
        if element is None:
            return False
        kind = label if element.kind == ANY_RESOURCE else element.kind
        if element.primitive and name != steps[-1][0]:
            kind = known[f"_{name}"].kind
    return True
