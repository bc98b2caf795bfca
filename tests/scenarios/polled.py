"""Clinics whose chart is polled, in each of the ways that servers offer."""

from dataclasses import replace
from typing import Any

from service.application.poll_chart import PollReport
from service.domain.plan import Plan
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, Incoming
from tests.builders import a_flag
from tests.fakes.clock import CountingIds
from tests.fakes.jobs import JobQueue
from tests.property.two_sided import a_small_plan
from tests.scenarios.clinic import Answering, Clinic

SMALL_PAGES = {"page_size": 20, "largest_page": 20}
WITHOUT_HISTORY = Shape(history=False, **SMALL_PAGES)


def without_any_feed(answer: Answering, incoming: Incoming) -> Answer:
    """Says that no type can be searched by `_lastUpdated`, and refuses such a search."""
    given = answer(incoming)
    if incoming.segments == ("metadata",):
        assert given.body is not None
        (rest,) = given.body["rest"]
        types = [
            {**one, "searchParam": [p for p in one["searchParam"] if p["name"] != "_lastUpdated"]}
            for one in rest["resource"]
        ]
        return replace(given, body={**given.body, "rest": [{**rest, "resource": types}]})
    assert "_lastUpdated" not in dict(incoming.query)
    return given


def a_plan() -> Plan:
    return replace(a_small_plan(), flags=(a_flag(),))


def clinic_of(way: str) -> Clinic:
    clinic = Clinic(a_plan(), shape=Shape(**SMALL_PAGES) if way == "history" else WITHOUT_HISTORY)
    if way == "re-read":
        clinic.spoil = without_any_feed
    return clinic


def in_step(way: str = "history", **changes: Any) -> Clinic:
    """A clinic whose plan and chart agree, long after everything was told."""
    clinic = Clinic(a_plan(), **changes) if changes else clinic_of(way)
    clinic.storage.queue = JobQueue(new_id=CountingIds("job").new, now=clinic.clock.now)
    clinic.sync()
    clinic.later(minutes=10)
    clinic.poll()
    clinic.sync()
    assert clinic.due == ()
    clinic.later(minutes=10)
    return clinic


def quiet(report: PollReport) -> bool:
    return (report.changed, report.woken) == (0, frozenset())
