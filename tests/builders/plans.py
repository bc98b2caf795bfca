"""A sample plan, and one with every field of every type set."""

from datetime import UTC, datetime
from typing import Any

from service.domain.adherence import AdherenceSource
from service.domain.appointment import (
    AppointmentKind,
    AppointmentStatus,
)
from service.domain.balance import Balance
from service.domain.concept import Period
from service.domain.condition import Course
from service.domain.coordination import (
    FlagKind,
    FlagStatus,
    Medium,
)
from service.domain.goal import Achievement
from service.domain.measure import AbsentReason, ItemAnswer, Measure
from service.domain.medication import (
    DayPart,
    DoseTiming,
    MedicationOrder,
    OrderStatus,
    Route,
    StatusReason,
)
from service.domain.people import Role
from service.domain.plan import Plan
from service.domain.therapy import Modality, RequestStatus, SkillSet
from tests.builders.meetings import (
    a_check_in,
    a_flag,
    a_note,
    a_session,
    a_task,
    a_team_member,
    an_appointment,
    the_patient_in_the_team,
)
from tests.builders.observed import (
    a_journal_entry,
    a_past_treatment,
    a_personal_factor,
    a_preference,
    a_relapse_step,
    a_score,
    a_side_effect,
    a_warning_sign,
    an_adherence_report,
)
from tests.builders.people import NURSE, PSYCHIATRIST, THERAPIST, a_patient, day, made, moment, uid
from tests.builders.safety import safety_contacts
from tests.builders.treatment import (
    a_condition,
    a_dosage_step,
    a_drug,
    a_goal,
    a_medication,
    a_phase,
    a_reserve,
    a_therapy,
    mg,
)


def a_plan(**changes: Any) -> Plan:
    """Moderate depression, treated with CBT and sertraline; nothing in it names another item but people."""
    return made(
        Plan,
        changes,
        id=uid("plan"),
        title="Depression: CBT and sertraline",
        status=RequestStatus.ACTIVE,
        patient=a_patient(),
        author=PSYCHIATRIST.id,
        created=day(0),
        period=Period(start=day(0)),
        conditions=(a_condition(),),
        goals=(a_goal(),),
        therapies=(a_therapy(),),
        medications=(a_medication(),),
        care_team=(
            the_patient_in_the_team(),
            a_team_member(),
            a_team_member(id=uid("care_team-2"), role=Role.PSYCHOTHERAPIST, person=THERAPIST.id),
        ),
        safety=safety_contacts(),
    )


def the_full_plan() -> Plan:
    """A plan with every field of every type set, in at least one item where fields exclude each other."""
    return a_plan(
        period=Period(start=day(0), end=day(180)),
        check_ins=a_check_in(),
        **_treatment(),
        **_meetings(),
        **_observations(),
        **_surroundings(),
    )


def _treatment() -> dict[str, Any]:
    conditions = (
        a_condition(course=Course.REMISSION, abatement=day(120)),
        a_condition(id=uid("conditions-1"), onset=day(-400), course=Course.RESOLVED, abatement=day(-30)),
    )
    reasons = tuple(one.id for one in conditions)
    whole = Period(start=day(0), end=day(112))
    therapies = (
        a_therapy(modality=Modality.DBT, skill_sets=tuple(SkillSet), period=whole, reasons=reasons),
        a_therapy(
            id=uid("therapies-1"),
            modality=Modality.OTHER,
            title="Sleep training",
            period=whole,
            reasons=reasons,
            supports=(uid("medications-0"),),
        ),
    )
    phases = (
        a_phase(balance=Balance.MEDICATION_LED, end=day(41), evidence=(uid("scores-0"),)),
        a_phase(id=uid("phases-1"), start=day(42), decided_at=moment(42), evidence=(uid("scores-2"),)),
    )
    goal = a_goal(status_reason="Agreed in the meeting", achievement=Achievement.IMPROVING, addresses=reasons)
    team = (
        the_patient_in_the_team(until=day(180)),
        a_team_member(until=day(180)),
        a_team_member(id=uid("care_team-2"), role=Role.PSYCHOTHERAPIST, person=THERAPIST.id, until=day(112)),
    )
    medications = _medications(reasons, (therapies[0].id,))
    return {
        "conditions": conditions,
        "goals": (goal,),
        "therapies": therapies,
        "medications": medications,
        "phases": phases,
        "care_team": team,
    }


def _medications(reasons: tuple[str, ...], supports: tuple[str, ...]) -> tuple[MedicationOrder, ...]:
    drug = a_drug(form="tablet", strength=mg("50"))
    limits: dict[str, Any] = {"max_per_day": mg("100"), "instruction": "with breakfast"}
    links: dict[str, Any] = {"drug": drug, "reasons": reasons, "supports": supports}
    twice = DoseTiming(frequency=2, when=(DayPart.MORNING, DayPart.EVENING))
    first = a_medication(
        dosage=(a_dosage_step(start=day(0), end=day(41), **limits),),
        status=OrderStatus.STOPPED,
        status_reason=StatusReason.DOSE_CHANGED,
        status_note="Half a response after six weeks",
        **links,
    )
    second = a_medication(
        id=uid("medications-1"),
        dosage=(
            a_dosage_step(start=day(42), end=day(55), **limits),
            a_dosage_step(start=day(56), end=day(180), timing=twice, **limits),
            a_reserve(start=day(42), end=day(180), timing=twice, route=Route.ORAL, instruction="with water"),
        ),
        authored_on=day(42),
        status_reason=StatusReason.OTHER,
        status_note="Titrated slowly",
        replaces=first.id,
        **links,
    )
    return first, second


def _meetings() -> dict[str, Any]:
    asked = Period(start=day(28), end=day(42))
    shared: dict[str, Any] = {"requested": asked, "therapy": uid("therapies-0"), "comment": "Room 4"}
    appointments = (
        an_appointment(**shared),
        an_appointment(
            id=uid("appointments-1"),
            kind=AppointmentKind.TEAM_MEETING,
            status=AppointmentStatus.CANCELLED,
            cancellation_reason="The therapist is ill",
            **shared,
        ),
    )
    session = a_session(appointment=uid("appointments-0"), therapy=uid("therapies-0"))
    return {"appointments": appointments, "sessions": (session,)}


def _observations() -> dict[str, Any]:
    answers = (ItemAnswer(item=1, value=2), ItemAnswer(item=9, value=1))
    scores = (
        a_score(items=answers, recorded_by=THERAPIST.id),
        a_score(
            id=uid("scores-1"),
            measure=Measure.GAD_7,
            value=None,
            absent_reason=AbsentReason.ASKED_DECLINED,
            items=answers[:1],
            recorded_by=NURSE.id,
        ),
        a_score(id=uid("scores-2"), value=11, items=answers, taken_at=moment(42)),
    )
    signs = (uid("warning_signs-0"),)
    journal = (
        a_journal_entry(side_effects="UNSHARED-dry mouth", warning_signs=signs),
        a_journal_entry(
            id=uid("journal-1"),
            written_at=datetime(2024, 3, 9, 20, 15, tzinfo=UTC),
            insights="The breathing exercise works",
            side_effects="dry mouth",
            warning_signs=signs,
            shared=True,
        ),
    )
    side_effects = (a_side_effect(until=day(20), reported_by=NURSE.id),)
    adherence = (an_adherence_report(source=AdherenceSource.REFILL),)
    return {"scores": scores, "journal": journal, "side_effects": side_effects, "adherence": adherence}


def _surroundings() -> dict[str, Any]:
    return {
        "warning_signs": (a_warning_sign(until=day(180)),),
        "relapse_steps": (
            a_relapse_step(until=day(180)),
            a_relapse_step(id=uid("relapse_steps-1"), action="I call my sister", person=None, until=day(180)),
        ),
        "preferences": (a_preference(),),
        "personal_factors": (a_personal_factor(),),
        "history": (a_past_treatment(),),
        "notes": (a_note(medium=Medium.CONVERSATION),),
        "tasks": (a_task(),),
        "flags": (
            a_flag(),
            a_flag(id=uid("flags-1"), kind=FlagKind.WARNING_SIGN, status=FlagStatus.INACTIVE, end=day(30)),
        ),
    }
