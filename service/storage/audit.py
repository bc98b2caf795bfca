"""The audit trail: rows that only ever come on top, as a trigger of the database sees to."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from service.ports.access import AuditEntry, AuditFilter, Doubt, Entrance, Outcome, RefusedCount
from service.storage.database import insert_into
from service.storage.tables import audit, audit_refused, plans

_COLUMNS = tuple(one.name for one in fields(AuditEntry))


class SqlAudit:
    """`service.ports.access.Audit` in tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, entry: AuditEntry) -> None:
        """Keep an entry under the next number; a plan's patient is looked up unless named.

        A plan that is looked up and not kept is left out: its id may be anything that somebody typed.
        """
        row = {name: getattr(entry, name) for name in _COLUMNS if name != "number"}
        if entry.patient_id is None and entry.plan_id is not None:
            patient = select(plans.c.patient_id).where(plans.c.id == entry.plan_id)
            row["patient_id"] = self._connection.scalar(patient)
            if row["patient_id"] is None:
                row["plan_id"] = None
        self._connection.execute(insert(audit), row)

    def page(
        self, wanted: AuditFilter, *, before: int | None = None, limit: int = 50
    ) -> tuple[AuditEntry, ...]:
        """Return entries, the latest first, from below a number."""
        query = select(audit).where(*_conditions(wanted)).order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.number < before)
        return tuple(_entry(row) for row in self._connection.execute(query))

    def count_refused(self, hour: datetime, operation: str, doubt: Doubt) -> None:
        """Count a request without an identity."""
        keys = ["hour", "operation", "doubt"]
        first = insert_into(self._connection, audit_refused).values(
            hour=hour, operation=operation, doubt=doubt, count=1
        )
        more = {"count": audit_refused.c.count + 1}
        self._connection.execute(first.on_conflict_do_update(index_elements=keys, set_=more))

    def refused(self, *, since: datetime) -> tuple[RefusedCount, ...]:
        """Return the counts from an hour on, oldest first."""
        order = (audit_refused.c.hour, audit_refused.c.operation, audit_refused.c.doubt)
        query = select(audit_refused).where(audit_refused.c.hour >= since).order_by(*order)
        rows = self._connection.execute(query).mappings()
        return tuple(
            RefusedCount(
                hour=row["hour"], operation=row["operation"], doubt=Doubt(row["doubt"]), count=row["count"]
            )
            for row in rows
        )


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("who", "operation", "plan_id", "patient_id", "outcome"):
        value = getattr(wanted, name)
        if value is not None:
            yield audit.c[name] == value
    if wanted.since is not None:
        yield audit.c["at"] >= wanted.since
    if wanted.until is not None:
        yield audit.c["at"] < wanted.until


def _entry(row: Row[Any]) -> AuditEntry:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return AuditEntry(**values | {"entrance": Entrance(row.entrance), "outcome": Outcome(row.outcome)})
