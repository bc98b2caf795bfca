"""Decisions on findings: who decided what and why, kept beside the plan that they changed."""

from typing import Protocol

from service.domain.findings.decision import Decision


class Decisions(Protocol):
    """What is kept of decisions; none is ever changed or removed."""

    def add(self, plan_id: str, decision: Decision, *, revision: int) -> None:
        """Keep a decision and the plan's revision that carries it out; raises `Taken` for a second one."""

    def of_plan(self, plan_id: str) -> tuple[Decision, ...]:
        """Return the decisions on a plan's findings, the oldest first."""
