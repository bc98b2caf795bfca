"""Charts of clinics that know nothing of us: small ones to break, and our own with our marks taken off."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.references import rewrite
from service.intake.bundle import open_bundle
from service.intake.draft import Draft, Wishes, draft
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM, Key

SYSTEM = DEFAULT_IDENTIFIER_SYSTEM
TODAY = date(2026, 3, 2)
WISHES = Wishes(today=TODAY, zone="Europe/Berlin")
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
PSYCHIATRY = {"coding": [{"system": SNOMED, "code": "736254008"}], "text": "Psychiatry care plan"}
CBT = {"coding": [{"system": SNOMED, "code": "228557008"}], "text": "CBT"}


def patient(**elements: Any) -> JsonObject:
    said = {
        "resourceType": "Patient",
        "id": "pat",
        "identifier": [{"system": "urn:mrn", "value": "4711"}],
        "name": [{"family": "Nemo", "given": ["Ada"]}],
        "birthDate": "1980-04-01",
        "gender": "female",
    }
    return said | elements


def practitioner(id_: str = "doc", **elements: Any) -> JsonObject:
    said = {"resourceType": "Practitioner", "id": id_, "name": [{"family": f"Family {id_}"}]}
    return said | elements


def care_plan(id_: str = "plan", **elements: Any) -> JsonObject:
    said = {
        "resourceType": "CarePlan",
        "id": id_,
        "status": "active",
        "intent": "order",
        "category": [PSYCHIATRY],
        "subject": to("Patient/pat"),
        "period": {"start": "2025-05-01"},
        "author": to("Practitioner/doc"),
    }
    return said | elements


def condition(id_: str = "cond", **elements: Any) -> JsonObject:
    said = {
        "resourceType": "Condition",
        "id": id_,
        "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "code": {"text": "PTSD"},
        "subject": to("Patient/pat"),
    }
    return said | elements


def order(id_: str = "order", **elements: Any) -> JsonObject:
    said = {
        "resourceType": "MedicationRequest",
        "id": id_,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": coded(RXNORM, "312941", "Sertraline 50 MG Oral Tablet"),
        "subject": to("Patient/pat"),
        "authoredOn": "2025-05-02",
        "requester": to("Practitioner/doc"),
        "dosageInstruction": [dosage()],
    }
    return said | elements


def dosage(**elements: Any) -> JsonObject:
    said = {
        "text": "50 mg daily",
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 50, "unit": "mg", "system": UCUM, "code": "mg"}}],
    }
    return said | elements


def appointment(id_: str = "visit", **elements: Any) -> JsonObject:
    said = {
        "resourceType": "Appointment",
        "id": id_,
        "status": "booked",
        "start": "2026-03-10T09:00:00+01:00",
        "end": "2026-03-10T09:50:00+01:00",
        "participant": [{"actor": to("Patient/pat"), "status": "accepted"}],
    }
    return said | elements


def goal(id_: str = "aim", **elements: Any) -> JsonObject:
    said = {
        "resourceType": "Goal",
        "id": id_,
        "lifecycleStatus": "active",
        "description": {"text": "Sleep through"},
        "subject": to("Patient/pat"),
    }
    return said | elements


def allergy(id_: str = "allergy", **elements: Any) -> JsonObject:
    said = {
        "resourceType": "AllergyIntolerance",
        "id": id_,
        "code": {"text": "Penicillin"},
        "patient": to("Patient/pat"),
        "criticality": "high",
        "reaction": [{"manifestation": [{"text": "Rash"}]}],
    }
    return said | elements


def to(reference: str) -> JsonObject:
    return {"reference": reference}


def coded(system: str, code: str, display: str | None = None) -> JsonObject:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": display} if display else {})


def bundle(*resources: JsonObject, type_: str = "collection") -> JsonObject:
    entries = [
        {"fullUrl": f"http://ehr.test/fhir/{one['resourceType']}/{one['id']}", "resource": one}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": type_, "entry": entries}


def a_chart() -> JsonObject:
    """One of everything that a plan can hold, and an allergy."""
    plan = care_plan(
        addresses=[to("Condition/cond")],
        goal=[to("Goal/aim")],
        careTeam=[to("CareTeam/team")],
        activity=[
            {"detail": {"code": CBT, "status": "in-progress"}},
            {"reference": to("MedicationRequest/order")},
        ],
    )
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "subject": to("Patient/pat"),
        "participant": [{"member": to("Practitioner/doc"), "role": [{"text": "doctor"}]}],
    }
    reasons = {"reasonReference": [to("Condition/cond")]}
    return bundle(
        patient(), practitioner(), team, condition(), goal(), order(**reasons), plan, appointment(), allergy()
    )


def drafted(*resources: JsonObject, wishes: Wishes = WISHES) -> Draft:
    """Gives the draft of a chart of these resources beside the patient and one clinician."""
    whole = bundle(patient(), practitioner(), *resources)
    return draft(open_bundle(whole, system=SYSTEM).chart, wishes)


def reasons(made: Draft) -> dict[str, str]:
    """The reasons of what was listed whole, by address."""
    return {one.address: one.reason for one in made.findings if one.whole}


def remarks(made: Draft) -> dict[tuple[str, str], str]:
    """The reasons of single elements, by address and path."""
    return {(one.address, one.path): one.reason for one in made.findings if not one.whole}


def as_foreign(resources: Mapping[Key, JsonObject]) -> JsonObject:
    """A projection as another system would hold it: with its own ids, and without any identifier of ours."""
    names = {key.urn: f"{key.type}/x{number}" for number, key in enumerate(sorted(resources))}
    bodies = []
    for key in sorted(resources):
        body = rewrite(deepcopy(resources[key]), lambda reference: names.get(reference, reference))
        held = body.get("identifier", [])
        others = [one for one in (held if isinstance(held, list) else [held]) if one["system"] != SYSTEM]
        body = {name: one for name, one in body.items() if name != "identifier"}
        bodies.append(
            body | {"id": names[key.urn].partition("/")[2]} | ({"identifier": others} if others else {})
        )
    return bundle(*bodies)
