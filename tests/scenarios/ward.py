"""A clinic whose alerts are carried by hand: time passes, messages arrive or do not, people answer."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.application.answer_alerts import acknowledge_alert, alerts_of_plan, close_alert
from service.application.change_plan import add_item
from service.application.deliver_alerts import Carried, DeliveryPorts, deliver_alerts
from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.application.ports import Editor, PlanPorts
from service.domain.alert import Alert
from service.domain.measure import ItemAnswer, Score
from service.domain.plan import Plan
from service.ports.alerts import Message, NotDelivered
from service.ports.storage import Storage
from tests.builders import DIRECTORY, PSYCHIATRIST, a_plan, a_score, uid
from tests.fakes.carrier import MemoryCarrier
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)  # 10:00 in Berlin
MONDAY_NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
PASSING, LASTING = NotDelivered("no-answer"), NotDelivered("refused", lasting=True)


def risk(number: int = 0, answer: int = 1) -> Score:
    """A low total with a positive ninth item."""
    return a_score(id=uid(f"scores-{number}"), value=3, items=(ItemAnswer(item=9, value=answer),))


class Ward:
    """One active plan, its contacts, and a carrier."""

    def __init__(self, start: datetime = MONDAY, plan: Plan | None = None, storage: Storage | None = None):
        self.storage = storage or MemoryStorage()
        self.clock = StillClock(start)
        self.carrier = MemoryCarrier()
        self.plan = plan or a_plan()
        for person in DIRECTORY.values():
            add_person(person, ports=self.plans)
        create_plan(self.plan, author=PSYCHIATRIST.id, ports=self.plans)

    @property
    def plans(self) -> PlanPorts:
        return PlanPorts(storage=self.storage, clock=self.clock)

    @property
    def delivery(self) -> DeliveryPorts:
        return DeliveryPorts(storage=self.storage, clock=self.clock, carrier=self.carrier)

    def answers(self, score: Score | None = None) -> Alert:
        """The patient fills in the questionnaire; returns the alert of it."""
        with self.storage.begin(write=False) as work:
            number = work.plans.head(self.plan.id).number
        editor = Editor(author=PSYCHIATRIST.id, expected=number)
        add_item(self.plan.id, "scores", score or risk(), editor=editor, ports=self.plans)
        return self.alerts[-1]

    @property
    def alerts(self) -> tuple[Alert, ...]:
        return alerts_of_plan(self.plan.id, ports=self.plans)

    @property
    def alert(self) -> Alert:
        (one,) = self.alerts
        return one

    def carries(self) -> tuple[Carried, ...]:
        return deliver_alerts(self.delivery)

    def until(self, minute: int, *, start: int = 0) -> list[tuple[int, str]]:
        """Carry every minute; returns (minute, whom) of each message that arrived."""
        told: list[tuple[int, str]] = []
        for now in range(start, minute + 1):
            before = len(self.carrier.carried)
            self.carries()
            told += [(now, one.to.value) for one in self.carrier.carried[before:]]
            self.clock.forward(timedelta(minutes=1))
        return told

    def acknowledges(self, who: str = "n.okafor") -> Alert:
        return acknowledge_alert(self.alerts[-1].id, who=who, ports=self.plans)

    def closes(self, who: str = "n.okafor", reason: str = "Seen today") -> Alert:
        return close_alert(self.alerts[-1].id, who=who, reason=reason, ports=self.plans)

    def names(self, **contacts: Any) -> None:
        """Other contacts from now on, as if somebody had revised the plan."""
        with self.storage.begin() as work:
            head = work.plans.head(self.plan.id)
            plan = replace(head.plan, safety=replace(head.plan.safety or a_plan().safety, **contacts))
            work.plans.append(replace(head, number=head.number + 1, plan=plan), expected=head.number)
            work.commit()


def whom(messages: Iterable[Message]) -> list[str]:
    """Whom messages went to, in their order."""
    return [one.to.value for one in messages]
