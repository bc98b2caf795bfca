"""The FHIR server itself: answers one request after the other, all or nothing, without a web framework."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from service.sandbox.chart import Chart
from service.sandbox.pages import Pages
from service.sandbox.records import to_the_millisecond
from service.sandbox.routes import route
from service.sandbox.shape import Shape
from service.sandbox.store import Store
from service.sandbox.wire import Answer, Incoming, Refusal

Clock: TypeAlias = Callable[[], datetime]
Ids: TypeAlias = Callable[[], str]


class FhirServer:
    """Answers FHIR requests one after the other; `ids` gives the ids of resources and pages."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, *, shape: Shape | None = None) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._shape = shape or Shape()
        self._pages = Pages()

    def answer(self, incoming: Incoming) -> Answer:
        """Answers a request; a refusal leaves the store as it was."""
        try:
            with self._store.unit():
                answer = route(self._chart(incoming), incoming)
        except Refusal as refusal:
            answer = Answer(status=refusal.status, body=refusal.outcome)
        request_id = incoming.header("x-request-id")
        echoed = {"X-Request-Id": request_id} if request_id else {}
        return replace(answer, headers={**answer.headers, **echoed})

    def _chart(self, incoming: Incoming) -> Chart:
        return Chart(
            store=self._store,
            shape=self._shape,
            pages=self._pages,
            ids=self._ids,
            now=to_the_millisecond(self._clock()),
            base=incoming.base,
        )
