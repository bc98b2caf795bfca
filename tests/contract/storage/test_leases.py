from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from service.ports.storage import Lease, Leases, Storage
from tests.contract.storage.samples import NOON, later

TTL = timedelta(minutes=5)


def ask(leases: Leases, now: datetime, holder: str = "run-1", patient: str = "patient-1") -> Lease | None:
    return leases.acquire("default", patient, holder=holder, now=now, ttl=TTL)


def taken(leases: Leases, now: datetime, holder: str = "run-1", patient: str = "patient-1") -> Lease:
    lease = ask(leases, now, holder, patient)
    assert lease is not None
    return lease


def test_a_lease_says_what_it_is_for(storage: Storage) -> None:
    with storage.begin() as work:
        assert taken(work.leases, NOON) == Lease(
            connection_id="default", patient_id="patient-1", holder="run-1", fencing=1, expires_at=later(5)
        )


@pytest.mark.parametrize("holder", ["run-1", "run-2"])
def test_a_held_lease_is_given_to_nobody(storage: Storage, holder: str) -> None:
    with storage.begin() as work:
        taken(work.leases, NOON)
        assert ask(work.leases, later(4), holder) is None
        assert ask(work.leases, later(4), holder, "patient-2") is not None


def test_a_lease_holds_until_it_expires(storage: Storage) -> None:
    with storage.begin() as work:
        lease = taken(work.leases, NOON)
        assert work.leases.holds(lease, later(4))
        assert not work.leases.holds(lease, later(5))


def test_an_expired_lease_passes_on_with_a_higher_number(storage: Storage) -> None:
    with storage.begin() as work:
        first = taken(work.leases, NOON)
        second = taken(work.leases, later(5), "run-2")
        assert second.fencing > first.fencing
        assert not work.leases.holds(first, later(5))
        assert work.leases.holds(second, later(5))


def test_numbers_rise_after_a_release_too(storage: Storage) -> None:
    with storage.begin() as work:
        first = taken(work.leases, NOON)
        work.leases.release(first)
        assert not work.leases.holds(first, NOON)
        second = taken(work.leases, NOON)
        assert second.fencing == first.fencing + 1


def test_releasing_a_lease_that_was_taken_over_changes_nothing(storage: Storage) -> None:
    with storage.begin() as work:
        first = taken(work.leases, NOON)
        second = taken(work.leases, later(6), "run-2")
        work.leases.release(first)
        assert work.leases.holds(second, later(6))
        assert not work.leases.holds(replace(second, holder="run-1"), later(6))


def test_a_lease_that_is_renewed_holds_longer(storage: Storage) -> None:
    with storage.begin() as work:
        lease = taken(work.leases, NOON)
        assert work.leases.renew(lease, now=later(4), ttl=TTL)
        assert work.leases.holds(lease, later(8))
        assert ask(work.leases, later(8), "run-2") is None
        assert not work.leases.holds(lease, later(9))


def test_a_lease_that_is_over_is_not_renewed(storage: Storage) -> None:
    with storage.begin() as work:
        first = taken(work.leases, NOON)
        assert not work.leases.renew(first, now=later(5), ttl=TTL)
        second = taken(work.leases, later(5), "run-2")
        assert not work.leases.renew(first, now=later(5), ttl=TTL)
        work.leases.release(second)
        assert not work.leases.renew(second, now=later(6), ttl=TTL)
        assert not work.leases.holds(second, later(6))


def test_a_lease_that_was_never_given_does_not_hold(storage: Storage) -> None:
    with storage.begin() as work:
        lease = taken(work.leases, NOON)
        assert not work.leases.holds(replace(lease, patient_id="patient-9"), NOON)


def test_of_two_runs_that_ask_at_once_one_gets_the_lease(storage: Storage) -> None:
    start, given = Barrier(2), []

    def run(holder: str) -> None:
        start.wait()
        with storage.begin() as work:
            given.append(ask(work.leases, NOON, holder))
            work.commit()

    threads = [Thread(target=run, args=(f"run-{n}",)) for n in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one is None for one in sorted(given, key=str)] == [False, True]
