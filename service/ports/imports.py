"""Imports: what came of reading a chart, kept so that people can look at it afterwards."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.fhir.json import JsonObject


class ImportOutcome(StrEnum):
    """What an import came to: a new plan, one that was there already, or none for lack of what it needs."""

    MADE = "made"
    KNOWN = "known"
    LACKING = "lacking"


class ImportSource(StrEnum):
    """Where a chart came from."""

    EHR = "ehr"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """One import; the same chart, read again, is the same import.

    `content` holds what was placed, what was not and why, and the patient's allergies and medicines.
    `connection_id` is None for a file, `plan_id` where no plan could be made.
    """

    id: str
    source: ImportSource
    outcome: ImportOutcome
    connection_id: str | None = None
    plan_id: str | None = None
    author: str
    imported_at: datetime
    content: JsonObject


class Imports(Protocol):
    """What is kept of imports."""

    def put(self, record: ImportRecord) -> None:
        """Keep an import, new or made again."""

    def get(self, import_id: str) -> ImportRecord:
        """Return an import; raises `Unknown`."""

    def of_plan(self, plan_id: str) -> tuple[ImportRecord, ...]:
        """Return the imports that led to a plan, the newest first."""
