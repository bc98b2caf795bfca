from dataclasses import replace

import pytest

from service.ports.storage import (
    Connection,
    ConnectionMode,
    KeptCapabilities,
    MedicationMode,
    Pinned,
    Storage,
    Unknown,
)
from tests.contract.storage.samples import NOON, later

PLAIN = Connection(id="default", base_url="https://ehr.example/fhir", identifier_system="urn:ours")
FULL = Connection(
    id="demo",
    base_url="http://127.0.0.1:8090/fhir",
    identifier_system="urn:ours",
    patient_identifier_system="urn:mrn",
    mode=ConnectionMode.WRITE,
    sandbox=True,
    medications=MedicationMode.PLAN,
    pinned=True,
)


def test_a_new_connection_is_careful() -> None:
    assert (PLAIN.mode, PLAIN.sandbox) == (ConnectionMode.READ_ONLY, False)
    assert PLAIN.medications is MedicationMode.REFERENCE


def test_connections_come_back(storage: Storage) -> None:
    with storage.begin() as work:
        assert work.connections.put(FULL) == FULL
        assert work.connections.put(PLAIN) == PLAIN
        work.commit()
    with storage.begin(write=False) as work:
        assert work.connections.get("demo") == FULL
        assert work.connections.all() == (PLAIN, FULL)


def test_a_connection_that_is_not_there_is_unknown(storage: Storage) -> None:
    with storage.begin(write=False) as work, pytest.raises(Unknown, match="connection default"):
        work.connections.get("default")


def test_the_identifier_system_may_change_until_it_is_pinned(storage: Storage) -> None:
    with storage.begin() as work:
        work.connections.put(PLAIN)
        changed = work.connections.put(replace(PLAIN, identifier_system="urn:new", pinned=True))
        assert work.connections.get("default") == changed
        with pytest.raises(Pinned) as caught:
            work.connections.put(PLAIN)
        assert (caught.value.connection_id, caught.value.setting) == ("default", "identifier_system")
        assert work.connections.get("default") == changed


def test_a_pin_stays_whatever_is_put(storage: Storage) -> None:
    with storage.begin() as work:
        work.connections.put(FULL)
        kept = work.connections.put(replace(FULL, pinned=False, mode=ConnectionMode.SHADOW))
        assert kept == replace(FULL, mode=ConnectionMode.SHADOW)
        assert work.connections.get("demo") == kept


def test_the_latest_capabilities_are_kept(storage: Storage) -> None:
    first = KeptCapabilities(content={"fhir_version": "4.0.1"}, fetched_at=NOON)
    second = KeptCapabilities(content={"fhir_version": "4.0.1", "types": {"Goal": {}}}, fetched_at=later(5))
    with storage.begin() as work:
        assert work.capabilities.get("default") is None
        work.capabilities.put("default", first)
        work.capabilities.put("default", second)
        assert work.capabilities.get("default") == second
        assert work.capabilities.get("other") is None


def test_a_cursor_stands_where_it_was_put(storage: Storage) -> None:
    with storage.begin() as work:
        assert work.cursors.get("default", "history") is None
        work.cursors.put("default", "history", "2026-03-02T12:00:00Z")
        work.cursors.put("default", "history", "2026-03-02T12:05:00Z")
        work.cursors.put("default", "search", "1")
        assert work.cursors.get("default", "history") == "2026-03-02T12:05:00Z"
        assert work.cursors.get("other", "history") is None
