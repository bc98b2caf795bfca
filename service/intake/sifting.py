"""What of a chart may be read at all: kept from the plan is what is closed, foreign, or no R4."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.fhir.json import JsonObject
from service.fhir.labels import PSYCHOTHERAPY_NOTES, labels_of, speaks_of_substance_use
from service.fhir.subjects import patients_of
from service.intake.chart import Chart, Finding, Member
from service.mapping.references import Refs
from service.mapping.soundness import obstacles

# Read from any chart; a Composition or a clinical note is on neither list, whatever it says.
FOREIGN = frozenset({
    "AllergyIntolerance", "Appointment", "CarePlan", "CareTeam", "Condition", "Goal", "Medication",
    "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Practitioner",
    "PractitionerRole", "ServiceRequest",
})  # fmt: skip
# Read only where they carry our identifier: they stand for items of a plan of ours.
OURS = frozenset({"Communication", "Encounter", "Flag", "Procedure", "QuestionnaireResponse", "Task"})
_OF_NO_PATIENT = frozenset({"Medication", "Practitioner", "PractitionerRole"})
_PLACEHOLDER = "http://hapifhir.io/fhir/StructureDefinition/resource-placeholder"

REFUSED = "is labelled as psychotherapy notes: refused, and nothing of it is kept"
WITHHELD = "is labelled as substance use: withheld without a consent"
NOT_READ = "is of a type that is not imported"
NOT_OURS = "is of a type that is read only from plans of ours"
PLACEHOLDER = "is a placeholder of the server and says nothing"
ANOTHER = "is of another patient"
NOBODY = "does not say whose it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """The chart without what may not be read, and the reasons."""

    chart: Chart
    findings: tuple[Finding, ...]


def sift(chart: Chart) -> Sifted:
    """Return what of a chart may be read; nothing of the rest is looked at beyond what closes it."""
    kept: list[Member] = []
    findings: list[Finding] = []
    for member in chart.members:
        found = _closed(chart, member) or _unsound(member)
        findings += found
        if not found:
            kept.append(member)
    return Sifted(chart=chart.with_members(kept), findings=tuple(findings))


def _closed(chart: Chart, member: Member) -> tuple[Finding, ...]:
    reason = next(reasons_against(chart, member), None)
    return () if reason is None else (Finding(address=member.address, path="", reason=reason),)


def reasons_against(chart: Chart, member: Member) -> Iterator[str]:
    """Yield why a resource must not be read, whatever its form."""
    labels = labels_of(member.resource)
    if labels & PSYCHOTHERAPY_NOTES:
        yield REFUSED
    if speaks_of_substance_use(labels):
        yield WITHHELD
    if member.type in OURS and Refs(system=chart.system).own_item(member.resource) is None:
        yield NOT_OURS
    if member.type not in FOREIGN | OURS:
        yield NOT_READ
    if _is_placeholder(member.resource):
        yield PLACEHOLDER
    if member.type not in _OF_NO_PATIENT and member.address != chart.patient:
        yield from _of_whom(chart, member.resource)


def _of_whom(chart: Chart, resource: JsonObject) -> Iterator[str]:
    named = patients_of(resource)
    # A meeting of the team without the patient is ours by its identifier.
    if not named and Refs(system=chart.system).own_item(resource) is None:
        yield NOBODY
    if any(chart.resolve(one) != chart.patient and one not in _names(chart) for one in named):
        yield ANOTHER


def _names(chart: Chart) -> frozenset[str]:
    """Return the patient's identifiers as `system|value`, by which a subject may be named instead."""
    patient = chart.by_address[chart.patient].resource if chart.patient in chart.by_address else {}
    held = patient.get("identifier")
    return frozenset(
        f"{one['system']}|{one['value']}"
        for one in (held if isinstance(held, list) else [])
        if isinstance(one, dict) and one.get("system") and one.get("value")
    )


def _is_placeholder(resource: JsonObject) -> bool:
    held = resource.get("extension")
    return any(
        isinstance(one, dict) and one.get("url") == _PLACEHOLDER
        for one in (held if isinstance(held, list) else [])
    )


def _unsound(member: Member) -> tuple[Finding, ...]:
    return tuple(
        Finding(address=member.address, path=one.path, reason=one.reason)
        for one in obstacles(member.resource)
    )
