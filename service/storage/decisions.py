"""Decisions as rows: ids, codes and a moment in the clear, the words and the names in one document."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from service.domain.findings.decision import Answer, Decision
from service.ports.storage import Taken
from service.storage import rows
from service.storage.sealing import Sealer
from service.storage.tables import decisions

_PLAIN = ("key", "rule", "decided_at")
_WORDS = ("reason", "text")
_LISTS = ("decided_by", "evidence", "made")


class SqlDecisions:
    """`service.ports.decisions.Decisions` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, plan_id: str, decision: Decision, *, revision: int) -> None:
        """Keep a decision and the plan's revision that carries it out; raises `Taken` for a second one."""
        content = {name: getattr(decision, name) for name in _WORDS}
        content |= {name: list(getattr(decision, name)) for name in _LISTS}
        row = {name: getattr(decision, name) for name in _PLAIN}
        row |= {"plan_id": plan_id, "answer": decision.answer.value, "revision": revision, "content": content}
        try:
            self._connection.execute(insert(decisions).values(rows.sealed(self._sealer, decisions, row)))
        except IntegrityError:
            raise Taken("decision", decision.key) from None

    def of_plan(self, plan_id: str) -> tuple[Decision, ...]:
        """Return the decisions on a plan's findings, the oldest first."""
        found = self._connection.execute(select(decisions).where(decisions.c.plan_id == plan_id))
        return tuple(sorted(map(self._decision, found), key=lambda one: (one.decided_at, one.key)))

    def _decision(self, row: Row[Any]) -> Decision:
        held = rows.opened(self._sealer, decisions, row)
        content = held["content"]
        values: dict[str, Any] = {name: held[name] for name in _PLAIN}
        values |= {name: content[name] for name in _WORDS}
        values |= {name: tuple(content[name]) for name in _LISTS}
        return Decision(answer=Answer(row.answer), **values)
