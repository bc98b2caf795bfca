"""Texts that say again what codes and numbers beside them say: they change together, or a person looks.

A dose whose words stayed behind (or went ahead) is shown with both and never taken in as a dose.
"""

from service.fhir.canonical import canonical
from service.fhir.json import JsonObject
from service.mapping.dosage import words_contradict
from service.mapping.extensions import IANA_ZONE

_ZONED = frozenset({"_start", "_end"})


def disagree(before: JsonObject, after: JsonObject) -> bool:
    """Tell whether structure or words of a step of the dosage changed alone, or name two doses."""
    steps = zip(_steps(canonical(before)), _steps(canonical(after)), strict=False)
    return any(_apart(old, new) for old, new in steps) or any(map(words_contradict, _steps(after)))


def without_words(resource: JsonObject) -> JsonObject:
    """Return a resource without the words of its doses, which follow from the doses."""
    steps = _steps(resource)
    return {**resource, "dosageInstruction": [_structure(one) for one in steps]} if steps else resource


def comparable(said: JsonObject, over: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Return what the chart says and our rendering over it, without what we only say in more places.

    That is the words of a dose, the numbers of its steps where the chart numbers none, and the zone of a time
    where the chart names it elsewhere or not at all.
    """
    mine, theirs = without_words(over), _numbered(without_words(said))
    if _zones(theirs) <= _zones(mine):
        return _zoneless(theirs), _zoneless(mine)
    return theirs, mine


def _numbered(resource: JsonObject) -> JsonObject:
    steps = _steps(resource)
    if not steps or any("sequence" in one for one in steps):
        return resource
    return {**resource, "dosageInstruction": [{"sequence": n, **one} for n, one in enumerate(steps, 1)]}


def _zones(resource: JsonObject) -> set[str]:
    places = [resource.get("extension"), *(resource.get(name, {}).get("extension") for name in _ZONED)]
    return {str(zone) for one in places if (zone := IANA_ZONE.within(one)) is not None}


def _zoneless(resource: JsonObject) -> JsonObject:
    found = {name: one for name, one in resource.items() if name not in _ZONED}
    others = [one for one in resource.get("extension", []) if one.get("url") != IANA_ZONE.url]
    if others:
        return {**found, "extension": others}
    found.pop("extension", None)
    return found


def _apart(old: JsonObject, new: JsonObject) -> bool:
    if "text" not in new:
        return False
    same_dose: bool = _structure(old) == _structure(new)
    same_words: bool = old.get("text") == new["text"]
    return same_dose is not same_words


def _structure(step: JsonObject) -> JsonObject:
    return {name: one for name, one in step.items() if name != "text"}


def _steps(resource: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = resource.get("dosageInstruction", [])
    return found
