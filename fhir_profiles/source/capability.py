"""What we need from an EHR, and what we offer: two CapabilityStatements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fhir_profiles.source.artefact import FHIR_VERSION, PUBLISHER, VERSION, canonical, definition
from service.fhir.json import JsonObject

_SEARCH = {
    "identifier": "token",
    "patient": "reference",
}
_READ = ("read", "search-type")
_WRITE = ("read", "create", "update", "search-type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What we ask of one resource type: FHIR's codes of interactions, search parameters, and why."""

    interactions: tuple[str, ...] = _WRITE
    searched_by: tuple[str, ...] = ("identifier",)
    includes: tuple[str, ...] = ()
    says: str = ""


_MATCHED = "Matched, never made: create and update are used on a sandbox only."
NEEDS: Mapping[str, Need] = {
    "Patient": Need(interactions=_READ, says=_MATCHED),
    "Practitioner": Need(interactions=_READ, says=_MATCHED),
    "PractitionerRole": Need(interactions=_READ, says=_MATCHED),
    "Condition": Need(interactions=_READ, searched_by=("identifier", "patient"), says=_MATCHED),
    "CarePlan": Need(),
    "CareTeam": Need(),
    "Goal": Need(),
    "ServiceRequest": Need(),
    "MedicationRequest": Need(
        searched_by=("identifier", "patient"),
        includes=("MedicationRequest:medication",),
        says=(
            "The orders of the chart are read, so that no drug is active twice; ours are plans or proposals."
        ),
    ),
    "Appointment": Need(),
    "Encounter": Need(),
    "Observation": Need(),
    "QuestionnaireResponse": Need(),
    "MedicationStatement": Need(),
    "Procedure": Need(),
    "Communication": Need(),
    "Task": Need(),
    "Flag": Need(),
    "Provenance": Need(
        interactions=("read", "update"),
        searched_by=(),
        says="PUT to an id of ours; where the server lets no client choose ids, none is written.",
    ),
}

_STANDARD: JsonObject = {"fhirVersion": FHIR_VERSION, "format": ["json"]}
_EXPORT = (
    "GET /plans/{id}/fhir answers one plan as a Bundle (application/fhir+json) of resources that conform "
    "to the profiles of this guide. It is an export, not a FHIR REST interface: plans are written through "
    "the service's own API, and searched, read and written in the EHR as this client mode says."
)


def statements(profiles: Iterable[JsonObject]) -> list[JsonObject]:
    """Return both CapabilityStatements; `profiles` are those that our resources conform to."""
    by_type: dict[str, list[str]] = {}
    for one in profiles:
        by_type.setdefault(one["type"], []).append(one["url"])
    rest = _rest(by_type)
    return [_requirements(rest), _offer(rest)]


def _requirements(rest: JsonObject) -> JsonObject:
    says = (
        "What a server must do to hold a plan. Where it has no transaction, the same resources are written "
        "one by one, in the order of their references; a type that it does not take is reported and left "
        "out."
    )
    opening = definition(
        "CapabilityStatement", "ehr-requirements", title="What Tandem needs from an EHR", says=says
    )
    return {**opening, "kind": "requirements", **_STANDARD, "rest": [{"mode": "server", **rest}]}


def _offer(rest: JsonObject) -> JsonObject:
    says = "What Tandem does: it writes plans into an EHR as a FHIR client, and exports them as Bundles."
    return {
        **definition("CapabilityStatement", "tandem", title="What Tandem offers", says=says),
        "kind": "capability",
        "software": {"name": PUBLISHER, "version": VERSION},
        **_STANDARD,
        "implementationGuide": [canonical("ImplementationGuide", "tandem")],
        "rest": [{"mode": "client", "documentation": _EXPORT, **rest}],
    }


def _rest(profiles: Mapping[str, list[str]]) -> JsonObject:
    return {
        "resource": [_resource(type_, need, profiles[type_]) for type_, need in NEEDS.items()],
        "interaction": [
            {"code": "transaction", "documentation": "One plan in one transaction, where it is offered."}
        ],
    }


def _resource(type_: str, need: Need, profiles: list[str]) -> JsonObject:
    held: JsonObject = {"type": type_, "supportedProfile": profiles}
    if need.says:
        held["documentation"] = need.says
    held["interaction"] = [{"code": code} for code in need.interactions]
    if "update" in need.interactions:
        held["versioning"] = "versioned-update"
    if "create" in need.interactions:
        held["conditionalCreate"] = True
    if need.includes:
        held["searchInclude"] = list(need.includes)
    if need.searched_by:
        held["searchParam"] = [{"name": name, "type": _SEARCH[name]} for name in need.searched_by]
    return held
