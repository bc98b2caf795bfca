"""The safeguards of reading a chart: no edit is overlooked, and we do not hear ourselves."""

from datetime import timedelta

import pytest

from service.sync import feed
from tests.architecture.test_docs import table
from tests.property.test_safeguards import SCHEDULES
from tests.scenarios.clinic import Clinic
from tests.scenarios.polled import WITHOUT_HISTORY, in_step, quiet
from tests.scenarios.two_sides import GOAL

READING = ("overlap", "echo check")


def edit_behind_a_stale_search(overlap: timedelta) -> Clinic:
    """A search that lags behind lacks an edit, and the next poll begins where that one ended."""
    clinic = in_step(shape=WITHOUT_HISTORY)
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.arm("stale-search")
    clinic.poll(overlap=overlap)
    clinic.calm()
    clinic.later(minutes=1)
    clinic.poll(overlap=overlap)
    return clinic


def test_without_the_overlap_an_edit_is_never_seen_and_with_it_it_is() -> None:
    assert edit_behind_a_stale_search(timedelta(0)).due == ()
    clinic = edit_behind_a_stale_search(timedelta(seconds=120))
    assert clinic.due == (clinic.plan.id,)


def our_own_write(clinic: Clinic) -> bool:
    """Tell whether nothing is woken by what we wrote ourselves."""
    clinic.rename("our title")
    clinic.sync()
    assert clinic.writes != []
    return quiet(clinic.poll())


def test_without_the_echo_check_our_own_writes_wake_the_plan_and_with_it_they_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert our_own_write(in_step())
    clinic = in_step()
    monkeypatch.setattr(feed, "_is_known", lambda *_: False)
    assert not our_own_write(clinic)


def test_the_page_on_reliability_names_every_safeguard_that_is_tried() -> None:
    rows = table("docs/reliability.md", "safeguard")
    assert [name for name, _ in rows] == [*SCHEDULES, *READING]
