"""Texts that say again what codes and numbers beside them say: they change together, or a person looks.

A dose whose words stayed behind (or went ahead) is shown with both and never taken in as a dose.
"""

from service.fhir.canonical import canonical
from service.fhir.json import JsonObject


def disagree(before: JsonObject, after: JsonObject) -> bool:
    """Tell whether structure or words of a step of the dosage changed without the other."""
    steps = zip(_steps(canonical(before)), _steps(canonical(after)), strict=False)
    return any(_apart(old, new) for old, new in steps)


def without_words(resource: JsonObject) -> JsonObject:
    """Return a resource without the words of its doses, which follow from the doses."""
    steps = _steps(resource)
    return {**resource, "dosageInstruction": [_structure(one) for one in steps]} if steps else resource


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
