"""What the chart says of a resource beside what the plan holds, which stays there untouched.

Elements that no plan has, such as a note, entries that others added to a list of references, and a narrative
that a person wrote.
"""

from collections.abc import Iterator, Mapping

from service.fhir.json import JsonObject
from service.fhir.labels import is_labelled_closed
from service.fhir.references import target_type
from service.ports.storage import LedgerEntry
from service.sync.additions import LISTS
from service.sync.groups import reference_path
from service.sync.prose import authored_words
from service.sync.sides import pointing, symbolic
from service.sync.words import label_of, text_of

_CHOICES = ("abatement", "effective", "medication", "occurrence", "onset", "performed")
# Of anything else we may not know whose it is, or whether it is open to be shown.
_PEOPLE_AND_PLACES = frozenset({
    "CareTeam", "Device", "HealthcareService", "Location", "Organization", "Practitioner", "PractitionerRole",
})  # fmt: skip
# How a resource is kept and found, and what is told of by other means.
_NOT_SAID = frozenset({
    "id", "identifier", "implicitRules", "language", "meta", "resourceType", "text", "contained",
})  # fmt: skip


def beside(entry: LedgerEntry, urns: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the chart said when it was read last and no plan holds, in words.

    `urns` has what is of the plan by its address. Nothing is told of what was never agreed on.
    """
    if entry.agreed_ours is None or entry.agreed_theirs is None or is_labelled_closed(entry.agreed_theirs):
        return ()
    return tuple(_lines(entry.agreed_ours, entry.agreed_theirs, urns))


def _lines(ours: JsonObject, theirs: JsonObject, urns: Mapping[str, str]) -> Iterator[str]:
    words = authored_words(theirs)
    if words:
        yield f"narrative: {words}"
    for element, value in theirs.items():
        if element in _NOT_SAID or element.startswith("_") or _is_told_elsewhere(element, theirs):
            continue
        if element not in ours:
            if _is_said_otherwise(element, ours):
                continue
            text = text_of(value)
            if text:
                yield f"{label_of(element)}: {text}"
        elif reference_path(str(theirs["resourceType"]), element) is not None:
            yield from (f"{label_of(element)}: {one}" for one in _added(element, ours, theirs, urns=urns))


def _is_told_elsewhere(element: str, theirs: JsonObject) -> bool:
    """Tell whether entries that others added are offered or told in the inbox."""
    return theirs["resourceType"] == "CarePlan" and element in LISTS


def _is_said_otherwise(element: str, ours: JsonObject) -> bool:
    """Tell whether ours says it by another of the types that R4 leaves to choose, as a drug by its code."""
    return any(element.startswith(one) and any(name.startswith(one) for name in ours) for one in _CHOICES)


def _is_shown(entry: JsonObject, path: tuple[str, ...]) -> bool:
    """Tell whether an entry may be shown: it names somebody or some place, or nothing by its address."""
    named = pointing(entry, path)
    return "reference" not in named or target_type(named) in _PEOPLE_AND_PLACES


def _added(element: str, ours: JsonObject, theirs: JsonObject, *, urns: Mapping[str, str]) -> Iterator[str]:
    """Say the entries of a list that name nothing of ours."""
    path = reference_path(str(theirs["resourceType"]), element) or ()
    mine = {name for one in ours[element] for name in _names(one, path)}
    for said, named in zip(theirs[element], symbolic(theirs, urns)[element], strict=True):
        text = text_of(said)
        if text and _is_shown(said, path) and mine.isdisjoint({*_names(said, path), *_names(named, path)}):
            yield text


def _names(entry: JsonObject, path: tuple[str, ...]) -> Iterator[str]:
    """Yield what tells an entry apart: its own id, where it has one, and what it points to."""
    names = (entry.get("id"), pointing(entry, path).get("reference"))
    yield from (str(one) for one in names if one)
