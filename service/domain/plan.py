"""The integrated treatment plan: therapy and medication as one coordinated treatment of one patient."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, get_origin

from service.domain.adherence import AdherenceReport
from service.domain.appointment import Appointment
from service.domain.background import PastTreatment, PersonalFactor, Preference
from service.domain.balance import Balance, Phase, current, sequence_problems
from service.domain.check_in import CheckInCadence
from service.domain.concept import ALWAYS, Period
from service.domain.condition import Condition
from service.domain.coordination import CoordinationNote, Flag, Task
from service.domain.goal import Goal
from service.domain.journal import JournalEntry
from service.domain.measure import Score
from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.people import Patient
from service.domain.references import PERSON, named_items
from service.domain.relapse import RelapseStep, WarningSign
from service.domain.safety import SafetyContacts
from service.domain.session import Session
from service.domain.side_effect import SideEffect
from service.domain.team import TeamMember, team_problems
from service.domain.therapy import RequestStatus, TherapyCourse
from service.domain.values import Problem, Value

_RUNNING = frozenset({OrderStatus.ACTIVE, OrderStatus.ON_HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Value):
    """One plan of one patient; its fields are the groups in which it changes.

    Every member of a list has an id made once; what refers to a member names that id.
    `author` is the responsible clinician, an id of the directory of people. `safety` is whom alerts reach:
    it is ours alone, and no chart holds it.
    """

    id: str
    title: str
    status: RequestStatus
    patient: Patient
    author: str = field(metadata=PERSON)
    created: date
    period: Period = ALWAYS
    conditions: tuple[Condition, ...] = ()
    goals: tuple[Goal, ...] = ()
    therapies: tuple[TherapyCourse, ...] = ()
    medications: tuple[MedicationOrder, ...] = ()
    phases: tuple[Phase, ...] = ()
    care_team: tuple[TeamMember, ...]
    check_ins: CheckInCadence | None = None
    appointments: tuple[Appointment, ...] = ()
    sessions: tuple[Session, ...] = ()
    scores: tuple[Score, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    adherence: tuple[AdherenceReport, ...] = ()
    warning_signs: tuple[WarningSign, ...] = ()
    relapse_steps: tuple[RelapseStep, ...] = ()
    preferences: tuple[Preference, ...] = ()
    personal_factors: tuple[PersonalFactor, ...] = ()
    history: tuple[PastTreatment, ...] = ()
    notes: tuple[CoordinationNote, ...] = ()
    tasks: tuple[Task, ...] = ()
    flags: tuple[Flag, ...] = ()
    safety: SafetyContacts | None = None

    def problems(self) -> Iterator[Problem]:
        yield from team_problems(self.care_team)
        yield from sequence_problems(self.phases)
        yield from _identity_problems(self)
        yield from _reference_problems(self)
        yield from _succession_problems(self)
        yield from _link_problems(self)

    @property
    def balance(self) -> Balance | None:
        """The balance of the phase that is open now."""
        return current(self.phases)


LIST_GROUPS: tuple[str, ...] = tuple(item.name for item in fields(Plan) if get_origin(item.type) is tuple)


def items(plan: Plan, group: str) -> tuple[Any, ...]:
    """Return the members of one list group of a plan, in their order."""
    members: tuple[Any, ...] = getattr(plan, group)
    return members


def with_items(plan: Plan, group: str, members: tuple[Any, ...]) -> Plan:
    """Return the plan with another list in one of its list groups; raises `Invalid`."""
    change: dict[str, Any] = {group: members}
    return replace(plan, **change)


def people_named(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return (field path, person id) for every clinician that the plan names."""
    return tuple((path, one) for path, group, one in named_items(plan) if group == "people")


def people_in_chart(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return (field path, person id) for every clinician that a chart of the plan names."""
    return tuple((path, one) for path, one in people_named(plan) if not path.startswith("safety."))


def _identity_problems(plan: Plan) -> Iterator[Problem]:
    # Across groups too: one id names one item of the plan, whatever it becomes in FHIR.
    places = [
        (f"{group}[{n}].id", one.id) for group in LIST_GROUPS for n, one in enumerate(items(plan, group))
    ]
    if plan.check_ins is not None:
        places.append(("check_ins.id", plan.check_ins.id))
    taken = {plan.id, plan.patient.id}
    for place, one in places:
        if one in taken:
            yield Problem(place, "is the id of another item of this plan")
        taken.add(one)


def _reference_problems(plan: Plan) -> Iterator[Problem]:
    held = {group: {one.id for one in items(plan, group)} for group in LIST_GROUPS}
    for path, group, one in named_items(plan):
        if group != "people" and one not in held[group]:
            yield Problem(path, f"names nothing in {group} of this plan")


def _succession_problems(plan: Plan) -> Iterator[Problem]:
    predecessor = {order.id: order.replaces for order in plan.medications}
    orders = {order.id: order for order in plan.medications}
    replaced: set[str] = set()
    for index, order in enumerate(plan.medications):
        here = f"medications[{index}].replaces"
        if order.replaces in replaced:
            yield Problem(here, "names an order that another one replaces already")
        if order.id in _all_before(order.id, predecessor):
            yield Problem(here, "leads back to the order itself")
        if order.replaces is not None:
            replaced.add(order.replaces)
        yield from _doubled(index, order, orders.get(order.replaces or ""))


def _link_problems(plan: Plan) -> Iterator[Problem]:
    """Refuse a link that leads back to its therapy: one side says it, and it is looked at from both.

    In a chart each link is a reference, and what refers to each other cannot be written one by one.
    """
    named = {order.id: {*order.supports, order.replaces or order.id} for order in plan.medications}
    named |= {course.id: {*course.supports} for course in plan.therapies}
    for index, course in enumerate(plan.therapies):
        for place, order in enumerate(course.supports):
            if course.id in _reached(order, named):
                reason = "is linked with this therapy already: its order says so, or an order before it"
                yield Problem(f"therapies[{index}].supports[{place}]", reason)


def _reached(start: str, named: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead.extend(named.get(one, ()))
    return seen


def _doubled(index: int, order: MedicationOrder, old: MedicationOrder | None) -> Iterator[Problem]:
    """Refuse two versions of one medication that both run; two drugs may run while one follows the other."""
    if old is not None and old.drug.code == order.drug.code and {old.status, order.status} <= _RUNNING:
        reason = "cannot be running beside the order of the same drug that it replaces: end that one"
        yield Problem(f"medications[{index}].status", reason)


def _all_before(order_id: str, predecessor: Mapping[str, str | None]) -> set[str]:
    seen: set[str] = set()
    step = predecessor.get(order_id)
    while step is not None and step not in seen:
        seen.add(step)
        step = predecessor.get(step)
    return seen
