"""Element groups: what of a resource stays together when two sides change it, and who owns it.

A line of a table is `name owner elements`, and one that begins with `+` goes on with the line before it.
A name that ends with `!` is never settled by its owner alone: a dose, a status, a risk, a stop reason.
Elements in no line are not ours: they stay as the chart has them, and their change is no change of the plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from service.fhir.json import JsonObject
from service.mapping import observation_balance, questionnaire_response_relapse


class Owner(StrEnum):
    """Whose value stands when both sides change one group."""

    US = "us"
    EHR = "ehr"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Elements of one resource type that change together; `critical` ones always wait for a person."""

    name: str
    owner: Owner
    elements: tuple[str, ...]
    critical: bool = False


def _table(text: str) -> tuple[Group, ...]:
    joined = text.replace("\n        +", " ")
    return tuple(_group(*line.split()) for line in joined.strip().splitlines())


def _group(name: str, owner: str, *elements: str) -> Group:
    return Group(name=name.rstrip("!"), owner=Owner(owner), elements=elements, critical=name.endswith("!"))


_OBSERVATION = """
    result!   {owner} status code valueQuantity valueCodeableConcept valueString dataAbsentReason component
    time      {owner} effectiveDateTime effectivePeriod issued
    performer {owner} performer
    reason    {owner} note
    links     {owner} derivedFrom basedOn category identifier subject
"""
_ANSWERS = """
    answers!  {owner} status questionnaire item extension
    source    {owner} authored author source
    links     {owner} basedOn identifier subject
"""

_TABLES: Mapping[str, tuple[Group, ...]] = MappingProxyType({
    "Appointment": _table("""
        status!      ehr    status cancelationReason
        time         ehr    start end minutesDuration extension
        kind         ehr    serviceType
        participants ehr    participant
        comment      ehr    comment
        requested    shared requestedPeriod
        therapy      us     basedOn
        links        us     supportingInformation identifier
    """),
    "CarePlan": _table("""
        status!      us status
        title        us title
        clinician    us author contributor
        dates        us period created
        balance      us extension
        team         us careTeam
        problems     us addresses
        goals        us goal
        activities   us activity
        information  us supportingInfo
        links        us intent category identifier subject
    """),
    "CareTeam": _table("""
        status!      us status
        participants us participant
        links        us identifier subject
    """),
    "Communication": _table("""
        status!      shared status
        message      shared payload category sent
        recipients   shared recipient
        sender       shared sender
        links        shared basedOn about identifier subject
    """),
    "Condition": _table("""
        diagnosis!   ehr clinicalStatus verificationStatus code
        +            abatementDateTime abatementAge abatementPeriod abatementRange abatementString
        severity     ehr severity
        onset        ehr onsetDateTime onsetAge onsetPeriod onsetRange onsetString
        links        ehr category identifier subject
    """),
    "Encounter": _table("""
        status!      shared status
        time         shared period
        kind         shared class type
        participants shared participant
        links        shared appointment basedOn identifier subject
    """),
    "Flag": _table("""
        status!      shared status period
        warning!     shared code category
        author       shared author
        links        shared identifier subject
    """),
    "Goal": _table("""
        status!      shared lifecycleStatus statusReason
        achievement  shared achievementStatus
        description  shared description
        start        shared startDate
        target       shared target
        problems     shared addresses
        links        shared identifier subject
    """),
    "MedicationRequest": _table("""
        order!       ehr status statusReason intent doNotPerform reportedBoolean
        +            medicationCodeableConcept medicationReference contained dosageInstruction
        +            authoredOn requester priorPrescription reasonReference reasonCode
        +            substitution dispenseRequest
        therapies    ehr supportingInformation
        links        ehr category identifier subject
    """),
    "MedicationStatement": _table("""
        statement!   shared status statusReason medicationCodeableConcept medicationReference contained
        +            extension effectivePeriod effectiveDateTime dosage
        source       shared dateAsserted informationSource
        links        shared basedOn identifier subject
    """),
    "Observation": _table(_OBSERVATION.format(owner="shared")),
    "Observation of a balance": _table(_OBSERVATION.format(owner="us")),
    "Patient": _table("""
        identity!    ehr identifier name birthDate
        gender       ehr gender
    """),
    "Practitioner": _table("identity ehr identifier name active"),
    "PractitionerRole": _table("role ehr code organization practitioner identifier"),
    "Procedure": _table("""
        procedure!   shared status code category performedPeriod performedDateTime outcome
        links        shared identifier subject
    """),
    "Provenance": _table("record us extension target recorded reason activity agent"),
    "QuestionnaireResponse": _table(_ANSWERS.format(owner="shared")),
    "QuestionnaireResponse of a relapse plan": _table(_ANSWERS.format(owner="us")),
    "ServiceRequest": _table("""
        status!      us status
        therapy      us code category orderDetail
        rhythm       us occurrenceTiming
        performer    us performer
        reasons      us reasonReference
        medicines    us supportingInfo
        links        us intent authoredOn basedOn identifier subject
    """),
    "Task": _table("""
        status!      shared status
        request      shared code description intent requester focus
        owner        shared owner
        time         shared restriction authoredOn
        links        shared for identifier
    """),
})  # fmt: skip

# Lists whose entries are told apart by what they point to, so that each side may change its own entries.
_BY_REFERENCE: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "Appointment": {"participant": ("actor",), "basedOn": (), "supportingInformation": ()},
    "CarePlan": {
        "activity": ("reference",), "goal": (), "addresses": (), "careTeam": (), "contributor": (),
        "supportingInfo": (),
    },
    "CareTeam": {"participant": ("member",)},
    "Communication": {"recipient": ()},
    "Encounter": {"participant": ("individual",)},
    "Goal": {"addresses": ()},
    "ServiceRequest": {"reasonReference": (), "supportingInfo": ()},
})  # fmt: skip


def groups_of(resource: JsonObject) -> tuple[Group, ...]:
    """Return the groups of a resource, in the order of its table; a type that plans lack has none."""
    return _TABLES.get(kind_of(resource), ())


def reference_path(kind: str, element: str) -> tuple[str, ...] | None:
    """Return the way from an entry of a list to the Reference that names it, None for other elements."""
    return _BY_REFERENCE.get(kind, {}).get(element)


def tables() -> Mapping[str, tuple[Group, ...]]:
    """Return every table by the kind of resource."""
    return _TABLES


def kind_of(resource: JsonObject) -> str:
    """Return the kind of a resource as the tables name it: its type, or its type and what it stands for."""
    match resource["resourceType"]:
        case "Observation" if observation_balance.stands_for(resource):
            return "Observation of a balance"
        case "QuestionnaireResponse" if questionnaire_response_relapse.stands_for(resource):
            return "QuestionnaireResponse of a relapse plan"
        case other:
            return str(other)
