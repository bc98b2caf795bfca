"""Decisions on findings, in memory."""

from typing import TYPE_CHECKING

from service.domain.findings.decision import Decision
from service.ports.storage import Taken

if TYPE_CHECKING:
    from tests.fakes.storage import Kept


class MemoryDecisions:
    def __init__(self, kept: "Kept") -> None:
        self._decisions = kept.decisions

    def add(self, plan_id: str, decision: Decision, *, revision: int) -> None:
        if (plan_id, decision.key) in self._decisions:
            raise Taken("decision", decision.key)
        self._decisions[plan_id, decision.key] = decision

    def of_plan(self, plan_id: str) -> tuple[Decision, ...]:
        found = [one for (whose, _), one in self._decisions.items() if whose == plan_id]
        return tuple(sorted(found, key=lambda one: (one.decided_at, one.key)))
