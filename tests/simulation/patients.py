"""The patients of the simulated clinic: an illness, how it runs its course, and the plan of its first day."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from service.domain.concept import Coding, Concept, Identifier, Period
from service.domain.condition import Severity
from service.domain.measure import RANGES, Measure
from service.domain.medication import Drug
from service.domain.people import Role
from service.domain.plan import Plan
from service.domain.therapy import Modality
from tests.builders import (
    ICD_10_CM,
    MRN,
    PSYCHIATRIST,
    THERAPIST,
    a_check_in,
    a_condition,
    a_dosage_step,
    a_medication,
    a_patient,
    a_plan,
    a_relapse_step,
    a_team_member,
    a_therapy,
    a_warning_sign,
    mg,
    the_patient_in_the_team,
    uid,
)
from tests.fakes.clock import StillClock

FIRST_DAY = StillClock().now().date()
"""The Monday on which every treatment begins."""

WEEKS = 52
_ADULT = (26, 60)
_YOUNG = (18, 25)


class Course(StrEnum):
    """How an illness answers to its treatment."""

    RESPONDS = "responds"
    PARTLY = "responds in part"
    NOT = "does not respond"
    WORSENS = "gets worse first"
    RELAPSES = "responds, then relapses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Illness:
    """A diagnosis with its measure and its usual treatment; `change` in points counts as a worsening.

    The points stand here a second time, from docs/measures.md: a law that took them from the rules would
    agree with every mistake of theirs.
    """

    name: str
    code: str
    measure: Measure
    change: int | None
    baseline: tuple[int, int]
    modality: Modality
    medicine: str
    dose: str


ILLNESSES = (
    Illness(name="Depression", code="F32.1", measure=Measure.PHQ_9, change=5, baseline=(14, 22),
            modality=Modality.CBT, medicine="Sertraline", dose="50"),
    Illness(name="Generalised anxiety", code="F41.1", measure=Measure.GAD_7, change=4, baseline=(11, 18),
            modality=Modality.CBT, medicine="Escitalopram", dose="10"),
    Illness(name="OCD", code="F42.2", measure=Measure.Y_BOCS, change=None, baseline=(22, 32),
            modality=Modality.ERP, medicine="Fluvoxamine", dose="100"),
    Illness(name="PTSD", code="F43.10", measure=Measure.PCL_5, change=12, baseline=(42, 64),
            modality=Modality.TRAUMA_FOCUSED, medicine="Sertraline", dose="50"),
    Illness(name="Bipolar II disorder", code="F31.81", measure=Measure.PHQ_9, change=5, baseline=(13, 20),
            modality=Modality.CBT, medicine="Lamotrigine", dose="100"),
)  # fmt: skip
_HOW_OFTEN = (10, 5, 3, 3, 3)
_SEVERITIES = (Severity.MILD, Severity.MODERATE, Severity.MODERATE, Severity.SEVERE)
_COURSES = {
    Course.RESPONDS: 8,
    Course.PARTLY: 4,
    Course.NOT: 4,
    Course.WORSENS: 2,
    Course.RELAPSES: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One patient: what ails them, how it goes, how reliably they come and write, and the plan of day 0.

    `comes` and `answers` are the chances that an appointment is kept and a questionnaire filled in.
    """

    number: int
    illness: Illness
    course: Course
    baseline: int
    comes: float
    answers: float
    keeps_journal: bool
    plan: Plan

    def named(self, what: str) -> str:
        """The id of one of their items."""
        return _named(self.number, what)

    def total(self, week: int, draw: Random) -> int:
        """What the questionnaire of their illness says in a week."""
        lowest, highest = RANGES[self.illness.measure]
        noise = draw.choice((-1, 0, 0, 1)) * max(1, (highest - lowest) // 40)
        said = round(self.baseline * _left(self.course, week)) + noise
        return min(max(said, lowest), highest)


def a_patient_of(seed: int, number: int) -> Patient:
    """The patient of a number; the same one for the same seed, whoever else there is."""
    draw = Random(f"patient/{seed}/{number}")  # noqa: S311  a simulation, no secret
    (illness,) = draw.choices(ILLNESSES, _HOW_OFTEN)
    (course,) = draw.choices(tuple(_COURSES), tuple(_COURSES.values()))
    age = draw.randint(*(_YOUNG if draw.random() < 0.15 else _ADULT))
    return Patient(
        number=number,
        illness=illness,
        course=course,
        baseline=draw.randint(*illness.baseline),
        comes=draw.choice((0.95, 0.9, 0.75)),
        answers=draw.choice((0.98, 0.9, 0.7)),
        keeps_journal=draw.random() < 0.5,
        plan=_plan(number, illness, age, severity=draw.choice(_SEVERITIES)),
    )


def _left(course: Course, week: int) -> float:
    """How much of the baseline is left in a week."""
    match course:
        case Course.RESPONDS:
            return max(0.15, 1 - 0.1 * week)
        case Course.PARTLY:
            return max(0.62, 1 - 0.05 * week)
        case Course.NOT:
            return 1.0 if week < 26 else max(0.45, 1 - 0.06 * (week - 26))
        case Course.WORSENS:
            return min(1.35, 1 + 0.1 * week) if week < 10 else max(0.4, 1.35 - 0.06 * (week - 10))
        case Course.RELAPSES:
            risen = min(0.9, 0.15 + 0.12 * max(0, week - 28))
            return max(0.15, 1 - 0.1 * week) if week < 28 else max(0.2, risen - 0.08 * max(0, week - 38))


def _named(number: int, what: str) -> str:
    return uid(f"simulated-{number}/{what}")


def _plan(number: int, illness: Illness, age: int, *, severity: Severity) -> Plan:
    """The plan that the team makes with the person on the first day."""
    coding = Coding(system=ICD_10_CM, code=illness.code)
    course = a_therapy(
        id=_named(number, "therapy"),
        modality=illness.modality,
        period=Period(start=FIRST_DAY),
        authored_on=FIRST_DAY,
    )
    order = a_medication(
        id=_named(number, "order-0"),
        drug=Drug(code=Concept(text=f"{illness.medicine} {illness.dose} mg")),
        dosage=(a_dosage_step(dose=mg(illness.dose), start=FIRST_DAY),),
        authored_on=FIRST_DAY,
        supports=(course.id,),
    )
    return a_plan(
        id=_named(number, "plan"),
        title=f"{illness.name}: {illness.medicine.lower()} and therapy",
        patient=_person(number, age),
        created=FIRST_DAY,
        period=Period(start=FIRST_DAY),
        conditions=(
            a_condition(
                id=_named(number, "condition"),
                code=Concept(text=illness.name, codings=(coding,)),
                severity=severity,
                onset=FIRST_DAY - timedelta(days=90),
            ),
        ),
        goals=(),
        therapies=(course,),
        medications=(order,),
        care_team=_team(number),
        check_ins=a_check_in(id=_named(number, "cadence"), next_due=None, authored_on=FIRST_DAY),
        warning_signs=(a_warning_sign(id=_named(number, "sign"), since=FIRST_DAY),),
        relapse_steps=(a_relapse_step(id=_named(number, "step"), since=FIRST_DAY),),
    )


def _person(number: int, age: int) -> object:
    return a_patient(
        id=_named(number, "patient"),
        identifiers=(Identifier(system=MRN, value=f"SIM-{number}"),),
        birth_date=FIRST_DAY.replace(year=FIRST_DAY.year - age) - timedelta(days=100),
    )


def _team(number: int) -> tuple[object, ...]:
    return (
        the_patient_in_the_team(id=_named(number, "team-0"), since=FIRST_DAY),
        a_team_member(id=_named(number, "team-1"), person=PSYCHIATRIST.id, since=FIRST_DAY),
        a_team_member(
            id=_named(number, "team-2"), role=Role.PSYCHOTHERAPIST, person=THERAPIST.id, since=FIRST_DAY
        ),
    )


RAISED = Decimal("1.5")
"""By how much a prescriber of the simulation raises a dose, where one is raised."""
