"""The resource types that the sandbox keeps, and how each can be searched (R4 search parameter registry)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the values of a parameter are compared."""

    TOKEN = "token"  # noqa: S105 (FHIR's name for a code or an identifier)
    REFERENCE = "reference"
    DATE = "date"
    STRING = "string"
    URI = "uri"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One search parameter: where its values are, and for a reference the only type it may point to."""

    name: str
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    target: str | None = None


# `name`, `name=path` or `name=path,path`; `:Type` narrows a reference; a hyphened name means its camel case.
_WRITTEN: dict[str, dict[Kind, str]] = {
    "Patient": {
        Kind.TOKEN: "identifier active gender",
        Kind.STRING: "name family=name.family given=name.given",
        Kind.DATE: "birthdate=birthDate death-date=deceasedDateTime",
        Kind.REFERENCE: "organization=managingOrganization general-practitioner link=link.other",
    },
    "RelatedPerson": {
        Kind.TOKEN: "identifier active gender relationship",
        Kind.STRING: "name",
        Kind.DATE: "birthdate=birthDate",
        Kind.REFERENCE: "patient",
    },
    "Practitioner": {
        Kind.TOKEN: "identifier active gender",
        Kind.STRING: "name family=name.family given=name.given",
    },
    "PractitionerRole": {
        Kind.TOKEN: "identifier active role=code specialty",
        Kind.DATE: "date=period",
        Kind.REFERENCE: "practitioner organization location service=healthcareService",
    },
    "Organization": {
        Kind.TOKEN: "identifier active type",
        Kind.STRING: "name",
        Kind.REFERENCE: "partof=partOf endpoint",
    },
    "Location": {
        Kind.TOKEN: "identifier status type",
        Kind.STRING: "name",
        Kind.REFERENCE: "organization=managingOrganization partof=partOf",
    },
    "HealthcareService": {
        Kind.TOKEN: "identifier active service-category=category service-type=type specialty",
        Kind.STRING: "name",
        Kind.REFERENCE: "organization=providedBy location",
    },
    "Device": {Kind.TOKEN: "identifier status type", Kind.REFERENCE: "patient organization=owner location"},
    "CareTeam": {
        Kind.TOKEN: "identifier status category",
        Kind.DATE: "date=period",
        Kind.REFERENCE: "subject patient=subject:Patient encounter participant=participant.member",
    },
    "EpisodeOfCare": {
        Kind.TOKEN: "identifier status type",
        Kind.DATE: "date=period",
        Kind.REFERENCE: "patient organization=managingOrganization care-manager",
    },
    "Condition": {
        Kind.TOKEN: "identifier clinical-status verification-status category code severity",
        Kind.DATE: "onset-date=onsetDateTime,onsetPeriod recorded-date abatement-date=abatementDateTime",
        Kind.REFERENCE: "subject patient=subject:Patient encounter asserter",
    },
    "AllergyIntolerance": {
        Kind.TOKEN: "identifier clinical-status verification-status category code criticality",
        Kind.DATE: "date=recordedDate",
        Kind.REFERENCE: "patient recorder asserter",
    },
    "Goal": {
        Kind.TOKEN: "identifier lifecycle-status achievement-status category",
        Kind.DATE: "start-date target-date=target.dueDate",
        Kind.REFERENCE: "subject patient=subject:Patient",
    },
    "CarePlan": {
        Kind.TOKEN: "identifier status intent category activity-code=activity.detail.code",
        Kind.DATE: "date=period",
        Kind.REFERENCE: "subject patient=subject:Patient encounter based-on replaces part-of"
        " goal condition=addresses care-team activity-reference=activity.reference"
        " performer=activity.detail.performer",
    },
    "Medication": {Kind.TOKEN: "identifier status code form", Kind.REFERENCE: "manufacturer"},
    "MedicationRequest": {
        Kind.TOKEN: "identifier status intent category priority code=medicationCodeableConcept",
        Kind.DATE: "authoredon=authoredOn date=dosageInstruction.timing.event",
        Kind.REFERENCE: "subject patient=subject:Patient medication=medicationReference requester encounter"
        " intended-performer=performer intended-dispenser=dispenseRequest.performer",
    },
    "MedicationStatement": {
        Kind.TOKEN: "identifier status category code=medicationCodeableConcept",
        Kind.DATE: "effective=effectiveDateTime,effectivePeriod",
        Kind.REFERENCE: "subject patient=subject:Patient medication=medicationReference part-of context"
        " source=informationSource",
    },
    "ServiceRequest": {
        Kind.TOKEN: "identifier status intent category code priority performer-type requisition",
        Kind.DATE: "authored=authoredOn occurrence=occurrenceDateTime,occurrencePeriod",
        Kind.REFERENCE: "subject patient=subject:Patient encounter based-on replaces requester performer",
    },
    "Appointment": {
        Kind.TOKEN: "identifier status appointment-type service-type service-category specialty reason-code"
        " part-status=participant.status",
        Kind.DATE: "date=start",
        Kind.REFERENCE: "actor=participant.actor patient=participant.actor:Patient based-on slot"
        " reason-reference practitioner=participant.actor:Practitioner location=participant.actor:Location"
        " supporting-info=supportingInformation",
    },
    "AppointmentResponse": {
        Kind.TOKEN: "identifier part-status=participantStatus",
        Kind.REFERENCE: "actor patient=actor:Patient practitioner=actor:Practitioner appointment",
    },
    "Schedule": {
        Kind.TOKEN: "identifier active service-type service-category specialty",
        Kind.DATE: "date=planningHorizon",
        Kind.REFERENCE: "actor",
    },
    "Slot": {
        Kind.TOKEN: "identifier status service-type service-category specialty appointment-type",
        Kind.DATE: "start",
        Kind.REFERENCE: "schedule",
    },
    "Encounter": {
        Kind.TOKEN: "identifier status class type reason-code",
        Kind.DATE: "date=period",
        Kind.REFERENCE: "subject patient=subject:Patient participant=participant.individual"
        " appointment based-on practitioner=participant.individual:Practitioner"
        " part-of episode-of-care service-provider",
    },
    "Observation": {
        Kind.TOKEN: "identifier status category code value-concept=valueCodeableConcept",
        Kind.DATE: "date=effectiveDateTime,effectivePeriod,effectiveInstant",
        Kind.REFERENCE: "subject patient=subject:Patient encounter performer based-on derived-from has-member"
        " part-of focus device",
    },
    "Questionnaire": {
        Kind.TOKEN: "identifier status version code",
        Kind.STRING: "name title",
        Kind.URI: "url",
        Kind.DATE: "date",
    },
    "QuestionnaireResponse": {
        Kind.TOKEN: "identifier status",
        Kind.DATE: "authored",
        Kind.URI: "questionnaire",
        Kind.REFERENCE: "subject patient=subject:Patient author source encounter based-on part-of",
    },
    "Communication": {
        Kind.TOKEN: "identifier status category medium",
        Kind.DATE: "sent received",
        Kind.REFERENCE: "subject patient=subject:Patient sender recipient encounter based-on part-of",
    },
    "Task": {
        Kind.TOKEN: "identifier status intent code priority business-status group-identifier",
        Kind.DATE: "authored-on modified=lastModified period=executionPeriod",
        Kind.REFERENCE: "subject=for patient=for:Patient focus owner requester encounter based-on part-of",
    },
    "Flag": {
        Kind.TOKEN: "identifier",
        Kind.DATE: "date=period",
        Kind.REFERENCE: "subject patient=subject:Patient encounter author",
    },
    "Provenance": {
        Kind.TOKEN: "agent-type=agent.type agent-role=agent.role",
        Kind.DATE: "recorded when=occurredDateTime,occurredPeriod",
        Kind.REFERENCE: "target patient=target:Patient agent=agent.who entity=entity.what location",
    },
    "DocumentReference": {
        Kind.TOKEN: "identifier=identifier,masterIdentifier status category type",
        Kind.DATE: "date period=context.period",
        Kind.REFERENCE: "subject patient=subject:Patient author custodian encounter=context.encounter"
        " relatesto=relatesTo.target",
    },
    "Consent": {
        Kind.TOKEN: "identifier status category scope",
        Kind.DATE: "date=dateTime",
        Kind.REFERENCE: "patient organization consentor=performer",
    },
    "Procedure": {
        Kind.TOKEN: "identifier status category code",
        Kind.DATE: "date=performedDateTime,performedPeriod",
        Kind.REFERENCE: "subject patient=subject:Patient encounter based-on part-of"
        " performer=performer.actor",
    },
    "Immunization": {
        Kind.TOKEN: "identifier status vaccine-code",
        Kind.DATE: "date=occurrenceDateTime",
        Kind.REFERENCE: "patient location performer=performer.actor",
    },
    "DiagnosticReport": {
        Kind.TOKEN: "identifier status category code",
        Kind.DATE: "date=effectiveDateTime,effectivePeriod issued",
        Kind.REFERENCE: "subject patient=subject:Patient encounter performer result based-on",
    },
    "Claim": {
        Kind.TOKEN: "identifier status use",
        Kind.DATE: "created",
        Kind.REFERENCE: "patient provider insurer encounter=item.encounter",
    },
    "ExplanationOfBenefit": {
        Kind.TOKEN: "identifier status",
        Kind.DATE: "created",
        Kind.REFERENCE: "patient provider claim encounter=item.encounter",
    },
    "Subscription": {
        Kind.TOKEN: "status type=channel.type payload=channel.payload",
        Kind.STRING: "criteria",
        Kind.URI: "url=channel.endpoint",
    },
    "NamingSystem": {Kind.TOKEN: "status kind", Kind.STRING: "name", Kind.DATE: "date"},
    "Basic": {Kind.TOKEN: "identifier code", Kind.DATE: "created", Kind.REFERENCE: "subject author"},
}
_DEFINITIONS = (
    "CapabilityStatement",
    "CodeSystem",
    "ConceptMap",
    "ImplementationGuide",
    "StructureDefinition",
    "ValueSet",
)
_DEFINITION = {Kind.TOKEN: "status version", Kind.STRING: "name", Kind.URI: "url", Kind.DATE: "date"}
_EVERY = {
    Kind.TOKEN: "_id=id _tag=meta.tag _security=meta.security",
    Kind.DATE: "_lastUpdated=meta.lastUpdated",
    Kind.URI: "_profile=meta.profile _source=meta.source",
}


def types() -> tuple[str, ...]:
    """Gives the resource types that the sandbox keeps."""
    return tuple(_TABLE)


def parameters_of(kind: str) -> Mapping[str, Parameter]:
    """Gives the search parameters of a type by name."""
    return _TABLE[kind]


def _read(written: Mapping[Kind, str]) -> Iterator[Parameter]:
    for kind, words in written.items():
        for word in words.split():
            name, _, rest = word.partition("=")
            paths, _, target = (rest or _camel_cased(name)).partition(":")
            yield Parameter(
                name=name,
                kind=kind,
                paths=tuple(tuple(path.split(".")) for path in paths.split(",")),
                target=target or None,
            )


def _camel_cased(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(map(str.capitalize, others))


def _row(written: Mapping[Kind, str]) -> Mapping[str, Parameter]:
    return {one.name: one for one in (*_read(_EVERY), *_read(written))}


_TABLE = {kind: _row(written) for kind, written in _WRITTEN.items()} | {
    kind: _row(_DEFINITION) for kind in _DEFINITIONS
}
