"""Adoption: a copy in memory that carries our identifier, so that every reader reads a foreign resource too.

References in the copy are the chart's addresses. Nothing is written back from a copy, and only what a chart
or a person says is added to it, in the codes that the readers know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from service.domain.appointment import AppointmentKind
from service.domain.medication import NEEDS_REASON, Route
from service.domain.therapy import Format, Modality
from service.fhir.instant import moment_of
from service.fhir.json import JsonObject
from service.fhir.references import rewrite
from service.intake.chart import Chart, Member
from service.mapping.datatypes import UCUM
from service.mapping.extensions import IANA_ZONE
from service.mapping.references import Refs
from service.mapping.terminology.categories import PSYCHOTHERAPY
from service.mapping.terminology.records import APPOINTMENT_KIND
from service.mapping.terminology.systems import SNOMED
from service.mapping.terminology.treatment import FORMAT, MODALITY, ROUTE, STATUS_REASON

_ITEMS = UUID("0d5b9a51-55a5-5d3c-9a35-3a5c1d1a7f20")

_DRUG_FORM = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"
_FORMS = MappingProxyType({"CAP": "{capsule}", "PATCH": "{patch}", "TAB": "{tablet}"})
# SNOMED CT codes of charts for what we have a word for. 425680009 is in Synthea's records, 26643006 in HL7's
# examples of MedicationRequest.
_MODALITIES = MappingProxyType({"425680009": Modality.CBT})
_ROUTES = MappingProxyType({"26643006": Route.ORAL})
# Psychotherapies for which a plan has no word of its own: they are placed by the name that the chart gives.
# VSAC eCQM value sets (v2022), and Synthea's records (304822001, 406185000).
_OTHER_THERAPIES = frozenset({"75516001", "18512000", "76168009", "108313002", "304822001", "406185000"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopter:
    """Makes the copies of one chart; `items` are the ids that resources have here already, by address."""

    chart: Chart
    items: Mapping[str, str]
    zone: str | None = None

    def item(self, member: Member) -> str:
        """Return the id of what a resource stands for: ours, one that it has here, or one made of it."""
        own = Refs(system=self.chart.system).own_item(member.resource)
        return own or self.items.get(member.address) or item_of(self.chart.origin, member.address)

    def copy(self, member: Member, item: str) -> JsonObject:
        """Return the copy of a resource that stands for an item."""
        readdressed = rewrite(member.resource, self._readdress(member))
        return completed(readdressed, item, self.chart.system, zone=self.zone)

    def _readdress(self, member: Member) -> Callable[[str], str]:
        def readdress(text: str) -> str:
            if text.startswith("#"):
                inside = member.address + text
                return inside if inside in self.chart.by_address else text
            address = self.chart.resolve(text)
            return text if address is None else self._practitioner(address)

        return readdress

    def _practitioner(self, address: str) -> str:
        """Lead from a role to its practitioner, whom the plan names."""
        member = self.chart.by_address[address]
        if member.type != "PractitionerRole":
            return address
        reference = member.resource.get("practitioner")
        named = reference.get("reference") if isinstance(reference, dict) else None
        return self.chart.resolve(named) or address


def completed(resource: JsonObject, item: str, system: str, *, zone: str | None = None) -> JsonObject:
    """Return a copy that every reader reads: trimmed, in our codes, and under our identifier of an item."""
    adopted: JsonObject = trimmed(resource)
    complete = _COMPLETIONS.get(str(adopted["resourceType"]))
    if complete is not None:
        complete(adopted, zone)
    return identified(_said(adopted), item, system)


def item_of(origin: str, address: str) -> str:
    """Return the id that an item gets from where it came from, the same at every import."""
    return str(uuid5(_ITEMS, f"{origin}|{address}"))


def identified(resource: JsonObject, item: str, system: str) -> JsonObject:
    """Return the resource with our identifier of an item in place of any other one of ours."""
    ours = {"system": system, "value": item}
    held = resource.get("identifier")
    if isinstance(held, dict):
        return {**resource, "identifier": ours}
    others = [one for one in held or [] if one.get("system") != system]
    return {**resource, "identifier": [ours, *others]}


def trimmed(value: Any) -> Any:
    """Return JSON whose texts have no white space around them: charts pad names and sentences."""
    match value:
        case dict():
            return {name: trimmed(one) for name, one in value.items()}
        case list():
            return [trimmed(one) for one in value]
        case str():
            return value.strip()
        case _:
            return value


def _said(value: Any) -> Any:
    """Return JSON without members of which nothing is said: FHIR knows no null there."""
    match value:
        case dict():
            return {name: _said(one) for name, one in value.items() if one is not None}
        case list():
            return [_said(one) for one in value]
        case _:
            return value


def is_psychotherapy(code: JsonObject | None) -> bool:
    """Tell whether a code is a psychotherapy that a plan can hold, by a word of its own or by its name."""
    return MODALITY.find(code) is not None or bool(_snomed(code) & (_OTHER_THERAPIES | set(_MODALITIES)))


def in_words(concept: JsonObject | None) -> str | None:
    """Return what a CodeableConcept says in words, if it says anything."""
    said = concept or {}
    displays = (one.get("display") for one in said.get("coding", []))
    return said.get("text") or next((one for one in displays if one), None)


def _snomed(concept: JsonObject | None) -> set[str]:
    codings = (concept or {}).get("coding", [])
    return {str(one.get("code")) for one in codings if one.get("system") == SNOMED}


def _complete_appointment(resource: JsonObject, zone: str | None) -> None:
    said = resource.get("serviceType", [])
    if not any(APPOINTMENT_KIND.find(one) for one in said):
        resource["serviceType"] = [*said, APPOINTMENT_KIND.concept(AppointmentKind.OTHER)]
    places = (resource, resource.get("_start"), resource.get("_end"))
    if zone and not any(place and IANA_ZONE.within(place.get("extension")) for place in places):
        resource["extension"] = [*resource.get("extension", []), *IANA_ZONE.holding(zone)]
    resource["end"] = resource.get("end") or _end_by_minutes(resource)


def _end_by_minutes(resource: JsonObject) -> str | None:
    """Return when an appointment ends of which the chart says the start, and how many minutes it takes."""
    start, minutes = moment_of(str(resource.get("start"))), resource.get("minutesDuration")
    if start is None or not isinstance(minutes, int) or isinstance(minutes, bool) or minutes < 1:
        return None
    try:
        return (start + timedelta(minutes=minutes)).isoformat()
    except OverflowError:
        return None


def _complete_therapy(resource: JsonObject, _: str | None) -> None:
    code = resource.get("code", {})
    if not is_psychotherapy(code) and _snomed_category(resource) and in_words(code):
        modality: Modality | None = Modality.OTHER
    elif MODALITY.find(code) is None and is_psychotherapy(code):
        modality = next(
            (_MODALITIES[one] for one in sorted(_snomed(code) & set(_MODALITIES))), Modality.OTHER
        )
    else:
        modality = None
    if modality is not None:
        ours = MODALITY.rows[modality][0].coding
        resource["code"] = {"text": in_words(code), "coding": [*code.get("coding", []), ours]}
    for format_ in Format:
        if _snomed(code) & {one.code for one in FORMAT.rows[format_]}:
            resource["orderDetail"] = [*resource.get("orderDetail", []), FORMAT.concept(format_)]


def _snomed_category(resource: JsonObject) -> bool:
    return any(PSYCHOTHERAPY.code in _snomed(one) for one in resource.get("category", []))


def _complete_order(resource: JsonObject, _: str | None) -> None:
    reason = resource.get("statusReason")
    if reason and resource.get("status") in NEEDS_REASON and STATUS_REASON.find(reason) is None:
        resource["statusReason"] = {**reason, "text": in_words(reason)}
    for dosage in resource.get("dosageInstruction", []):
        _count_forms(dosage)
        route = dosage.get("route")
        known = [_ROUTES[one] for one in sorted(_snomed(route)) if one in _ROUTES]
        if known and ROUTE.find(route) is None:
            dosage["route"] = {**route, "coding": [*route["coding"], ROUTE.rows[known[0]][0].coding]}


def _count_forms(dosage: JsonObject) -> None:
    """Say a counted form as UCUM does, where a chart counts tablets by HL7's codes of drug forms."""
    for rate in dosage.get("doseAndRate", []):
        dose = rate.get("doseQuantity", {})
        if dose.get("system") == _DRUG_FORM and dose.get("code") in _FORMS:
            rate["doseQuantity"] = {**dose, "system": UCUM, "code": _FORMS[dose["code"]]}


def _complete_goal(resource: JsonObject, _: str | None) -> None:
    words = in_words(resource.get("description"))
    if words:
        resource["description"] = {**resource["description"], "text": words}


_COMPLETIONS: Mapping[str, Callable[[JsonObject, str | None], None]] = MappingProxyType({
    "Appointment": _complete_appointment,
    "Goal": _complete_goal,
    "MedicationRequest": _complete_order,
    "ServiceRequest": _complete_therapy,
})  # fmt: skip
