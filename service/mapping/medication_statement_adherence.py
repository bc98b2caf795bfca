"""MedicationStatement of an adherence report: how a medicine of the plan was taken over some days."""

from typing import Any

from service.domain.adherence import AdherenceReport, AdherenceSource, Taking
from service.domain.measure import RecordStatus
from service.domain.medication import Drug
from service.fhir.json import JsonObject
from service.mapping.choices import typed_days, without_other_types
from service.mapping.datatypes import Unreadable, day_from_fhir, day_to_fhir, days_to_fhir
from service.mapping.extensions import ADHERENCE_TOLD_BY, MEDICATION_TAKING, OUR_EXTENSIONS
from service.mapping.lists import one_link
from service.mapping.medication import CONTAINED_ID, drug_to_fhir
from service.mapping.overlay import (
    DAY,
    DAYS,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByKey,
    ByReference,
    Fields,
    Link,
    Meaning,
    write,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.treatment import ADHERENCE_SOURCE, TAKING

# What was taken on days that lie behind us: whether it goes on is the order's to say.
_TAKEN = frozenset({"active", "completed"})

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "extension": OUR_EXTENSIONS,
    "contained": ByKey(lambda held: held.get("id"), WHOLE, ours=lambda name: name == CONTAINED_ID),
    "status": Meaning(lambda status: "active" if status in _TAKEN else status),
    "medicationCodeableConcept": WHOLE,
    "medicationReference": REFERENCE,
    "subject": REFERENCE,
    "effectivePeriod": DAYS,
    "dateAsserted": DAY,
    "informationSource": Link(),
    "basedOn": ByReference(types=("MedicationRequest",)),
}


def to_fhir(
    report: AdherenceReport, patient: str, refs: Refs, *, drug: Drug, onto: JsonObject | None = None
) -> JsonObject:
    """Return the MedicationStatement of a patient (id) about the drug of the order that is reported on."""
    told = patient if report.source is AdherenceSource.PATIENT else None
    mine = {
        "resourceType": "MedicationStatement",
        "identifier": [refs.identifier(report.id)],
        "extension": [
            *MEDICATION_TAKING.holding(TAKING.concept(report.taking)),
            *ADHERENCE_TOLD_BY.holding(ADHERENCE_SOURCE.concept(report.source)),
        ],
        "status": _status_to_fhir(report),
        **drug_to_fhir(drug),
        "subject": refs.to("Patient", patient),
        "effectivePeriod": days_to_fhir(report.start, report.end),
        "dateAsserted": day_to_fhir(report.reported_on),
        "informationSource": refs.maybe("Patient", told),
        "basedOn": [refs.to("MedicationRequest", report.medication)],
    }
    return write(mine, without_other_types(onto, "effectivePeriod"), SHAPE, refs=refs)


def absorb(held: AdherenceReport | None, resource: JsonObject, refs: Refs) -> Absorbed[AdherenceReport]:
    """Return the report that the resource gives, with what it does not say taken from `held`.

    The drug is that of the order: the resource only repeats it.
    """
    read = Reading(resource)
    start, end = typed_days(read, "effectivePeriod")
    values = {
        "id": refs.own_item(resource),
        "medication": one_link(read, "basedOn", refs, "MedicationRequest"),
        "taking": read.one("extension", _taking),
        "source": _source(read, refs),
        "start": start,
        "end": end,
        "reported_on": read.one("dateAsserted", day_from_fhir),
        "status": read.one("status", lambda code: _status_from_fhir(code, resource)),
    }
    return read.settle(AdherenceReport, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource says how a medicine of the plan was taken."""
    return (
        resource.get("resourceType") == "MedicationStatement"
        and MEDICATION_TAKING.within(resource.get("extension")) is not None
    )


def _status_to_fhir(report: AdherenceReport) -> str:
    if report.status is RecordStatus.ENTERED_IN_ERROR:
        return "entered-in-error"
    return "not-taken" if report.taking is Taking.NOT_TAKEN else "active"


def _status_from_fhir(code: Any, resource: JsonObject) -> RecordStatus:
    if code == "entered-in-error":
        return RecordStatus.ENTERED_IN_ERROR
    if code not in {*_TAKEN, "not-taken"}:
        raise Unreadable("has a code without a meaning in the plan")
    taking = TAKING.find(MEDICATION_TAKING.within(resource.get("extension")))
    if (code == "not-taken") != (taking is Taking.NOT_TAKEN):
        raise Unreadable("contradicts how much is said to be taken")
    return RecordStatus.FINAL


def _taking(extensions: list[JsonObject]) -> Taking | None:
    said = MEDICATION_TAKING.within(extensions)
    return None if said is None else TAKING.read(said)


def _source(read: Reading, refs: Refs) -> Any:
    said = read.one("extension", ADHERENCE_TOLD_BY.within)
    if said is not None:
        return read.one("extension", lambda _: ADHERENCE_SOURCE.read(said))
    if refs.item(read.at("informationSource"), "Patient") is not None:
        return AdherenceSource.PATIENT
    return read.note("informationSource", "does not say whether the patient told it")
