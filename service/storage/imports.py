"""Imports as rows: ids, codes and a moment in the clear, what was read in one document."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, select

from service.ports.imports import ImportOutcome, ImportRecord, ImportSource
from service.ports.storage import Unknown
from service.storage import rows
from service.storage.database import put
from service.storage.sealing import Sealer
from service.storage.tables import imports

_COLUMNS = tuple(one.name for one in fields(ImportRecord))


class SqlImports:
    """`service.ports.imports.Imports` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def put(self, record: ImportRecord) -> None:
        """Keep an import, new or made again."""
        row = {name: getattr(record, name) for name in _COLUMNS}
        put(self._connection, imports, rows.sealed(self._sealer, imports, row))

    def get(self, import_id: str) -> ImportRecord:
        """Return an import; raises `Unknown`."""
        row = self._connection.execute(select(imports).where(imports.c.id == import_id)).one_or_none()
        if row is None:
            raise Unknown("import", import_id)
        return self._record(row)

    def of_plan(self, plan_id: str) -> tuple[ImportRecord, ...]:
        """Return the imports that led to a plan, the newest first."""
        found = self._connection.execute(select(imports).where(imports.c.plan_id == plan_id))
        records = sorted(map(self._record, found), key=lambda one: one.id)
        return tuple(sorted(records, key=lambda one: one.imported_at, reverse=True))

    def _record(self, row: Row[Any]) -> ImportRecord:
        held = rows.opened(self._sealer, imports, row)
        values = {name: held[name] for name in _COLUMNS}
        codes = {"source": ImportSource(row.source), "outcome": ImportOutcome(row.outcome)}
        return ImportRecord(**values | codes)
