"""Texts that say again what codes and numbers beside them say: they change together, or a person looks.

A dose whose words stayed behind (or went ahead) is shown with both and never taken in as a dose. Its words
are its sentence, the instruction for the patient, and a narrative that a person wrote.
"""

from itertools import zip_longest

from service.fhir.canonical import canonical
from service.fhir.json import JsonObject
from service.mapping.dosage import words_contradict
from service.mapping.extensions import IANA_ZONE
from service.sync.groups import groups_of
from service.sync.prose import Spoken, authored_words, outdated
from service.sync.sides import Sides

_NO_STEP: JsonObject = {}
_ZONED = frozenset({"_start", "_end"})


def disagree(before: JsonObject, after: JsonObject) -> bool:
    """Tell whether structure or words of a dosage changed alone, or one that changed names two doses."""
    if before == after or after["resourceType"] != "MedicationRequest":
        return False
    was, now = canonical(before), canonical(after)
    steps = tuple(zip_longest(_steps(was), _steps(now), fillvalue=_NO_STEP))
    if any(_apart(old, new) or (old != new and words_contradict(new)) for old, new in steps):
        return True
    by_step = ((_instructed(old), _instructed(new)) for old, new in steps)
    return outdated(_narrated(was), _narrated(now)) or any(outdated(old, new) for old, new in by_step)


def contradicts_itself(resource: JsonObject) -> bool:
    """Tell whether a dosage says one dose in its structure and another in its words."""
    return resource["resourceType"] == "MedicationRequest" and any(map(words_contradict, _steps(resource)))


def in_dispute(sides: Sides) -> frozenset[str]:
    """Return the groups to decide of a dose beside its words: it, and whatever else the chart changed."""
    doses = (group.name for group in groups_of(sides.theirs) if "dosageInstruction" in group.elements)
    return sides.changed_there.union(doses)


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
    if not old or "text" not in new:  # of a new step nothing was said before that could have stayed behind
        return False
    same_dose: bool = _coded(old) == _coded(new)
    same_words: bool = old.get("text") == new["text"]
    return same_dose is not same_words


def _coded(step: JsonObject) -> JsonObject:
    """Return a step without anybody's words: an instruction may change and leave the sentence true."""
    return {name: one for name, one in _structure(step).items() if name != "patientInstruction"}


def _instructed(step: JsonObject) -> Spoken:
    return Spoken(str(step.get("patientInstruction", "")), (step,) if step else ())


def _narrated(resource: JsonObject) -> Spoken:
    return Spoken(authored_words(resource), tuple(_steps(resource)))


def _structure(step: JsonObject) -> JsonObject:
    return {name: one for name, one in step.items() if name != "text"}


def _steps(resource: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = resource.get("dosageInstruction", [])
    return found
