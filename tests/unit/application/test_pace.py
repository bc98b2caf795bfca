"""What failed is tried again soon, then ever more rarely, and never given up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.application.chart_run import PatientBusy
from service.application.pace import Pause, after_error, after_report, reason_of
from service.mapping.references import Key
from service.ports.ehr import Denied, Throttled, Unavailable
from service.ports.storage import StorageBusy, Superseded
from service.sync.report import Done, ItemReport, PushReport, standing_of

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SETTLED_IN = 70 * SECOND


def a_report(*done: Done) -> PushReport:
    items = tuple(ItemReport(key=Key("Goal", f"goal-{n}"), done=one) for n, one in enumerate(done))
    return PushReport(
        plan_id="plan-1", revision=1, connection_id="default", standing=standing_of(items), items=items
    )


@given(st.integers(0, 10**9))
def test_a_pause_never_shrinks_and_never_passes_its_bound(failures: int) -> None:
    pause = Pause(SECOND, HOUR)
    assert SECOND <= pause.after(failures) <= pause.after(failures + 1) <= HOUR


def test_a_pause_doubles() -> None:
    assert [Pause(SECOND, 5 * SECOND).after(n) for n in range(4)] == [
        SECOND,
        2 * SECOND,
        4 * SECOND,
        5 * SECOND,
    ]


@pytest.mark.parametrize(
    ("error", "first", "longest"),
    [
        (PatientBusy("busy"), SECOND, 30 * SECOND),
        (Superseded(3), SECOND, 30 * SECOND),
        (Unavailable("away"), 5 * SECOND, 15 * MINUTE),
        (StorageBusy("busy"), 5 * SECOND, 15 * MINUTE),
        (Denied("no"), 5 * SECOND, 15 * MINUTE),
        (LookupError("a mistake of ours"), MINUTE, HOUR),
    ],
)
def test_an_error_has_its_own_pace(error: Exception, first: timedelta, longest: timedelta) -> None:
    assert after_error(error, 0) == first
    assert after_error(error, 99) == longest
    assert reason_of(error) == type(error).__name__


def test_a_server_that_asks_for_patience_gets_it() -> None:
    assert after_error(Throttled("slow down", retry_after=120), 0) == 2 * MINUTE
    assert after_error(Throttled("slow down", retry_after=1), 3) == 40 * SECOND
    assert after_error(Throttled("slow down"), 0) == 5 * SECOND


@pytest.mark.parametrize(
    ("done", "wait", "reason"),
    [
        ((Done.UNCHANGED, Done.CREATED), None, "in-step"),
        ((Done.UNKNOWN_OUTCOME, Done.CONFLICT), SETTLED_IN, "unknown-outcome"),
        ((Done.WAITING, Done.CREATED), 5 * SECOND, "waiting"),
        ((Done.CONFLICT,), 6 * HOUR, "partly"),
        ((Done.UNMATCHED,), 6 * HOUR, "parked"),
        ((Done.WOULD_CREATE,), 6 * HOUR, "shadow"),
    ],
)
def test_what_a_pass_left_decides_when_the_next_one_is(
    done: tuple[Done, ...], wait: timedelta | None, reason: str
) -> None:
    report = a_report(*done)
    assert after_report(report, 0, settled_in=SETTLED_IN) == wait
    assert reason_of(report) == reason


def test_what_may_not_leave_is_looked_at_as_rarely_as_what_waits_for_people() -> None:
    assert after_report(a_report(Done.WAITING), 0, settled_in=SETTLED_IN, writes=False) == 6 * HOUR
    assert after_report(a_report(Done.UNCHANGED), 0, settled_in=SETTLED_IN, writes=False) is None


def test_a_write_that_may_be_sent_again_is_not_waited_for() -> None:
    assert after_report(a_report(Done.UNKNOWN_OUTCOME), 0, settled_in=-MINUTE) == SECOND
