"""The FHIR server itself: answers one request after the other, all or nothing, without a web framework."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import TypeAlias, TypeVar

from service.sandbox.chart import Chart
from service.sandbox.circumstances import USUAL, Circumstances
from service.sandbox.pages import Pages
from service.sandbox.records import Version, to_the_millisecond
from service.sandbox.routes import route
from service.sandbox.shape import Shape
from service.sandbox.store import Store
from service.sandbox.subscriptions import Notification, notifications, waiting
from service.sandbox.wire import Answer, Incoming, Refusal
from service.sandbox.write import update

Clock: TypeAlias = Callable[[], datetime]
Ids: TypeAlias = Callable[[], str]
Notify: TypeAlias = Callable[[Notification], None]
Done = TypeVar("Done")


class _Undone(Exception):
    """Ends a unit that is not kept, with the answer that it would have had."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class FhirServer:
    """Answers FHIR requests one after the other; `ids` gives the ids of resources and pages.

    `notify` gets what subscribers are told; without it Subscriptions stay requested, as in HAPI without
    resthook_enabled.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        *,
        shape: Shape | None = None,
        notify: Notify | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._shape = shape or Shape()
        self._pages = Pages()
        self._notify = notify

    def answer(self, incoming: Incoming, circumstances: Circumstances = USUAL) -> Answer:
        """Answers a request; a refusal leaves the store as it was."""
        chart = self._chart(incoming.base, circumstances)
        fresh: tuple[Version, ...] = ()
        try:
            with chart.store.unit():
                before = _newest(chart)
                answer = route(chart, incoming)
                fresh = _since(chart, before)
                if not circumstances.commits:
                    raise _Undone(answer)
        except Refusal as refusal:
            answer = Answer(status=refusal.status, body=refusal.outcome)
        except _Undone as undone:
            answer, fresh = undone.answer, ()
        self._tell(chart, fresh)
        request_id = incoming.header("x-request-id")
        echoed = {"X-Request-Id": request_id} if request_id else {}
        return replace(answer, headers={**answer.headers, **echoed})

    def now(self) -> datetime:
        """Gives the server's time."""
        return to_the_millisecond(self._clock())

    def page_of(self, key: str) -> str:
        """Tells which type a page of this id is of, empty where there is none."""
        return self._pages.kind(key)

    def by_hand(self, act: Callable[[Chart], Done]) -> Done:
        """Does something in the chart that no request asked for, all or nothing; gives what came of it."""
        chart = replace(self._chart("", USUAL), shape=replace(self._shape, writable=None, validates=False))
        with chart.store.unit():
            before = _newest(chart)
            done = act(chart)
            fresh = _since(chart, before)
        self._tell(chart, fresh)
        return done

    def wipe(self) -> None:
        """Forgets everything, as a server that was reset."""
        self._store.clear()
        self._pages.forget()

    def _tell(self, chart: Chart, fresh: tuple[Version, ...]) -> None:
        if self._notify is None or not fresh:
            return
        for notification in notifications(chart.store, fresh):
            self._notify(notification)
        for one in waiting(fresh):
            self.by_hand(partial(_activate, one))

    def _chart(self, base: str, circumstances: Circumstances) -> Chart:
        now = to_the_millisecond(circumstances.clock(self._clock()))
        return Chart(
            store=circumstances.store(self._store, now),
            shape=circumstances.shape(self._shape),
            pages=self._pages,
            ids=self._ids,
            now=now,
            base=base,
            keeps=circumstances.keeps,
        )


def _activate(waits: Version, chart: Chart) -> None:
    update(chart, waits.key, {**(waits.body or {}), "status": "active"})


def _newest(chart: Chart) -> str:
    return next((version.location for version in chart.store.history()), "")


def _since(chart: Chart, before: str) -> tuple[Version, ...]:
    """Gives the versions that were written after this one, oldest first."""
    return tuple(takewhile(lambda one: one.location != before, chart.store.history()))[::-1]
