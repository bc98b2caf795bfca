"""One writer per patient: what a run keeps or sends counts only while the lease is its own."""

from datetime import datetime

from service.ports.storage import Lease, UnitOfWork


class LeaseLost(Exception):
    """Another run took over this patient, or may have: nothing more is sent or kept by this one."""


def must_hold(work: UnitOfWork, lease: Lease, now: datetime) -> None:
    """Refuse the unit of work of a run that slept past its lease; raises `LeaseLost`.

    What it knows of the chart is older than what its successor has kept since.
    """
    if not work.leases.holds(lease, now):
        raise LeaseLost
