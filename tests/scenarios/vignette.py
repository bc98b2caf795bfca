"""The words of the table of vignettes: a quiet plan, what happens in it, and what is noticed on one day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from service.domain.adherence import Taking
from service.domain.appointment import Appointment, AppointmentKind, AppointmentStatus
from service.domain.concept import Coding, Concept, Period
from service.domain.findings.case import Snapshot
from service.domain.findings.decision import Answer, Decision
from service.domain.goal import Comparator
from service.domain.measure import AbsentReason, ItemAnswer, Measure, RecordStatus, Score
from service.domain.medication import DosageStep, Drug, MedicationOrder, OrderStatus, StatusReason
from service.domain.plan import Plan
from service.domain.session import Session
from service.domain.therapy import RequestStatus
from tests.builders import (
    a_check_in,
    a_condition,
    a_dosage_step,
    a_goal,
    a_journal_entry,
    a_medication,
    a_phase,
    a_plan,
    a_score,
    a_session,
    a_target,
    a_therapy,
    an_adherence_report,
    an_appointment,
    day,
    mg,
    moment,
    uid,
)

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, kw_only=True)
class Vignette:
    """A plan on a day, what it was before, and every finding: its rule and the ids of its evidence.

    Ids of the samples are the readable ones below. `words` stand in the text or the proposal of a finding.
    """

    plan: Plan
    on: int
    past: tuple[tuple[int, Plan], ...] = ()
    decisions: tuple[Decision, ...] = ()
    finds: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    not_words: str = ""

    @property
    def history(self) -> tuple[Snapshot, ...]:
        """What the plan was, with the days of its revisions."""
        return tuple(Snapshot(plan=plan, day=day(count)) for count, plan in self.past)


def quiet(**changes: Any) -> Plan:
    """Depression since before, sertraline and CBT from day 0, reviewed on day 10: nothing to notice.

    Check-ins are paused, a goal is under way, and who leads is decided; each has vignettes of its own.
    """
    usual = {
        "phases": (a_phase(id="balance"),),
        "goals": (goal(180),),
        "therapies": (a_therapy(id="cbt"),),
        "medications": (order("sertraline"),),
        "check_ins": a_check_in(id="cadence", status=RequestStatus.ON_HOLD),
        "appointments": (check("check-10", 10),),
        "sessions": (session(0),),
    }
    return a_plan(**{**usual, **changes})


def watched(**changes: Any) -> Plan:
    """The quiet plan with its check-ins under way, agreed on day 0."""
    return quiet(check_ins=a_check_in(id="cadence"), **changes)


def phq(count: int, value: int | None, *, risk: int | None = 0, **changes: Any) -> Score:
    """A PHQ-9 on a day, with its item 9 answered by no unless another answer is given; None leaves it out."""
    items = () if risk is None else (ItemAnswer(item=9, value=risk),)
    reason = AbsentReason.ASKED_DECLINED if value is None else None
    usual = {"id": f"phq-{count}", "taken_at": moment(count), "items": items, "absent_reason": reason}
    return a_score(value=value, **{**usual, **changes})


def score(measure: Measure, count: int, value: int, **changes: Any) -> Score:
    """A score of another instrument, its id the instrument and the day."""
    name = f"{measure.value}-{count}"
    return a_score(**{"id": name, "measure": measure, "value": value, "taken_at": moment(count), **changes})


def decided(*evidence: str, answer: Answer = Answer.ACCEPTED) -> Decision:
    """A decision of day 44 that rested on these items."""
    return Decision(
        key="0a" * 16,
        rule="no-improvement",
        answer=answer,
        reason="She wants to go on",
        decided_by=("people-0",),
        decided_at=moment(44),
        text="No improvement",
        evidence=evidence,
    )


def taken_back(one: Score) -> Score:
    """The same score, entered in error."""
    return replace(one, status=RecordStatus.ENTERED_IN_ERROR)


def goal(when: int, **changes: Any) -> Any:
    """A goal of a PHQ-9 of 9 or less, due on a day."""
    target = a_target(comparator=Comparator.AT_MOST, value=Decimal(9))
    return a_goal(**{"id": "goal", "due": day(when), "target": target, **changes})


def order(name: str, *, dose: str = "50", **changes: Any) -> MedicationOrder:
    """An order of a medicine by its name, its id the name; taken from day 0 in one dose."""
    drug = Drug(code=Concept(text=f"{name.capitalize()} {dose} mg"))
    usual = {"id": name, "drug": drug, "dosage": (step(dose),)}
    return a_medication(**{**usual, **changes})


def step(dose: str, first: int | None = None, last: int | None = None) -> DosageStep:
    """A step of a dosage, from one day to another."""
    start = None if first is None else day(first)
    return a_dosage_step(dose=mg(dose), start=start, end=None if last is None else day(last))


def stopped(one: MedicationOrder, **changes: Any) -> MedicationOrder:
    """The same order, stopped."""
    usual = {"status": OrderStatus.STOPPED, "status_reason": StatusReason.NOT_STATED}
    return replace(one, **{**usual, **changes})


def session(count: int, **changes: Any) -> Session:
    """A session of CBT that took place on a day."""
    end = moment(count, 9, 50)
    usual = {"id": f"session-{count}", "therapy": "cbt", "start": moment(count), "end": end}
    return a_session(**{**usual, **changes})


def check(name: str, count: int, **changes: Any) -> Appointment:
    """A medication check that was held on a day."""
    usual = {"kind": AppointmentKind.MEDICATION_CHECK, "status": AppointmentStatus.FULFILLED}
    return visit(name, count, **{**usual, **changes})


def check_in(name: str, count: int, status: AppointmentStatus, **changes: Any) -> Appointment:
    """An integrated check-in on a day, and what became of it."""
    return visit(name, count, kind=AppointmentKind.INTEGRATED_CHECK_IN, status=status, **changes)


def therapy_hour(name: str, count: int, status: AppointmentStatus) -> Appointment:
    """An appointment for a session of CBT, and what became of it."""
    return visit(name, count, kind=AppointmentKind.THERAPY_SESSION, status=status, therapy="cbt")


def visit(name: str, count: int, **changes: Any) -> Appointment:
    """An appointment at nine o'clock by the wall clock of Berlin."""
    start = datetime.combine(day(count), datetime.min.time().replace(hour=9), BERLIN)
    usual = {"id": name, "start": start, "end": start + timedelta(minutes=50)}
    return an_appointment(**{**usual, **changes})


def report(name: str, first: int, last: int, taking: Taking, **changes: Any) -> Any:
    """A report of how sertraline was taken from one day to another."""
    span = {"start": day(first), "end": day(last), "reported_on": day(last)}
    return an_adherence_report(
        **{"id": name, "medication": "sertraline", "taking": taking, **span, **changes}
    )


def not_taken(first: int, last: int, name: str = "gap") -> Any:
    """A report that lamotrigine was not taken."""
    return report(name, first, last, Taking.NOT_TAKEN, medication="lamotrigine")


def entry(count: int, *signs: str, shared: bool = True, **changes: Any) -> Any:
    """An entry of the journal of a day, with the signs that were ticked."""
    usual = {
        "id": f"entry-{count}",
        "written_at": moment(count, 20),
        "warning_signs": signs,
        "shared": shared,
    }
    return a_journal_entry(**{**usual, **changes})


def condition(name: str, code: str, **changes: Any) -> Any:
    """A diagnosis by its ICD-10-CM code, its id the name."""
    coding = Coding(system="http://hl7.org/fhir/sid/icd-10-cm", code=code)
    return a_condition(**{"id": name, "code": Concept(text=name, codings=(coding,)), **changes})


def born(years: int) -> date:
    """The day of birth of somebody who turned so many years old a month before day 0."""
    return date(day(0).year - years, 2, 4)


def asked(first: int, last: int) -> Period:
    """The days that somebody asked for."""
    return Period(start=day(first), end=day(last))


PATIENT, PLAN = uid("patient"), uid("plan")
