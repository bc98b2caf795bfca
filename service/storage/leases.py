"""One writer per patient and chart, with fencing numbers that only rise."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from service.ports.storage import Lease
from service.storage.database import insert_into
from service.storage.tables import leases


class SqlLeases:
    """`service.ports.storage.Leases` in a table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acquire(
        self, connection_id: str, patient_id: str, *, holder: str, now: datetime, ttl: timedelta
    ) -> Lease | None:
        """Return the lease, or None while it is held, by whomever; `holder` names one run."""
        wanted = {"holder": holder, "expires_at": now + ttl}
        # One statement, so that two runs that ask at once cannot both see it free.
        taken = (
            insert_into(self._connection, leases)
            .values(connection_id=connection_id, patient_id=patient_id, fencing=1, **wanted)
            .on_conflict_do_update(
                index_elements=["connection_id", "patient_id"],
                set_={**wanted, "fencing": leases.c.fencing + 1},
                where=or_(leases.c.holder.is_(None), leases.c.expires_at <= now),
            )
            .returning(leases.c.fencing)
        )
        fencing = self._connection.execute(taken).scalar_one_or_none()
        if fencing is None:
            return None
        return Lease(
            connection_id=connection_id,
            patient_id=patient_id,
            holder=holder,
            fencing=fencing,
            expires_at=now + ttl,
        )

    def holds(self, lease: Lease, now: datetime) -> bool:
        """Tell whether the lease is still its holder's: neither expired, released nor taken over."""
        found = select(leases.c.fencing).where(_is(lease), leases.c.expires_at > now)
        return self._connection.scalar(found) is not None

    def renew(self, lease: Lease, *, now: datetime, ttl: timedelta) -> bool:
        """Let a lease that still holds expire later, and tell whether it does; one that is over stays so."""
        held = update(leases).where(_is(lease), leases.c.expires_at > now)
        return self._connection.execute(held.values(expires_at=now + ttl)).rowcount == 1

    def release(self, lease: Lease) -> None:
        """Give the lease back; one that was taken over stays with its new holder."""
        self._connection.execute(update(leases).where(_is(lease)).values(holder=None))


def _is(lease: Lease) -> ColumnElement[bool]:
    return and_(
        leases.c.connection_id == lease.connection_id,
        leases.c.patient_id == lease.patient_id,
        leases.c.fencing == lease.fencing,
        leases.c.holder == lease.holder,
    )
