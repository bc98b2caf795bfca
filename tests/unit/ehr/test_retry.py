"""Only what had no effect is done again."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ehr.retry import NEVER_AGAIN, RetryPolicy, harmless, persist
from service.ports.ehr import (
    Contended,
    EhrError,
    Rejected,
    Stale,
    Throttled,
    Unavailable,
    UnknownOutcome,
)

FIVE = RetryPolicy(attempts=5, base=1, cap=10, jitter=lambda longest: longest)


def failing(*errors: EhrError) -> Callable[[], str]:
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


@pytest.mark.parametrize("error", [Unavailable("refused"), Throttled("busy"), Contended("race")])
def test_a_failure_without_effect_is_tried_again(error: EhrError) -> None:
    slept: list[float] = []
    assert persist(failing(error, error), FIVE, slept.append) == "done"
    assert slept == [1, 2]


@pytest.mark.parametrize("error", [UnknownOutcome("cut"), Rejected("no"), Stale("moved")])
def test_any_other_failure_surfaces_at_once(error: EhrError) -> None:
    slept: list[float] = []
    with pytest.raises(type(error)):
        persist(failing(error), FIVE, slept.append)
    assert slept == []


def test_an_unknown_outcome_after_harmless_failures_is_not_tried_again() -> None:
    slept: list[float] = []
    with pytest.raises(UnknownOutcome):
        persist(failing(Throttled("busy"), UnknownOutcome("cut")), FIVE, slept.append)
    assert slept == [1]


def test_the_last_failure_surfaces_when_the_attempts_are_used_up() -> None:
    slept: list[float] = []
    errors = [Unavailable(str(n)) for n in range(9)]
    with pytest.raises(Unavailable, match="4"):
        persist(failing(*errors), FIVE, slept.append)
    assert slept == [1, 2, 4, 8]


def test_retry_after_is_waited_for_in_full() -> None:
    slept: list[float] = []
    persist(failing(Throttled("busy", retry_after=7)), FIVE, slept.append)
    assert slept == [8]


def test_a_longer_pause_than_we_wait_for_surfaces() -> None:
    with pytest.raises(Throttled):
        persist(failing(Throttled("busy", retry_after=11)), FIVE, lambda _: None)


def test_never_again_means_once() -> None:
    with pytest.raises(Unavailable):
        persist(failing(Unavailable("refused")), NEVER_AGAIN, lambda _: None)


def test_nothing_unknown_is_ever_harmless() -> None:
    assert not harmless(UnknownOutcome("cut"))


@given(failed=st.integers(1, 60), share=st.floats(0, 1))
def test_no_backoff_outgrows_its_cap(failed: int, share: float) -> None:
    policy = RetryPolicy(attempts=100, base=0.5, cap=10, jitter=lambda longest: longest * share)
    wait = policy.wait(failed, Unavailable("refused"))
    assert wait is not None
    assert 0 <= wait <= 10
