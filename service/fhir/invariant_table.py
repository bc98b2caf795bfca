"""R4's invariants of the types that we use, as data: type, id, our words for it, FHIRPath expression.

What differs from the definitions, and why:
- times are compared through `toDateTime()`: fhirpathpy 2.2.4 compares the text of two dateTime elements, by
  which 10:00+02:00 came after 09:00Z;
- app-4: R4 tests for a status 'no-show' that does not exist (the code is 'noshow'), so R4's validators refuse
  a cancelation reason with it; so do we;
- con-3: R4 compares a concept with a text, by which it warns of every category; here the code counts;
- ctm-1: fhirpathpy cannot run `resolve()`, so the type that the reference names is judged;
- ref-1, dom-3: '#' alone means the container, and a canonical may point to a contained resource as well;
- tim-9: `when` may hold several values, so that each is judged.
"""

from dataclasses import dataclass

from service.fhir.outcome import Severity


@dataclass(frozen=True, slots=True)
class Invariant:
    """One rule; `type` is the FHIR path of the type that it holds for, `*` every resource."""

    type: str
    id: str
    wording: str
    expression: str
    severity: Severity = Severity.ERROR

    @property
    def kind(self) -> str:
        """Names the type as the schema does: `CarePlan.activity` is CarePlanActivity."""
        return "".join(step[0].upper() + step[1:] for step in self.type.split("."))


_TERMS = "http://terminology.hl7.org/CodeSystem"
_PROBLEM_WRONG = (
    f"verificationStatus.coding.where(system = '{_TERMS}/condition-ver-status' and code = 'entered-in-error')"
    ".exists()"
)
_ALLERGY_WRONG = (
    f"verificationStatus.coding.where(system = '{_TERMS}/allergyintolerance-verification'"
    " and code = 'entered-in-error').exists()"
)
_OVER = (
    f"clinicalStatus.coding.where(system = '{_TERMS}/condition-clinical'"
    " and (code = 'resolved' or code = 'remission' or code = 'inactive')).exists()"
)
_NO_PRACTITIONER = "'^(.*/)?(CareTeam|Organization|Patient|PractitionerRole|RelatedPerson)(/.*)?$'"
_REQUESTED = "('batch' | 'transaction' | 'history')"
_ANSWERED = "('batch-response' | 'transaction-response' | 'history')"

_EVERYWHERE = (
    Invariant("*", "dom-2", "a contained resource contains no further one", "contained.contained.empty()"),
    Invariant(
        "*",
        "dom-3",
        "a contained resource has an id and is referred to",
        "contained.where(id.empty() or (('#' + id) in %resource.descendants()).not()"
        " and descendants().where($this = '#').empty()).empty()",
    ),
    Invariant(
        "*",
        "dom-4",
        "a contained resource has no version and no time of change",
        "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()",
    ),
    Invariant("*", "dom-5", "a contained resource has no security label", "contained.meta.security.empty()"),
)

_DATATYPES = (
    Invariant(
        "Age",
        "age-1",
        "an age is more than nothing, in UCUM units",
        "(code.exists() or value.empty()) and (system.empty() or system = %ucum)"
        " and (value.empty() or value > 0)",
    ),
    Invariant("Attachment", "att-1", "content comes with its type", "data.empty() or contentType.exists()"),
    Invariant(
        "ContactPoint", "cpt-2", "a contact's value comes with its kind", "value.empty() or system.exists()"
    ),
    Invariant(
        "Duration",
        "drt-1",
        "a duration with a unit has a value, and its unit is UCUM's",
        "code.exists() implies (system = %ucum and value.exists())",
    ),
    Invariant(
        "Extension",
        "ext-1",
        "an extension has either a value or extensions",
        "extension.exists() != value.exists()",
    ),
    Invariant(
        "Period",
        "per-1",
        "a period does not end before it starts",
        "start.empty() or end.empty() or start.toDateTime() <= end.toDateTime()",
    ),
    Invariant("Quantity", "qty-3", "a unit's code comes with its system", "code.empty() or system.exists()"),
    Invariant(
        "Range",
        "rng-2",
        "the low end is not above the high end",
        "low.value.empty() or high.value.empty() or low.value <= high.value",
    ),
    Invariant(
        "Ratio",
        "rat-1",
        "a ratio has both parts",
        "(numerator.empty() xor denominator.exists()) and (numerator.exists() or extension.exists())",
    ),
    Invariant(
        "Reference",
        "ref-1",
        "what '#…' refers to is contained",
        "reference.startsWith('#').not() or reference = '#'"
        " or (reference.substring(1) in %rootResource.contained.id)",
    ),
    Invariant(
        "Timing.repeat", "tim-1", "a duration has its unit", "duration.empty() or durationUnit.exists()"
    ),
    Invariant("Timing.repeat", "tim-2", "a period has its unit", "period.empty() or periodUnit.exists()"),
    Invariant("Timing.repeat", "tim-4", "a duration is not negative", "duration.empty() or duration >= 0"),
    Invariant("Timing.repeat", "tim-5", "a period is not negative", "period.empty() or period >= 0"),
    Invariant(
        "Timing.repeat", "tim-6", "periodMax comes with period", "periodMax.empty() or period.exists()"
    ),
    Invariant(
        "Timing.repeat",
        "tim-7",
        "durationMax comes with duration",
        "durationMax.empty() or duration.exists()",
    ),
    Invariant("Timing.repeat", "tim-8", "countMax comes with count", "countMax.empty() or count.exists()"),
    Invariant(
        "Timing.repeat",
        "tim-9",
        "an offset comes with an event, and not with a meal itself",
        "offset.empty() or (when.exists() and when.where($this in ('C' | 'CM' | 'CD' | 'CV')).empty())",
    ),
    Invariant(
        "Timing.repeat",
        "tim-10",
        "there are times of day or events, not both",
        "timeOfDay.empty() or when.empty()",
    ),
)

_RESOURCES = (
    Invariant(
        "AllergyIntolerance",
        "ait-1",
        "there is a clinical status, unless the record was an error",
        f"({_ALLERGY_WRONG}) or clinicalStatus.exists()",
    ),
    Invariant(
        "AllergyIntolerance",
        "ait-2",
        "there is no clinical status if the record was an error",
        f"({_ALLERGY_WRONG}).not() or clinicalStatus.empty()",
    ),
    Invariant(
        "Appointment.participant",
        "app-1",
        "a participant has a type or an actor",
        "type.exists() or actor.exists()",
    ),
    Invariant("Appointment", "app-2", "start and end come together", "start.exists() = end.exists()"),
    Invariant(
        "Appointment",
        "app-3",
        "only a proposed, cancelled or waitlisted appointment has no start and end",
        "(start.exists() and end.exists()) or (status in ('proposed' | 'cancelled' | 'waitlist'))",
    ),
    Invariant(
        "Appointment",
        "app-4",
        "only a cancelled appointment has a cancelation reason; a no-show has its reason as a comment",
        "cancelationReason.empty() or status = 'cancelled'",
    ),
    Invariant(
        "AppointmentResponse",
        "apr-1",
        "an answer names a type of participant or an actor",
        "participantType.exists() or actor.exists()",
    ),
    Invariant(
        "Bundle",
        "bdl-1",
        "only a searchset or a history has a total",
        "total.empty() or (type in ('searchset' | 'history'))",
    ),
    Invariant(
        "Bundle",
        "bdl-2",
        "only a searchset says why an entry is in it",
        "entry.search.empty() or type = 'searchset'",
    ),
    Invariant(
        "Bundle",
        "bdl-3",
        "each entry of a batch, transaction or history has a request, and no other has",
        f"entry.all(request.exists() = (%resource.type in {_REQUESTED}))",
    ),
    Invariant(
        "Bundle",
        "bdl-4",
        "each entry of a batch's or transaction's response or history has a response, and no other has",
        f"entry.all(response.exists() = (%resource.type in {_ANSWERED}))",
    ),
    Invariant(
        "Bundle.entry",
        "bdl-5",
        "an entry has a resource, a request or a response",
        "resource.exists() or request.exists() or response.exists()",
    ),
    Invariant(
        "Bundle",
        "bdl-7",
        "one fullUrl has one entry",
        "type = 'history' or"
        " entry.where(fullUrl.exists()).select(fullUrl & resource.meta.versionId).isDistinct()",
    ),
    Invariant("Bundle.entry", "bdl-8", "a fullUrl names no version", "fullUrl.contains('/_history/').not()"),
    Invariant(
        "CarePlan.activity",
        "cpl-3",
        "an activity has a reference or a detail, not both",
        "detail.empty() or reference.empty()",
    ),
    Invariant(
        "CareTeam.participant",
        "ctm-1",
        "only a practitioner acts on behalf of an organization",
        f"onBehalfOf.empty() or (member.reference | member.type).where(matches({_NO_PRACTITIONER})).empty()",
    ),
    Invariant(
        "Condition.stage",
        "con-1",
        "a stage has a summary or an assessment",
        "summary.exists() or assessment.exists()",
    ),
    Invariant(
        "Condition.evidence", "con-2", "evidence has a code or a detail", "code.exists() or detail.exists()"
    ),
    Invariant(
        "Condition",
        "con-3",
        "a problem on the problem list has a clinical status, unless it was an error",
        f"clinicalStatus.exists() or ({_PROBLEM_WRONG})"
        " or category.coding.where(code = 'problem-list-item').empty()",
        Severity.WARNING,
    ),
    Invariant(
        "Condition",
        "con-4",
        "a problem that has abated is inactive, in remission or resolved",
        f"abatement.empty() or {_OVER}",
    ),
    Invariant(
        "Condition",
        "con-5",
        "there is no clinical status if the record was an error",
        f"({_PROBLEM_WRONG}).not() or clinicalStatus.empty()",
    ),
    Invariant(
        "Consent",
        "ppc-1",
        "a consent names a policy or a policy rule",
        "policy.exists() or policyRule.exists()",
    ),
    Invariant(
        "Goal.target",
        "gol-1",
        "a target's detail comes with its measure",
        "detail.empty() or measure.exists()",
    ),
    Invariant("List", "lst-1", "only an empty list says why", "emptyReason.empty() or entry.empty()"),
    Invariant(
        "List",
        "lst-2",
        "only a list of changes has deleted entries",
        "mode = 'changes' or entry.deleted.empty()",
    ),
    Invariant(
        "List", "lst-3", "only a working list dates its entries", "mode = 'working' or entry.date.empty()"
    ),
    Invariant(
        "Observation.referenceRange",
        "obs-3",
        "a reference range has a low end, a high end or a text",
        "low.exists() or high.exists() or text.exists()",
    ),
    Invariant(
        "Observation",
        "obs-6",
        "a reason for absence comes without a value",
        "dataAbsentReason.empty() or value.empty()",
    ),
    Invariant(
        "Observation",
        "obs-7",
        "a value is not told again by a component with the same code",
        "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()",
    ),
    Invariant(
        "Organization",
        "org-1",
        "an organization has an identifier or a name",
        "identifier.exists() or name.exists()",
    ),
    Invariant(
        "Patient.contact",
        "pat-1",
        "a contact has a name, a telecom, an address or an organization",
        "name.exists() or telecom.exists() or address.exists() or organization.exists()",
    ),
    Invariant(
        "QuestionnaireResponse.item",
        "qrs-1",
        "an item has answers or items, not both",
        "answer.empty() or item.empty()",
    ),
    Invariant(
        "ServiceRequest",
        "prr-1",
        "an order's detail comes with its code",
        "orderDetail.empty() or code.exists()",
    ),
    Invariant(
        "Task",
        "inv-1",
        "a task is not changed before it is authored",
        "lastModified.empty() or authoredOn.empty() or lastModified.toDateTime() >= authoredOn.toDateTime()",
    ),
)

INVARIANTS = (*_EVERYWHERE, *_DATATYPES, *_RESOURCES)
