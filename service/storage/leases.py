"""One writer per patient and chart, with fencing numbers that only rise."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from service.ports.storage import Lease
from service.storage.database import insert_into
from service.storage.tables import leases

# In an UPDATE a parameter that is called as a column would set that column.
_ITS = and_(
    leases.c.connection_id == bindparam("its_connection"),
    leases.c.patient_id == bindparam("its_patient"),
    leases.c.fencing == bindparam("its_fencing"),
    leases.c.holder == bindparam("its_holder"),
)
_STILL = leases.c.expires_at > bindparam("now")
_HOLDS = select(leases.c.fencing).where(_ITS, _STILL)
_RENEW = update(leases).where(_ITS, _STILL).values(expires_at=bindparam("until"))
_RELEASE = update(leases).where(_ITS).values(holder=None)


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
        return self._connection.scalar(_HOLDS, {**_named(lease), "now": now}) is not None

    def renew(self, lease: Lease, *, now: datetime, ttl: timedelta) -> bool:
        """Let a lease that still holds expire later, and tell whether it does; one that is over stays so."""
        times = {"now": now, "until": now + ttl}
        return self._connection.execute(_RENEW, {**_named(lease), **times}).rowcount == 1

    def release(self, lease: Lease) -> None:
        """Give the lease back; one that was taken over stays with its new holder."""
        self._connection.execute(_RELEASE, _named(lease))


def _named(lease: Lease) -> dict[str, Any]:
    return {
        "its_connection": lease.connection_id,
        "its_patient": lease.patient_id,
        "its_fencing": lease.fencing,
        "its_holder": lease.holder,
    }
