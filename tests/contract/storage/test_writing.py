"""The switch that stops all writing is one, and every process sees where it stands."""

from dataclasses import replace

from service.ports.storage import Storage
from service.ports.writing import Switch
from tests.contract.storage.samples import NOON, later

STOPPED = Switch(stopped=True, reason="the EHR is moved", by="cli:root", since=NOON)


def test_nothing_is_stopped_before_somebody_stops_it(storage: Storage) -> None:
    with storage.begin(write=False) as work:
        assert work.writing.get() == Switch()


def test_the_switch_stands_as_it_was_turned_last(storage: Storage) -> None:
    resumed = Switch(stopped=False, by="n.okafor", since=later(3))
    for position in (STOPPED, replace(STOPPED, reason="another reason"), resumed):
        with storage.begin() as work:
            work.writing.put(position)
            work.commit()
        with storage.begin(write=False) as work:
            assert work.writing.get() == position


def test_a_turn_that_is_not_committed_turns_nothing(storage: Storage) -> None:
    with storage.begin() as work:
        work.writing.put(STOPPED)
    with storage.begin(write=False) as work:
        assert not work.writing.get().stopped
