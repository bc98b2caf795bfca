"""One writer per patient and chart, in memory."""

from dataclasses import replace
from datetime import datetime, timedelta

from service.ports.storage import Lease


class MemoryLeases:
    """`service.ports.storage.Leases` over what is kept in memory."""

    def __init__(self, leases: dict[tuple[str, str], tuple[Lease, bool]]) -> None:
        self._leases = leases

    def acquire(
        self, connection_id: str, patient_id: str, *, holder: str, now: datetime, ttl: timedelta
    ) -> Lease | None:
        last, free = self._leases.get((connection_id, patient_id), (None, True))
        if last is not None and not free and last.expires_at > now:
            return None
        lease = Lease(
            connection_id=connection_id,
            patient_id=patient_id,
            holder=holder,
            fencing=1 if last is None else last.fencing + 1,
            expires_at=now + ttl,
        )
        self._leases[connection_id, patient_id] = (lease, False)
        return lease

    def holds(self, lease: Lease, now: datetime) -> bool:
        held, free = self._leases.get((lease.connection_id, lease.patient_id), (lease, True))
        return not free and _one_of(held) == _one_of(lease) and held.expires_at > now

    def renew(self, lease: Lease, *, now: datetime, ttl: timedelta) -> bool:
        if not self.holds(lease, now):
            return False
        place = (lease.connection_id, lease.patient_id)
        self._leases[place] = (replace(lease, expires_at=now + ttl), False)
        return True

    def release(self, lease: Lease) -> None:
        place = (lease.connection_id, lease.patient_id)
        held, free = self._leases.get(place, (lease, True))
        if not free and _one_of(held) == _one_of(lease):
            self._leases[place] = (held, True)


def _one_of(lease: Lease) -> tuple[str, int]:
    return lease.holder, lease.fencing
