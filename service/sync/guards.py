"""What must hold before anything leaves: valid FHIR, one patient, every reference known."""

from collections.abc import Iterator, Mapping, Set

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.fhir.subjects import patients_of
from service.fhir.validation import Problem, problems
from service.mapping.references import Key

_MOST_VANISHED = 10
_SHARE = 5  # a fifth


ONE_PATIENT = "one-patient"


def faults(
    resource: JsonObject, patient: str, known: Mapping[str, Key], *, astray: Set[str] = frozenset()
) -> tuple[Problem, ...]:
    """Return what forbids to send a resource.

    `patient` is the bound patient's address; `known` holds every urn of this plan, and `astray` the urns and
    addresses of what the chart has under another patient.
    """
    return (
        *problems(resource),
        *_foreign_patients(resource, patient),
        *_led_astray(resource, astray),
        *_unknown_targets(resource, known),
    )


def _foreign_patients(resource: JsonObject, patient: str) -> Iterator[Problem]:
    # HAPI 8.8.0 stores a CarePlan that refers to another patient's Goal, and its $validate passes it.
    kind = resource["resourceType"]
    for one in patients_of(resource):
        if one != patient:
            yield Problem(path=kind, rule=ONE_PATIENT, message="speaks of a patient who is not the plan's")


def _led_astray(resource: JsonObject, astray: Set[str]) -> Iterator[Problem]:
    if not astray:
        return
    for path, reference in references_in(resource):
        if reference.get("reference") in astray:
            message = "refers to what the chart has under another patient"
            yield Problem(path=path, rule=ONE_PATIENT, message=message)


def _unknown_targets(resource: JsonObject, known: Mapping[str, Key]) -> Iterator[Problem]:
    for path, reference in references_in(resource):
        target = reference.get("reference", "")
        if target.startswith("urn:uuid:") and target not in known:
            yield Problem(
                path=path, rule="resolvable", message="points to nothing that is sent or in the chart"
            )


def looks_reset(missing: int, known: int) -> bool:
    """Tell whether a whole chart looks emptied: several are gone, over a fifth of all that is linked."""
    return missing > 1 and missing * _SHARE > known


def too_many_vanish(missing: int, known: int) -> bool:
    """Tell whether the chart looks emptied: over ten items are gone, or several that are over a fifth."""
    return missing > _MOST_VANISHED or looks_reset(missing, known)
