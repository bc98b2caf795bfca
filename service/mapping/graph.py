"""All resources of one plan: the only module, with `absorption`, that knows every mapper."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from service.domain.appointment import Appointment, AppointmentStatus
from service.domain.background import TreatmentKind
from service.domain.medication import MedicationOrder, OrderStatus, StatusReason
from service.domain.people import Person
from service.domain.plan import Plan, people_in_chart
from service.fhir.json import JsonObject
from service.mapping import (
    appointment,
    care_plan,
    care_team,
    communication,
    condition,
    encounter,
    flag,
    goal,
    medication_request,
    medication_statement_adherence,
    medication_statement_history,
    observation_balance,
    observation_factor,
    observation_preference,
    observation_score,
    observation_side_effect,
    patient,
    practitioner,
    practitioner_role,
    procedure_history,
    provenance,
    questionnaire_response_journal,
    questionnaire_response_relapse,
    questionnaire_response_score,
    service_request_review,
    service_request_therapy,
    task,
    task_proposal,
)
from service.mapping.medication_request import Intent
from service.mapping.references import Key, Refs


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How a connection wants medications: the intent of ours, and the orders that the chart has itself.

    `proposed` are the orders that the prescriber was asked for before: their tasks are kept up to date. After
    the patient's death what was only proposed is said as cancelled.
    """

    intent: Intent = Intent.PLAN
    ordered_in_chart: frozenset[str] = frozenset()
    proposed: frozenset[str] = frozenset()
    withdraws_proposals: bool = False


EVERYTHING = Scope()

Render: TypeAlias = Callable[..., JsonObject]
Part: TypeAlias = tuple[Key, Render]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One plan with the people whom it names."""

    plan: Plan
    people: Mapping[str, Person]


def project(
    subject: Subject,
    refs: Refs,
    *,
    scope: Scope = EVERYTHING,
    onto: Mapping[Key, JsonObject] | None = None,
) -> dict[Key, JsonObject]:
    """Return every resource of the plan, each laid over what `onto` holds under its key.

    The same plan gives the same resources, in the same order. No entry of the journal that was not shared
    is among them.
    """
    held = onto or {}
    return {key: render(onto=held.get(key)) for key, render in _parts(subject, refs, scope)}


def keys_of(subject: Subject) -> tuple[Key, ...]:
    """Return the key of every resource that the plan may have, without rendering any."""
    whatever = Scope(proposed=frozenset(order.id for order in subject.plan.medications))
    return tuple(key for key, _ in _parts(subject, Refs(), whatever))


def _parts(subject: Subject, refs: Refs, scope: Scope) -> Iterator[Part]:
    plan = subject.plan
    yield Key("Patient", plan.patient.id), partial(patient.to_fhir, plan.patient, refs)
    for person in _clinicians(subject):
        yield Key("Practitioner", person.id), partial(practitioner.to_fhir, person, refs)
        yield Key("PractitionerRole", person.id), partial(practitioner_role.to_fhir, person, refs)
    yield Key("CareTeam", plan.id), partial(care_team.to_fhir, plan, refs)
    yield Key("CarePlan", plan.id), partial(care_plan.to_fhir, plan, refs)
    yield from _problems(plan, refs)
    yield from _treatments(plan, refs, scope)
    yield from _meetings(plan, refs, scope)
    yield from _observations(plan, refs)
    yield from _patients_own(plan, refs)
    yield from _past(plan, refs)
    yield from _coordination(plan, refs)


def _clinicians(subject: Subject) -> list[Person]:
    return [subject.people[one] for one in sorted({name for _, name in people_in_chart(subject.plan)})]


def _problems(plan: Plan, refs: Refs) -> Iterator[Part]:
    whose = plan.patient.id
    for problem in plan.conditions:
        yield Key("Condition", problem.id), partial(condition.to_fhir, problem, whose, refs)
    for aim in plan.goals:
        yield Key("Goal", aim.id), partial(goal.to_fhir, aim, whose, refs)


def _treatments(plan: Plan, refs: Refs, scope: Scope) -> Iterator[Part]:
    whose = plan.patient.id
    for course in plan.therapies:
        render = partial(service_request_therapy.to_fhir, course, whose, refs, plan_id=plan.id)
        yield Key("ServiceRequest", course.id), render
    if plan.check_ins is not None:
        cadence = plan.check_ins
        render = partial(service_request_review.to_fhir, cadence, whose, refs, plan_id=plan.id)
        yield Key("ServiceRequest", cadence.id), render
    for order in plan.medications:
        written = _written(order, scope)
        render = partial(medication_request.to_fhir, written, whose, refs, intent=scope.intent)
        yield Key("MedicationRequest", order.id), render
        if order.id in scope.proposed or (scope.intent is Intent.PROPOSAL and task_proposal.is_open(written)):
            yield task_proposal.key(order.id), partial(task_proposal.to_fhir, written, whose, refs)


def _written(order: MedicationOrder, scope: Scope) -> MedicationOrder:
    if order.id in scope.ordered_in_chart:
        return _superseded(order)
    running = order.status in (OrderStatus.ACTIVE, OrderStatus.ON_HOLD)
    if running and scope.withdraws_proposals and scope.intent is Intent.PROPOSAL:
        return replace(order, status=OrderStatus.CANCELLED, status_reason=StatusReason.MEDICAL)
    return order


def _superseded(order: MedicationOrder) -> MedicationOrder:
    """End our request of a drug that the chart orders: the same drug is never active twice."""
    return replace(order, status=OrderStatus.COMPLETED, status_reason=StatusReason.ORDERED_IN_EHR)


def _meetings(plan: Plan, refs: Refs, scope: Scope) -> Iterator[Part]:
    whose = plan.patient.id
    for meeting in plan.appointments:
        written = _withdrawn(meeting) if scope.withdraws_proposals else meeting
        render = partial(appointment.to_fhir, written, whose, refs, plan_id=plan.id)
        yield Key("Appointment", meeting.id), render
    for session in plan.sessions:
        yield Key("Encounter", session.id), partial(encounter.to_fhir, session, whose, refs)


def _withdrawn(meeting: Appointment) -> Appointment:
    proposed = meeting.status in (AppointmentStatus.PROPOSED, AppointmentStatus.PENDING)
    return replace(meeting, status=AppointmentStatus.CANCELLED) if proposed else meeting


def _observations(plan: Plan, refs: Refs) -> Iterator[Part]:
    whose = plan.patient.id
    for score in plan.scores:
        yield (
            Key("Observation", score.id),
            partial(observation_score.to_fhir, score, whose, refs, plan_id=plan.id),
        )
        if score.items:
            render = partial(questionnaire_response_score.to_fhir, score, whose, refs, plan_id=plan.id)
            yield Key("QuestionnaireResponse", score.id), render
    for phase in plan.phases:
        yield (
            Key("Observation", phase.id),
            partial(observation_balance.to_fhir, phase, whose, refs, plan_id=plan.id),
        )
        yield Key("Provenance", phase.id), partial(provenance.to_fhir, phase, refs)
    for effect in plan.side_effects:
        render = partial(observation_side_effect.to_fhir, effect, whose, refs, plan_id=plan.id)
        yield Key("Observation", effect.id), render
    for wish in plan.preferences:
        yield Key("Observation", wish.id), partial(observation_preference.to_fhir, wish, whose, refs)
    for factor in plan.personal_factors:
        yield Key("Observation", factor.id), partial(observation_factor.to_fhir, factor, whose, refs)


def _patients_own(plan: Plan, refs: Refs) -> Iterator[Part]:
    whose = plan.patient.id
    for entry in plan.journal:
        if entry.shared:
            signs = plan.warning_signs
            render = partial(
                questionnaire_response_journal.to_fhir, entry, whose, refs, signs=signs, plan_id=plan.id
            )
            yield Key("QuestionnaireResponse", entry.id), render
    if plan.warning_signs or plan.relapse_steps:
        yield (
            Key("QuestionnaireResponse", plan.id),
            partial(questionnaire_response_relapse.to_fhir, plan, refs),
        )


def _past(plan: Plan, refs: Refs) -> Iterator[Part]:
    whose = plan.patient.id
    drugs = {order.id: order.drug for order in plan.medications}
    for report in plan.adherence:
        drug = drugs[report.medication]
        render = partial(medication_statement_adherence.to_fhir, report, whose, refs, drug=drug)
        yield Key("MedicationStatement", report.id), render
    for past in plan.history:
        if past.kind is TreatmentKind.MEDICATION:
            render = partial(medication_statement_history.to_fhir, past, whose, refs)
            yield Key("MedicationStatement", past.id), render
        else:
            yield Key("Procedure", past.id), partial(procedure_history.to_fhir, past, whose, refs)


def _coordination(plan: Plan, refs: Refs) -> Iterator[Part]:
    whose = plan.patient.id
    for note in plan.notes:
        yield (
            Key("Communication", note.id),
            partial(communication.to_fhir, note, whose, refs, plan_id=plan.id),
        )
    for job in plan.tasks:
        yield Key("Task", job.id), partial(task.to_fhir, job, whose, refs, plan_id=plan.id)
    for warning in plan.flags:
        yield Key("Flag", warning.id), partial(flag.to_fhir, warning, whose, refs)
