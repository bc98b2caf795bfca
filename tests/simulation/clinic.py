"""One patient's year in the clinic: events, staff, rules, decisions and passes, day by day."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from service.application.findings import Noticed, decide_finding, open_findings
from service.application.keep_plan import replace_plan
from service.domain.appointment import AppointmentKind, AppointmentStatus
from service.domain.coordination import FlagStatus
from service.domain.findings.case import Case
from service.domain.findings.check_ins import Window, next_window
from service.domain.findings.decision import Answer, Change, Choice
from service.domain.findings.finding import Finding, Urgency
from service.domain.findings.proposal import ProposalKind
from service.domain.medication import StatusReason
from service.domain.plan import LIST_GROUPS, Plan, items
from service.mapping.references import Key
from service.mapping.terminology.treatment import STATUS_REASON
from service.ports.storage import Unknown
from tests.builders import PSYCHIATRIST, THERAPIST
from tests.scenarios.clinic import Clinic
from tests.simulation.events import (
    IN_THE_CHART,
    CalledOffThere,
    Event,
    RewordedThere,
    StoppedThere,
    events_of,
)
from tests.simulation.laws import Laws
from tests.simulation.patients import FIRST_DAY, WEEKS, Patient, a_patient_of
from tests.simulation.records import entered, running, tended
from tests.simulation.tally import Tally
from tests.simulation.truth import Truth

_SOON = frozenset({Urgency.AT_ONCE, Urgency.SAME_DAY})
_MEETINGS = (*range(16), *range(16, WEEKS + 1, 2))
"""The weeks in whose first hour the team goes through what is open."""

_PASSES = (0, 12, 30)
"""The weeks that end with a pass where something changed, beside the passes after an edit in the EHR."""


_STOPPED = {"status": "stopped", "statusReason": STATUS_REASON.concept(StatusReason.SIDE_EFFECTS)}


def simulated(patients: int, seed: int) -> Tally:
    """The years of so many patients, added up."""
    total = Tally()
    for number in range(patients):
        total.add(Year(a_patient_of(seed, number), seed).lived())
    return total


class Year:
    """A patient's twelve months; the clinic holds their plan and a chart of their own."""

    def __init__(self, patient: Patient, seed: int) -> None:
        self.patient = patient
        self.tally = Tally(patients=1)
        self.tally.courses[patient.course.value] += 1
        self._draw = Random(f"people/{seed}/{patient.number}")  # noqa: S311  a simulation, no secret
        self.clinic = Clinic(patient.plan)
        self._laws = Laws(patient.number, self.tally)
        self._truth = Truth(patient)
        self._entered = _ids(patient.plan)
        self._synced = 0
        self._raised: set[str] = set()
        self._events: dict[int, list[Event]] = {}
        for day, event in events_of(patient, seed):
            self._events.setdefault(day, []).append(event)

    def lived(self) -> Tally:
        """Live it, day by day; a day on which nothing happens and nobody meets is passed over."""
        visited: frozenset[date] = frozenset()
        for count in range(7 * WEEKS + 1):
            meets = not count % 7 and count // 7 in _MEETINGS
            if meets or count in self._events or FIRST_DAY + timedelta(days=count) in visited:
                self._day(FIRST_DAY + timedelta(days=count), self._events.get(count, []), meets=meets)
                visited = _booked(self.clinic.head())
            if count % 7 == 6 and count // 7 in _PASSES:
                self._pass()
        self._end()
        return self.tally

    @property
    def _today(self) -> date:
        return self.clinic.clock.now().date()

    def _day(self, day: date, events: list[Event], *, meets: bool) -> None:
        self.clinic.clock.forward(timedelta(days=(day - self._today).days))
        for event in events:
            if isinstance(event, IN_THE_CHART):
                self._elsewhere(event)
            else:
                self._keep(entered(self.clinic.head(), event, self.patient, day))
                self._truth.event(event, self.clinic.head(), day)
        before = self.clinic.head()
        window = next_window(Case(plan=before, today=day))
        self._keep(tended(before, self.patient, day, self._draw))
        self._count_visits(before, window, day)
        self._truth.dosed(self.clinic.head())
        self._judge(day, meets=meets)

    def _judge(self, day: date, *, meets: bool) -> None:
        before = self.clinic.head()
        noticed = open_findings(self.clinic.plan.id, ports=self.clinic.plans)
        self.tally.counts["judgements"] += 1
        self._laws.of_judging(before, noticed, day)
        if meets:
            self._laws.of_order(noticed, day)
        self._laws.of_decisions(noticed, self._entered, day)
        for law, holds in self._truth.demands(noticed, day):
            self._laws.hold(law, day, when=holds)
        for one in noticed.findings:
            if one.key not in self._raised:
                self._raised.add(one.key)
                self.tally.raised[one.rule] += 1
                self.tally.counts["proposals"] += one.proposal is not None
        self._decide(noticed, meets=meets)

    def _decide(self, noticed: Noticed, *, meets: bool) -> None:
        """The team decides what cannot wait the same day, and the rest when it meets."""
        for one in noticed.findings:
            if one.proposal is not None and (meets or one.urgency in _SOON):
                with suppress(Unknown):  # another decision of the same day has settled it
                    self.tally.proposals[one.rule, self._decided(one, self._choice(one))] += 1

    def _decided(self, one: Finding, choice: Choice) -> str:
        plan_id, ports = self.clinic.plan.id, self.clinic.plans
        made = decide_finding(plan_id, one.key, choice, editor=self.clinic.editor, ports=ports)
        return made.decision.answer.value

    def _choice(self, one: Finding) -> Choice:
        chance = self._draw.random()
        answer = Answer.ACCEPTED if chance < 0.85 else Answer.DECLINED
        change = None
        if chance > 0.93 and one.proposal is not None and one.proposal.kind is ProposalKind.TASK:
            answer, change = Answer.CHANGED, Change(owner=THERAPIST.id)
        by = (PSYCHIATRIST.id, THERAPIST.id)
        return Choice(answer=answer, reason="Spoken about with the person", decided_by=by, change=change)

    def _keep(self, plan: Plan) -> None:
        """Keep what people entered; the simulation sees the journal whole, as its patient does."""
        self._entered |= _ids(plan)
        editor = replace(self.clinic.editor, sees_unshared=True)
        replace_plan(plan, editor=editor, ports=self.clinic.plans)

    def _count_visits(self, before: Plan, window: Window | None, day: date) -> None:
        then = {one.id: one.status for one in before.appointments}
        month = (day - FIRST_DAY).days // 30
        for one in self.clinic.head().appointments:
            if one.kind is not AppointmentKind.INTEGRATED_CHECK_IN or then.get(one.id) is one.status:
                continue
            if one.status in (AppointmentStatus.FULFILLED, AppointmentStatus.NOSHOW):
                self.tally.due_by_month[month] += 1
                held = one.status is AppointmentStatus.FULFILLED
                self.tally.held_by_month[month] += held
                self.tally.counts["check-ins held"] += held
                self.tally.counts["check-ins held in time"] += (
                    held and window is not None and day <= window.latest
                )
                self.tally.counts["check-ins missed"] += not held

    def _elsewhere(self, event: Event) -> None:
        """Somebody edits the chart, of which we learn by the pass that follows."""
        self._pass()
        plan = self.clinic.head()
        edit = _edit(event, plan)
        if edit is None:
            return
        key, elements = edit
        self.clinic.edit(self.clinic.address(key), **elements)
        self.tally.counts["edits in the EHR"] += 1
        if isinstance(event, CalledOffThere):
            self.tally.counts["check-ins called off"] += 1
        self._synced = 0
        self._pass()
        self._truth.dosed(self.clinic.head())
        if isinstance(event, StoppedThere):
            self._truth.stopped(key.item, self._today)

    def _pass(self) -> None:
        if self.clinic.editor.expected != self._synced:
            report = self.clinic.sync()
            self._synced = self.clinic.editor.expected
            self.tally.counts["passes"] += 1
            self.tally.counts["writes"] += report.writes
            self._laws.of_chart(self.clinic, self._today)

    def _end(self) -> None:
        self._pass()
        self._laws.of_the_end(self.clinic, self._today)
        plan = self.clinic.head()
        self.tally.counts["resources in the charts"] += len(self.clinic.all())
        self.tally.counts["revisions"] += self.clinic.editor.expected
        self.tally.counts["entries not shared"] += sum(not one.shared for one in plan.journal)
        self.tally.counts["flags still open"] += sum(one.status is FlagStatus.ACTIVE for one in plan.flags)
        self.tally.counts["phases of the balance"] += len(plan.phases)
        self.tally.flags.update(one.kind.value for one in plan.flags)
        still = open_findings(plan.id, ports=self.clinic.plans)
        for one in still.findings:
            if one.proposal is not None:
                self.tally.proposals[one.rule, "open at the end"] += 1
        self._truth.add_to(self.tally)


def _edit(event: Event, plan: Plan) -> tuple[Key, dict[str, object]] | None:
    """What an edit in the EHR says, and of which resource; None where there is none to edit."""
    match event:
        case StoppedThere():
            order = running(plan)
            return None if order is None else (Key("MedicationRequest", order.id), _STOPPED)
        case CalledOffThere():
            booked = [
                one.id
                for one in plan.appointments
                if one.kind is AppointmentKind.INTEGRATED_CHECK_IN and one.status is AppointmentStatus.BOOKED
            ]
            return (Key("Appointment", booked[-1]), {"status": "cancelled"}) if booked else None
        case RewordedThere():
            words = {"description": {"text": "To be well enough for the choir"}}
            return (Key("Goal", plan.goals[-1].id), words) if plan.goals else None
    return None


def _booked(plan: Plan) -> frozenset[date]:
    """The days on which somebody is expected."""
    booked = (one.start for one in plan.appointments if one.status is AppointmentStatus.BOOKED)
    return frozenset(one.date() for one in booked if one is not None)


def _ids(plan: Plan) -> set[str]:
    return {one.id for group in LIST_GROUPS for one in items(plan, group)}
