"""A connection follows its operator until the chart rests on it."""

from dataclasses import replace

import pytest

from service.application.connect import keep_connection
from service.ports.storage import Connection, ConnectionMode, Pinned
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage

WANTED = Connection(id="default", base_url="http://ehr.test/fhir", identifier_system="urn:ours")
MOVED = replace(WANTED, base_url="http://elsewhere.test/fhir")
RENAMED = replace(WANTED, identifier_system="urn:others")
CLOCK = StillClock()
OPENED = replace(WANTED, mode=ConnectionMode.WRITE)


@pytest.mark.parametrize("change", [MOVED, RENAMED, OPENED])
def test_a_connection_may_change_while_nothing_rests_on_it(change):
    storage = MemoryStorage()
    assert keep_connection(WANTED, storage=storage, clock=CLOCK) == WANTED
    assert keep_connection(change, storage=storage, clock=CLOCK) == change


@pytest.mark.parametrize(("change", "setting"), [(MOVED, "base_url"), (RENAMED, "identifier_system")])
def test_what_the_chart_rests_on_stays(change, setting):
    storage = MemoryStorage()
    pinned = keep_connection(replace(WANTED, pinned=True), storage=storage, clock=CLOCK)
    with pytest.raises(Pinned) as told:
        keep_connection(change, storage=storage, clock=CLOCK)
    assert told.value.setting == setting
    assert storage.kept.connections["default"] == pinned


def test_a_pin_stays_when_other_settings_change():
    storage = MemoryStorage()
    keep_connection(replace(WANTED, pinned=True), storage=storage, clock=CLOCK)
    assert keep_connection(OPENED, storage=storage, clock=CLOCK) == replace(OPENED, pinned=True)


def test_a_connection_that_is_kept_as_it_is_wanted_waits_for_no_writer():
    storage = MemoryStorage(patience=0)
    keep_connection(replace(WANTED, pinned=True), storage=storage, clock=CLOCK)
    with storage.begin():
        assert keep_connection(WANTED, storage=storage, clock=CLOCK) == replace(WANTED, pinned=True)
