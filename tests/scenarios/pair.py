"""Two plans of one patient that rest on the same resources of one chart."""

from dataclasses import dataclass, replace
from typing import Any

from service.domain.plan import Plan
from service.ports.inbox import InboxItem, ItemState
from service.sync.report import PushReport
from tests.scenarios.clinic import attention
from tests.scenarios.visited import Visited
from tests.unit.intake.charts import care_plan, to

AIM, VISIT, ORDER = "Goal/aim", "Appointment/visit", "MedicationRequest/order"


@dataclass
class Pair:
    """A clinic with two plans of one patient, imported from two CarePlans of the chart."""

    clinic: Visited
    first: Plan
    second: Plan

    def sync(self, plan: Plan) -> PushReport:
        self.clinic.plan = plan
        return self.clinic.sync()

    def head(self, plan: Plan) -> Plan:
        self.clinic.plan = plan
        return self.clinic.head()

    def change(self, plan: Plan, **fields: Any) -> None:
        self.clinic.plan = plan
        self.clinic.change(**fields)

    def inbox(self, plan: Plan) -> list[InboxItem]:
        self.clinic.plan = plan
        return [one for one in self.clinic.inbox if one.state is ItemState.OPEN]

    def words(self) -> str:
        """What the chart says of the goal."""
        said = self.clinic.ask("GET", AIM).body or {}
        return str(said["description"]["text"])

    def goal(self, plan: Plan, words: str) -> None:
        """Words the goal anew in one of the plans."""
        (goal,) = self.head(plan).goals
        self.change(plan, goals=(replace(goal, description=words),))


def a_pair() -> Pair:
    """A clinic whose two plans are in step, with one goal, visit and order in both."""
    clinic = Visited()
    clinic.importing()
    first = clinic.plan
    clinic.put(care_plan("other", status="active", goal=[to(AIM)]))
    clinic.importing(care_plan="other")
    made = Pair(clinic=clinic, first=first, second=clinic.plan)
    assert made.first.id != made.second.id
    for plan in (made.first, made.second):
        report = made.sync(plan)
        assert (report.writes, attention(report)) == (0, {})
    return made
