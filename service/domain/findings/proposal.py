"""Proposals: what a finding suggests that people decide; never a dose, never an order."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.appointment import AppointmentKind
from service.domain.balance import Balance
from service.domain.coordination import FlagKind, TaskKind
from service.domain.goal import Achievement, Target


class ProposalKind(StrEnum):
    """What would follow if people accept."""

    TASK = "task"
    APPOINTMENT = "appointment"
    BALANCE = "balance"
    FLAG = "flag"
    GOALS = "goals"
    ACHIEVEMENT = "achievement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedGoal:
    """A goal that a proposal would add: a response and a full benefit are two goals with two due dates."""

    description: str
    due: date
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would change; `steps` is what to look at, in its order, `earliest` and `due` are days.

    Of the other fields those of its kind are set: `task`, `appointment`, `balance`, `flag`, `goals`, or
    `goal` (an id) with its `achievement`.
    """

    kind: ProposalKind
    says: str
    steps: tuple[str, ...] = ()
    earliest: date | None = None
    due: date | None = None
    owner: str | None = None
    task: TaskKind | None = None
    appointment: AppointmentKind | None = None
    balance: Balance | None = None
    flag: FlagKind | None = None
    goals: tuple[ExpectedGoal, ...] = ()
    goal: str | None = None
    achievement: Achievement | None = None
