"""What R4 has no element for: our extensions, each of one simple value, never modifiers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.fhir.json import JsonObject
from service.mapping.overlay import WHOLE, ByKey
from service.mapping.terminology.systems import CANONICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One of our extensions: its name, the element of its value, and the FHIR paths that may carry it."""

    name: str
    value: str
    on: tuple[str, ...]
    says: str

    @property
    def url(self) -> str:
        """The canonical URL of its StructureDefinition."""
        return f"{CANONICAL}/StructureDefinition/{self.name}"

    def holding(self, value: Any) -> list[JsonObject]:
        """Return the extension with this value as a list to be joined to others; None gives an empty one."""
        return [] if value is None else [{"url": self.url, self.value: value}]

    def within(self, extensions: Iterable[JsonObject] | None) -> Any:
        """Return the value that a list of extensions holds under our URL, else None."""
        return next((one.get(self.value) for one in extensions or () if one.get("url") == self.url), None)


TREATMENT_BALANCE = Extension(
    name="treatment-balance",
    value="valueCodeableConcept",
    on=("CarePlan",),
    says="Whether medication or therapy leads the treatment now, or both carry it alike",
)
# The standard tz-code extension fails $validate on HAPI 8.8.0, which knows no code system of IANA zones.
IANA_ZONE = Extension(
    name="iana-zone",
    value="valueString",
    on=("Appointment", "Appointment.start", "Appointment.end"),
    says="The time zone of the clinic's wall clock, by its IANA name",
)
# HAPI 8.8.0 drops the version from Provenance.target.
PLAN_REVISION = Extension(
    name="plan-revision",
    value="valuePositiveInt",
    on=("Provenance",),
    says="The revision of the plan that the record was made from",
)
MEDICATION_TAKING = Extension(
    name="medication-taking",
    value="valueCodeableConcept",
    on=("MedicationStatement",),
    says="How much of what was agreed was taken",
)
ADHERENCE_TOLD_BY = Extension(
    name="adherence-source",
    value="valueCodeableConcept",
    on=("MedicationStatement",),
    says="Whether the patient told it or refills show it",
)
# R4 has no QuestionnaireResponse.status for it: `amended` is less.
RECORD_STATUS = Extension(
    name="record-status",
    value="valueCode",
    on=("QuestionnaireResponse",),
    says="That the answers were corrected, which R4 does not tell from amended",
)

EXTENSIONS = (
    TREATMENT_BALANCE,
    IANA_ZONE,
    PLAN_REVISION,
    MEDICATION_TAKING,
    ADHERENCE_TOLD_BY,
    RECORD_STATUS,
)

# The shape of a list of extensions: ours are written and removed by us, those of others stay.
OUR_EXTENSIONS = ByKey(
    lambda extension: extension.get("url"), WHOLE, ours=lambda url: url in {one.url for one in EXTENSIONS}
)
