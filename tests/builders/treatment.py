"""Samples of conditions, goals, therapy courses, medication orders and phases."""

from decimal import Decimal
from typing import Any

from service.domain.balance import Balance, Phase
from service.domain.concept import Coding, Concept, Period, Quantity
from service.domain.condition import Condition, Severity
from service.domain.goal import Comparator, Goal, GoalStatus, Target
from service.domain.measure import Measure
from service.domain.medication import (
    DayPart,
    DosageStep,
    DoseTiming,
    Drug,
    MedicationOrder,
    OrderStatus,
    Route,
)
from service.domain.therapy import Modality, RequestStatus, Rhythm, TherapyCourse
from tests.builders.people import ICD_10_CM, PSYCHIATRIST, RXNORM, SNOMED, THERAPIST, day, made, moment, uid


def a_concept(**changes: Any) -> Concept:
    usual = (
        Coding(system=SNOMED, code="832007", display="Moderate major depression (disorder)"),
        Coding(system=ICD_10_CM, code="F32.1", display="Major depressive disorder, single episode, moderate"),
    )
    return made(Concept, changes, text="Moderate depression", codings=usual)


def sertraline() -> Concept:
    coding = Coding(system=RXNORM, code="312941", display="sertraline 50 MG Oral Tablet")
    return Concept(text="Sertraline 50 mg", codings=(coding,))


def mg(value: str) -> Quantity:
    return Quantity(value=Decimal(value), unit="mg")


def a_condition(**changes: Any) -> Condition:
    return made(
        Condition,
        changes,
        id=uid("conditions-0"),
        code=a_concept(),
        severity=Severity.MODERATE,
        onset=day(-90),
    )


def a_target(**changes: Any) -> Target:
    return made(Target, changes, measure=Measure.PHQ_9, comparator=Comparator.AT_MOST, value=Decimal(9))


def a_goal(**changes: Any) -> Goal:
    return made(
        Goal,
        changes,
        id=uid("goals-0"),
        description="Depression score below ten",
        status=GoalStatus.ACTIVE,
        start=day(0),
        due=day(42),
        target=a_target(),
    )


def a_therapy(**changes: Any) -> TherapyCourse:
    return made(
        TherapyCourse,
        changes,
        id=uid("therapies-0"),
        modality=Modality.CBT,
        rhythm=Rhythm(sessions=1),
        session_minutes=50,
        sessions_planned=16,
        period=Period(start=day(0)),
        performer=THERAPIST.id,
        status=RequestStatus.ACTIVE,
        authored_on=day(0),
    )


def a_dosage_step(**changes: Any) -> DosageStep:
    timing = DoseTiming(frequency=1, when=(DayPart.MORNING,))
    return made(DosageStep, changes, dose=mg("50"), timing=timing, route=Route.ORAL)


def a_reserve(**changes: Any) -> DosageStep:
    return made(
        DosageStep,
        changes,
        dose=mg("25"),
        as_needed=True,
        as_needed_for="acute anxiety",
        max_per_day=mg("50"),
    )


def a_drug(**changes: Any) -> Drug:
    return made(Drug, changes, code=sertraline())


def a_medication(**changes: Any) -> MedicationOrder:
    return made(
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
    return made(
        Phase,
        changes,
        id=uid("phases-0"),
        balance=Balance.BALANCED,
        start=day(0),
        reason="Symptoms are moderate and she wants skills",
        decided_by=(PSYCHIATRIST.id, THERAPIST.id),
        decided_at=moment(0),
    )
