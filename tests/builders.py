"""Readable sample values of every type of the domain, with ids that never change.

`a_goal(due=...)` gives a goal with that one field changed. An item's id is `uid("<group>-<n>")`, so samples
and generated plans (tests/strategies.py) name the same items. `the_full_plan()` sets every field of every
type.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from service.domain.adherence import AdherenceReport, AdherenceSource, Taking
from service.domain.appointment import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Participant,
    Participation,
)
from service.domain.background import (
    FactorKind,
    Outcome,
    PastTreatment,
    PersonalFactor,
    Preference,
    PreferenceKind,
    TreatmentKind,
)
from service.domain.balance import Balance, Phase
from service.domain.check_in import CheckInCadence
from service.domain.concept import Coding, Concept, Identifier, Period, Quantity
from service.domain.condition import Condition, Course, Severity
from service.domain.coordination import (
    CoordinationNote,
    Flag,
    FlagKind,
    FlagStatus,
    Medium,
    Task,
    TaskKind,
    TaskStatus,
)
from service.domain.goal import Achievement, Comparator, Goal, GoalStatus, Target
from service.domain.journal import JournalEntry
from service.domain.measure import AbsentReason, ItemAnswer, Measure, Score
from service.domain.medication import (
    DayPart,
    DosageStep,
    DoseTiming,
    Drug,
    MedicationOrder,
    OrderStatus,
    Route,
    StatusReason,
)
from service.domain.people import AdministrativeGender, Patient, Person, Role
from service.domain.plan import Plan
from service.domain.relapse import RelapseStep, WarningSign
from service.domain.session import Session
from service.domain.side_effect import SideEffect
from service.domain.team import TeamMember
from service.domain.therapy import Modality, RequestStatus, Rhythm, SkillSet, TherapyCourse

NAMESPACE = uuid5(NAMESPACE_URL, "https://w3id.org/tandem-care/tests")
SNOMED = "http://snomed.info/sct"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NPI = "http://hl7.org/fhir/sid/us-npi"
MRN = "urn:oid:1.2.36.146.595.217.0.1"
STAFF = "urn:oid:1.2.36.146.595.217.0.2"
DAY_1 = date(2024, 3, 4)
SUMMER_TIME = timezone(timedelta(hours=2))

T = TypeVar("T")


def uid(name: str) -> str:
    """The id of a name: the same UUID on every run; items are named `<group>-<n>`."""
    return str(uuid5(NAMESPACE, name))


def day(count: int) -> date:
    """A day of the treatment, counted from its first."""
    return DAY_1 + timedelta(days=count)


def moment(count: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the treatment, by day and clinic time (UTC+2)."""
    return datetime(DAY_1.year, DAY_1.month, DAY_1.day, hour, minute, tzinfo=SUMMER_TIME) + timedelta(
        days=count
    )


def _made(kind: type[T], changes: Mapping[str, Any], /, **usual: Any) -> T:
    return kind(**{**usual, **changes})


# People


def a_person(**changes: Any) -> Person:
    return _made(
        Person,
        changes,
        id=uid("people-0"),
        family_name="Okafor",
        given_names=("Ngozi",),
        identifiers=(Identifier(system=NPI, value="1234567893"),),
        profession=Role.PSYCHIATRIST,
        organization="Lindenhof Clinic",
    )


def a_patient(**changes: Any) -> Patient:
    return _made(
        Patient,
        changes,
        id=uid("patient"),
        identifiers=(Identifier(system=MRN, value="MRN-4711"),),
        family_name="Sørensen",
        given_names=("Maja", "Lin"),
        birth_date=date(1988, 5, 17),
        gender=AdministrativeGender.FEMALE,
    )


PSYCHIATRIST = a_person()
THERAPIST = a_person(
    id=uid("people-1"),
    family_name="Müller-Weiß",
    given_names=("Jörg",),
    identifiers=(Identifier(system=NPI, value="1245319599"), Identifier(system=STAFF, value="S-17")),
    profession=Role.PSYCHOTHERAPIST,
)
NURSE = a_person(
    id=uid("people-2"),
    family_name="O'Brien",
    given_names=("Aoife", "Mary"),
    identifiers=(Identifier(system=STAFF, value="S-23"),),
    profession=Role.PSYCHIATRIC_NURSE,
)
COORDINATOR = a_person(
    id=uid("people-3"),
    family_name="王",
    given_names=("小明",),
    identifiers=(Identifier(system=STAFF, value="S-42"),),
    profession=Role.CARE_COORDINATOR,
)
COUNSELOR = a_person(
    id=uid("people-4"),
    family_name="Haddad",
    given_names=(),
    identifiers=(),
    profession=Role.COUNSELOR,
    organization=None,
    active=False,
)
DIRECTORY: Mapping[str, Person] = {
    person.id: person for person in (PSYCHIATRIST, THERAPIST, NURSE, COORDINATOR, COUNSELOR)
}


# Codes and quantities


def a_concept(**changes: Any) -> Concept:
    usual = (
        Coding(system=SNOMED, code="832007", display="Moderate major depression (disorder)"),
        Coding(system=ICD_10_CM, code="F32.1", display="Major depressive disorder, single episode, moderate"),
    )
    return _made(Concept, changes, text="Moderate depression", codings=usual)


def sertraline() -> Concept:
    coding = Coding(system=RXNORM, code="312941", display="sertraline 50 MG Oral Tablet")
    return Concept(text="Sertraline 50 mg", codings=(coding,))


def mg(value: str) -> Quantity:
    return Quantity(value=Decimal(value), unit="mg")


# What is treated, and towards what


def a_condition(**changes: Any) -> Condition:
    return _made(
        Condition,
        changes,
        id=uid("conditions-0"),
        code=a_concept(),
        severity=Severity.MODERATE,
        onset=day(-90),
    )


def a_target(**changes: Any) -> Target:
    return _made(Target, changes, measure=Measure.PHQ_9, comparator=Comparator.AT_MOST, value=Decimal(9))


def a_goal(**changes: Any) -> Goal:
    return _made(
        Goal,
        changes,
        id=uid("goals-0"),
        description="Depression score below ten",
        status=GoalStatus.ACTIVE,
        start=day(0),
        due=day(42),
        target=a_target(),
    )


# Therapy and medication


def a_therapy(**changes: Any) -> TherapyCourse:
    return _made(
        TherapyCourse,
        changes,
        id=uid("therapies-0"),
        modality=Modality.CBT,
        rhythm=Rhythm(sessions=1),
        sessions_planned=16,
        period=Period(start=day(0)),
        performer=THERAPIST.id,
        status=RequestStatus.ACTIVE,
        authored_on=day(0),
    )


def a_dosage_step(**changes: Any) -> DosageStep:
    timing = DoseTiming(frequency=1, when=(DayPart.MORNING,))
    return _made(DosageStep, changes, dose=mg("50"), timing=timing, route=Route.ORAL)


def a_reserve(**changes: Any) -> DosageStep:
    return _made(
        DosageStep,
        changes,
        dose=mg("25"),
        as_needed=True,
        as_needed_for="acute anxiety",
        max_per_day=mg("50"),
    )


def a_drug(**changes: Any) -> Drug:
    return _made(Drug, changes, code=sertraline())


def a_medication(**changes: Any) -> MedicationOrder:
    return _made(
        MedicationOrder,
        changes,
        id=uid("medications-0"),
        drug=a_drug(),
        dosage=(a_dosage_step(),),
        status=OrderStatus.ACTIVE,
        prescriber=PSYCHIATRIST.id,
        authored_on=day(0),
    )


def a_phase(**changes: Any) -> Phase:
    return _made(
        Phase,
        changes,
        id=uid("phases-0"),
        balance=Balance.BALANCED,
        start=day(0),
        reason="Symptoms are moderate and she wants skills",
        decided_by=(PSYCHIATRIST.id, THERAPIST.id),
        decided_at=moment(0),
    )


# Team, appointments, sessions


def the_patient_in_the_team(**changes: Any) -> TeamMember:
    return _made(TeamMember, changes, id=uid("care_team-0"), role=Role.PATIENT, since=day(0))


def a_team_member(**changes: Any) -> TeamMember:
    return _made(
        TeamMember,
        changes,
        id=uid("care_team-1"),
        role=Role.PSYCHIATRIST,
        person=PSYCHIATRIST.id,
        since=day(0),
    )


def a_check_in(**changes: Any) -> CheckInCadence:
    return _made(
        CheckInCadence,
        changes,
        id=uid("check_ins-0"),
        next_due=day(35),
        owner=PSYCHIATRIST.id,
        authored_on=day(0),
    )


def a_participant(**changes: Any) -> Participant:
    return _made(Participant, changes, person=THERAPIST.id, status=Participation.ACCEPTED)


def an_appointment(**changes: Any) -> Appointment:
    return _made(
        Appointment,
        changes,
        id=uid("appointments-0"),
        kind=AppointmentKind.THERAPY_SESSION,
        status=AppointmentStatus.BOOKED,
        zone="Europe/Berlin",
        start=moment(30, 14),
        end=moment(30, 14, 50),
        participants=(a_participant(person=None), a_participant()),
    )


def a_session(**changes: Any) -> Session:
    start, end = moment(7, 14), moment(7, 14, 50)
    return _made(Session, changes, id=uid("sessions-0"), start=start, end=end, attended_by=(THERAPIST.id,))


# What is observed


def a_score(**changes: Any) -> Score:
    return _made(Score, changes, id=uid("scores-0"), measure=Measure.PHQ_9, value=14, taken_at=moment(0))


def a_journal_entry(**changes: Any) -> JournalEntry:
    return _made(
        JournalEntry,
        changes,
        id=uid("journal-0"),
        written_at=moment(3, 21),
        energy=4,
        mood=3,
        insights="UNSHARED-walks help me",
    )


def a_side_effect(**changes: Any) -> SideEffect:
    return _made(
        SideEffect,
        changes,
        id=uid("side_effects-0"),
        medication=uid("medications-0"),
        effect="nausea in the morning",
        severity=Severity.MILD,
        since=day(2),
    )


def an_adherence_report(**changes: Any) -> AdherenceReport:
    return _made(
        AdherenceReport,
        changes,
        id=uid("adherence-0"),
        medication=uid("medications-0"),
        taking=Taking.MOSTLY,
        start=day(0),
        end=day(14),
        reported_on=day(14),
    )


# Relapse prevention, background


def a_warning_sign(**changes: Any) -> WarningSign:
    return _made(
        WarningSign, changes, id=uid("warning_signs-0"), text="I stop answering calls", since=day(10)
    )


def a_relapse_step(**changes: Any) -> RelapseStep:
    action = "Call the patient the same day"
    return _made(
        RelapseStep, changes, id=uid("relapse_steps-0"), action=action, person=COORDINATOR.id, since=day(10)
    )


def a_preference(**changes: Any) -> Preference:
    return _made(
        Preference,
        changes,
        id=uid("preferences-0"),
        kind=PreferenceKind.TREATMENT,
        text="As few tablets as possible",
        recorded_on=day(0),
    )


def a_personal_factor(**changes: Any) -> PersonalFactor:
    return _made(
        PersonalFactor,
        changes,
        id=uid("personal_factors-0"),
        kind=FactorKind.SITUATIONAL,
        text="Works night shifts",
        recorded_on=day(0),
    )


def a_past_treatment(**changes: Any) -> PastTreatment:
    return _made(
        PastTreatment,
        changes,
        id=uid("history-0"),
        kind=TreatmentKind.THERAPY,
        what=Concept(text="Counselling"),
        period=Period(start=date(2019, 1, 7), end=date(2019, 6, 28)),
        outcome=Outcome.GOT_STUCK,
    )


# How the team works together


def a_note(**changes: Any) -> CoordinationNote:
    return _made(
        CoordinationNote,
        changes,
        id=uid("notes-0"),
        author=THERAPIST.id,
        recipients=(PSYCHIATRIST.id,),
        sent_at=moment(8, 10),
        text="Sleep is better; she asks about the dose",
    )


def a_task(**changes: Any) -> Task:
    return _made(
        Task,
        changes,
        id=uid("tasks-0"),
        kind=TaskKind.BOOK_CHECK_IN,
        description="Book the check-in",
        status=TaskStatus.REQUESTED,
        owner=COORDINATOR.id,
        authored_at=moment(20),
        start=day(20),
        due=day(27),
    )


def a_flag(**changes: Any) -> Flag:
    return _made(
        Flag,
        changes,
        id=uid("flags-0"),
        kind=FlagKind.SAFETY,
        text="Item nine was answered positively",
        status=FlagStatus.ACTIVE,
        raised_by=PSYCHIATRIST.id,
        start=day(1),
    )


# Plans


def a_plan(**changes: Any) -> Plan:
    """Moderate depression, treated with CBT and sertraline; nothing in it names another item but people."""
    return _made(
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
    medications = _medications(reasons, tuple(one.id for one in therapies))
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
            items=answers,
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
