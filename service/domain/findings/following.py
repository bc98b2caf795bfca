"""What follows from a decision: one next plan, with the new phase, task, appointment, flag or goals in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from service.domain.appointment import Appointment, AppointmentKind, AppointmentStatus, Participant
from service.domain.balance import Balance, Phase
from service.domain.concept import Period
from service.domain.coordination import Flag, FlagKind, FlagStatus, Task, TaskIntent, TaskKind, TaskStatus
from service.domain.findings.decision import Answer, Change, Choice
from service.domain.findings.finding import Finding
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.goal import Goal, GoalStatus
from service.domain.plan import Plan, items, with_items
from service.domain.values import TEXT_LIMIT, Invalid, Problem

_NAMESPACE = UUID("5b0f6c52-7b7e-5a55-9d0c-2f0e6a4b8c11")
_DAY = timedelta(days=1)
_CHANGEABLE = {
    ProposalKind.BALANCE: ("balance",),
    ProposalKind.TASK: ("due", "owner"),
    ProposalKind.APPOINTMENT: ("earliest", "due"),
    ProposalKind.GOALS: (),
    ProposalKind.FLAG: (),
    ProposalKind.ACHIEVEMENT: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The plan after a decision, and the ids of what it made or changed; the same plan after a refusal."""

    plan: Plan
    made: tuple[str, ...] = ()


def follow(plan: Plan, finding: Finding, choice: Choice, *, now: datetime, zone: str) -> Outcome:
    """Return what a decision makes of a plan; raises `Invalid`.

    `zone` is the clinic's wall clock. Ids follow from the finding, so that the same decision made again makes
    the same items.
    """
    proposal = finding.proposal
    _check(proposal, choice)
    if choice.answer is Answer.DECLINED or proposal is None:
        return Outcome(plan=plan)
    decided = replace(proposal, **_changed(choice.change))
    made = _Made(plan=plan, finding=finding, choice=choice, now=now.replace(microsecond=0), zone=zone)
    return _WAYS[proposal.kind](made, decided)


def _check(proposal: Proposal | None, choice: Choice) -> None:
    allowed = () if proposal is None else _CHANGEABLE[proposal.kind]
    wrong = [
        Problem(f"change.{name}", "is nothing that this proposal leaves open")
        for name in _changed(choice.change)
        if name not in allowed
    ]
    if wrong:
        raise Invalid(wrong)


def _changed(change: Change | None) -> dict[str, Any]:
    if change is None:
        return {}
    named = {name: getattr(change, name) for name in Change.__slots__}
    return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """One decision at work: each method makes what one kind of proposal asks for."""

    plan: Plan
    finding: Finding
    choice: Choice
    now: datetime
    zone: str

    def phase(self, proposal: Proposal) -> Outcome:
        """End the phase that is open, and begin the next one today, with the scores that it rests on."""
        today = self.now.date()
        scores = {one.id for one in self.plan.scores}
        new = Phase(
            id=self._id(0),
            balance=proposal.balance or Balance.BALANCED,
            start=today,
            reason=self.choice.reason,
            decided_by=self.choice.decided_by,
            decided_at=self.now,
            evidence=tuple(dict.fromkeys(one for one in self.finding.items if one in scores)),
        )
        ended = tuple(one if one.end is not None else _ended(one, today) for one in self.plan.phases)
        return Outcome(plan=replace(self.plan, phases=(*ended, new)), made=(new.id,))

    def task(self, proposal: Proposal) -> Outcome:
        """Make the task that was agreed, for its owner."""
        steps = f": {', '.join(proposal.steps)}" if proposal.steps else ""
        new = Task(
            id=self._id(0),
            kind=proposal.task or TaskKind.FOLLOW_UP,
            description=f"{proposal.says}{steps}"[:TEXT_LIMIT],
            status=TaskStatus.REQUESTED,
            intent=TaskIntent.PLAN,
            owner=proposal.owner or self.choice.decided_by[0],
            authored_at=self.now,
            start=None if proposal.due is None else min(self.now.date(), proposal.due),
            due=proposal.due,
        )
        return self._added("tasks", new)

    def appointment(self, proposal: Proposal) -> Outcome:
        """Ask for one appointment with the patient and the whole team, within the days proposed."""
        today = self.now.date()
        last = max(proposal.due or today, today)
        first = min(max(proposal.earliest or today, today), last)
        team = dict.fromkeys(
            one.person for one in self.plan.care_team if one.until is None or one.until >= today
        )
        new = Appointment(
            id=self._id(0),
            kind=proposal.appointment or AppointmentKind.MEDICATION_CHECK,
            status=AppointmentStatus.PROPOSED,
            zone=self.zone,
            requested=Period(start=first, end=last),
            participants=tuple(Participant(person=one) for one in team),
        )
        return self._added("appointments", new)

    def flag(self, proposal: Proposal) -> Outcome:
        """Raise the flag in the name of the first person who decided."""
        new = Flag(
            id=self._id(0),
            kind=proposal.flag or FlagKind.LINKED_CHANGE,
            text=self.finding.text[:TEXT_LIMIT],
            status=FlagStatus.ACTIVE,
            raised_by=self.choice.decided_by[0],
            start=self.now.date(),
        )
        return self._added("flags", new)

    def goals(self, proposal: Proposal) -> Outcome:
        """Set the goals that were agreed."""
        today = self.now.date()
        new = tuple(
            Goal(
                id=self._id(index),
                description=one.description,
                status=GoalStatus.ACTIVE,
                start=min(today, one.due),
                due=one.due,
                target=one.target,
            )
            for index, one in enumerate(proposal.goals)
        )
        return self._added("goals", *new)

    def achievement(self, proposal: Proposal) -> Outcome:
        """Write the achievement of the goal that was judged."""
        goals = tuple(
            replace(one, achievement=proposal.achievement) if one.id == proposal.goal else one
            for one in self.plan.goals
        )
        return Outcome(
            plan=replace(self.plan, goals=goals), made=() if proposal.goal is None else (proposal.goal,)
        )

    def _added(self, group: str, *new: Any) -> Outcome:
        plan = with_items(self.plan, group, (*items(self.plan, group), *new))
        return Outcome(plan=plan, made=tuple(one.id for one in new))

    def _id(self, index: int) -> str:
        return str(uuid5(_NAMESPACE, f"{self.plan.id}/{self.finding.key}/{index}"))


_WAYS: Mapping[ProposalKind, Callable[[_Made, Proposal], Outcome]] = MappingProxyType({
    ProposalKind.BALANCE: _Made.phase,
    ProposalKind.TASK: _Made.task,
    ProposalKind.APPOINTMENT: _Made.appointment,
    ProposalKind.FLAG: _Made.flag,
    ProposalKind.GOALS: _Made.goals,
    ProposalKind.ACHIEVEMENT: _Made.achievement,
})  # fmt: skip


def _ended(phase: Phase, today: date) -> Phase:
    return replace(phase, end=max(phase.start, today - _DAY))
