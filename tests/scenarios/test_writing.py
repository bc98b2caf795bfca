"""Whatever keeps us from writing: only readings leave, the chart's edits still come in, and ours wait."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from service.application.writing import resume_writing, stop_writing
from service.ports.storage import ConnectionMode
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, Incoming
from service.sync.report import Done, PushReport, Standing
from tests.builders import the_full_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Answering, Clinic, of
from tests.scenarios.two_sides import GOAL, PLAN, item

BOTH = pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS], ids=["transaction", "single writes"])


def stop(clinic: Clinic) -> None:
    stop_writing("the EHR is moved", by="cli:root", ports=clinic.plans)


def close(clinic: Clinic) -> None:
    clinic.configure(mode=ConnectionMode.READ_ONLY)


BARS: dict[str, Callable[[Clinic], object]] = {"stopped": stop, "read-only": close, "off": lambda _: None}
REASONS = {
    "stopped": "writing is stopped; `tandem writing status` says why",
    "read-only": "the connection is read-only",
    "off": "writing is off by TANDEM_WRITING",
}
BARRED = pytest.mark.parametrize("bar", BARS)


def a_pass(clinic: Clinic, bar: str) -> PushReport:
    return clinic.sync(writing=bar != "off")


@BOTH
@BARRED
def test_a_new_plan_waits_as_a_whole_and_nothing_leaves_but_readings(shape: Shape, bar: str) -> None:
    clinic = Clinic(the_full_plan(), shape=shape)
    BARS[bar](clinic)
    report = a_pass(clinic, bar)
    assert {one.method for one in clinic.asked} == {"GET"}
    assert clinic.all() == []
    assert report.standing is Standing.PARTLY
    assert {one.reason for one in report.items if one.done is Done.WAITING} == {REASONS[bar]}
    assert clinic.open_rows() == 0


@BOTH
@BARRED
def test_edits_of_the_chart_come_in_and_ours_wait_until_we_may_write(shape: Shape, bar: str) -> None:
    clinic = Clinic(the_full_plan(), shape=shape)
    clinic.sync()
    clinic.edit(clinic.address(PLAN), title="their title")
    BARS[bar](clinic)
    clinic.revise(item("goals", description="our words")(clinic.head()))
    report = a_pass(clinic, bar)
    assert clinic.head().title == "their title"
    assert (of(report, GOAL).done, of(report, GOAL).reason) == (Done.WAITING, REASONS[bar])
    assert {one.method for one in clinic.asked} == {"GET"}
    resume_writing(by="cli:root", ports=clinic.plans)
    clinic.configure(mode=ConnectionMode.WRITE)
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.of(GOAL)["description"]["text"] == "our words"


def test_a_pass_is_stopped_between_two_requests_and_goes_on_later() -> None:
    clinic = Clinic(the_full_plan(), shape=WITHOUT_TRANSACTIONS)
    written: list[str] = []

    def stopping(answer: Answering, incoming: Incoming) -> Answer:
        if incoming.method != "GET":
            written.append(incoming.segments[0])
            if len(written) == 4:
                stop(clinic)
        return answer(incoming)

    clinic.spoil = stopping
    report = clinic.sync()
    assert len(written) == 4
    assert sum(one.wrote for one in report.items) == 4
    left = {one.reason for one in report.items if one.done is Done.WAITING}
    assert left == {REASONS["stopped"]}
    assert clinic.open_rows() == 0
    resume_writing(by="cli:root", ports=clinic.plans)
    assert clinic.sync().standing is Standing.IN_STEP


def test_a_push_that_is_stopped_reports_what_waits() -> None:
    clinic = Clinic()
    stop(clinic)
    report = clinic.push()
    assert {one.method for one in clinic.asked} == {"GET"}
    assert {one.reason for one in report.items if one.done is Done.WAITING} == {REASONS["stopped"]}


def test_a_shadow_sends_nothing_when_it_takes_in_the_charts_edits() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(PLAN), title="their title")
    clinic.configure(mode=ConnectionMode.SHADOW)
    report = clinic.sync(replace(clinic.head(), title=clinic.head().title, goals=clinic.head().goals))
    assert clinic.head().title == "their title"
    assert {one.method for one in clinic.asked} == {"GET"}
    assert report.writes == 0


def test_a_connection_that_only_reads_is_pinned_by_what_it_links() -> None:
    clinic = Clinic(mode=ConnectionMode.READ_ONLY)
    clinic.sync()
    assert clinic.storage.kept.connections["default"].pinned
