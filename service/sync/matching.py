"""Who in the chart is meant: people and problems are matched by what the clinic knows, never by likeness."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import normalize

from service.domain.concept import Concept, Identifier
from service.domain.people import Patient, Person
from service.fhir.json import JsonObject
from service.ports.ehr import Held


@dataclass(frozen=True, slots=True)
class Match:
    """Exactly one resource of the chart is meant."""

    held: Held


@dataclass(frozen=True, slots=True)
class NoMatch:
    """The chart has nobody and nothing of that identity."""

    reason: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody or several answer to the identity, but not surely: a person decides."""

    reason: str


Matching: TypeAlias = Match | NoMatch | Doubt

_UNUSABLE = frozenset({"entered-in-error", "refuted"})


def match_patient(patient: Patient, found: Iterable[Held]) -> Matching:
    """Match by identifier, birth date and family name; any difference is a doubt."""
    candidates = _carrying(patient.identifiers, found)
    if not candidates:
        return NoMatch("no patient of the chart has the identifier")
    if len(candidates) > 1:
        return Doubt("several patients of the chart have the identifier")
    resource = candidates[0].resource
    if resource.get("birthDate") != patient.birth_date.isoformat():
        return Doubt("the patient with the identifier has another birth date")
    if not _has_family(resource, patient.family_name):
        return Doubt("the patient with the identifier has another family name")
    return Match(candidates[0])


def match_person(person: Person, found: Iterable[Held]) -> Matching:
    """Match a clinician by identifier and family name."""
    candidates = _carrying(person.identifiers, found)
    if not candidates:
        return NoMatch("no practitioner of the chart has an identifier of this person")
    if len(candidates) > 1:
        return Doubt("several practitioners of the chart have an identifier of this person")
    if not _has_family(candidates[0].resource, person.family_name):
        return Doubt("the practitioner with the identifier has another family name")
    return Match(candidates[0])


def match_problem(code: Concept, found: Iterable[Held]) -> Matching:
    """Match a condition to the patient's problem list by a code that both carry."""
    wanted = {(coding.system, coding.code) for coding in code.codings}
    said = (held for held in _distinct(found) if wanted & _codes(held.resource))
    candidates = [held for held in said if not is_verified_away(held.resource)]
    if not candidates:
        return NoMatch("the problem list has no condition with this code")
    if len(candidates) > 1:
        return Doubt("the problem list has several conditions with this code")
    return Match(candidates[0])


def inactive_reason(patient: JsonObject) -> str | None:
    """Return why nothing may be written for a patient: merged into another, or inactive."""
    if any(link.get("type") == "replaced-by" for link in patient.get("link", [])):
        return "the patient was merged into another: bind the plan anew"
    if patient.get("active") is False:
        return "the patient is inactive in the chart"
    return None


def _carrying(identifiers: Iterable[Identifier], found: Iterable[Held]) -> list[Held]:
    """Return those that have an identifier: a server that ignores a parameter returns everybody."""
    wanted = {(one.system, one.value) for one in identifiers}
    return [held for held in _distinct(found) if wanted & _identifiers(held.resource)]


def _identifiers(resource: JsonObject) -> set[tuple[str | None, str | None]]:
    return {(one.get("system"), one.get("value")) for one in resource.get("identifier", [])}


def _distinct(found: Iterable[Held]) -> list[Held]:
    by_reference = {held.reference: held for held in found}
    return [by_reference[name] for name in sorted(by_reference)]


def _has_family(resource: JsonObject, family: str) -> bool:
    names = (str(name.get("family", "")) for name in resource.get("name", []))
    return any(_spelled(name) == _spelled(family) for name in names)


def _spelled(name: str) -> str:
    """Return one spelling for equal names: an umlaut may be one character or two (Unicode, UAX 15)."""
    return normalize("NFC", normalize("NFC", name).casefold())


def _codes(condition: JsonObject) -> set[tuple[str | None, str | None]]:
    codings = condition.get("code", {}).get("coding", [])
    return {(coding.get("system"), coding.get("code")) for coding in codings}


def is_verified_away(condition: JsonObject) -> bool:
    """Tell whether a problem is no problem of the patient: it was refuted, or entered in error."""
    codings = condition.get("verificationStatus", {}).get("coding", [])
    return any(coding.get("code") in _UNUSABLE for coding in codings)
