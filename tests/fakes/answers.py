"""Answers to repeated requests, and imports, in memory."""

from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING

from service.ports.answers import Asked, KeptAnswer
from service.ports.imports import ImportRecord
from service.ports.storage import Unknown

if TYPE_CHECKING:
    from tests.fakes.storage import Kept


class MemoryAnswers:
    def __init__(self, kept: "Kept") -> None:
        self._kept = kept.answers

    def find(self, asked: Asked, *, now: datetime) -> KeptAnswer | None:
        answer, until = self._kept.get(named(asked), (None, now))
        return answer if until > now else None

    def reserve(self, asked: Asked, *, now: datetime, until: datetime) -> KeptAnswer | None:
        for name in [name for name, (_, end) in self._kept.items() if end <= now]:
            del self._kept[name]
        found = self.find(asked, now=now)
        if found is None:
            self._kept[named(asked)] = (None, until)
        return found

    def keep(self, asked: Asked, answer: KeptAnswer) -> None:
        _, until = self._kept[named(asked)]
        self._kept[named(asked)] = (answer, until)


def named(asked: Asked) -> tuple[str, str, str]:
    return asked.principal, asked.operation, asked.key


class MemoryImports:
    def __init__(self, kept: "Kept") -> None:
        self._imports = kept.imports

    def put(self, record: ImportRecord) -> None:
        self._imports[record.id] = deepcopy(record)

    def get(self, import_id: str) -> ImportRecord:
        if import_id not in self._imports:
            raise Unknown("import", import_id)
        return deepcopy(self._imports[import_id])

    def of_plan(self, plan_id: str) -> tuple[ImportRecord, ...]:
        found = [self._imports[one] for one in sorted(self._imports) if self._imports[one].plan_id == plan_id]
        return tuple(deepcopy(sorted(found, key=lambda one: one.imported_at, reverse=True)))
