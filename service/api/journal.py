"""The symptom journal summed up: a week in numbers, of what the reader may see."""

from dataclasses import dataclass
from typing import Any

from flask import Response, g

from service.api.doors import Doors, Gives, Operation
from service.api.entrance import WITHHELD, told_withheld
from service.api.queries import WeekQuery
from service.api.responses import answer
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission, sees_unshared
from service.application.ports import PlanPorts
from service.application.read_journal import read_journal_week
from service.document import journal_week_to_document
from service.domain.journal_week import JournalWeek


def journal_doors(services: Services) -> Doors:
    """Return the door to the summary of a week."""
    doors = Doors("journal", "The patient's symptom journal, summed up.")
    doors.open(
        "readJournalWeek",
        Operation(
            method="GET",
            # Not below /journal/, where it would hide an entry with the id `week`.
            path="/plans/<id:plan_id>/journal-week",
            gives=Gives(shape=schema_of(JournalWeek), headers=(WITHHELD,)),
            query=WeekQuery,
            needs=Permission.READ_PLAN,
        ),
        _Journal(services.plans).week,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Journal:
    ports: PlanPorts

    def week(self, query: dict[str, Any], plan_id: str) -> Response:
        """Sum up seven days of the journal in numbers, of the entries that the reader may see."""
        found = read_journal_week(
            plan_id, start=query.get("start"), whole=sees_unshared(g.caller), ports=self.ports
        )
        return told_withheld(answer(journal_week_to_document(found.week)), found.sight)
