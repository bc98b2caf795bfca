"""Who has seen what, as rows of ids."""

from sqlalchemy import Connection, select

from service.ports.sightings import Sighting
from service.storage.database import insert_into
from service.storage.tables import sightings


class SqlSightings:
    """`service.ports.sightings.Sightings` in a table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, sighting: Sighting) -> None:
        """Keep a mark; one of an earlier revision than the one that is kept changes nothing."""
        row = {name: getattr(sighting, name) for name in Sighting.__slots__}
        new = insert_into(self._connection, sightings).values(row)
        later = new.on_conflict_do_update(
            index_elements=["plan_id", "who", "item_id"],
            set_={"revision": new.excluded.revision, "seen_at": new.excluded.seen_at},
            where=sightings.c.revision <= new.excluded.revision,
        )
        self._connection.execute(later)

    def of_plan(self, plan_id: str) -> tuple[Sighting, ...]:
        """Return every mark of a plan, by who and item."""
        found = self._connection.execute(select(sightings).where(sightings.c.plan_id == plan_id))
        # Sorted here: the databases' collations differ.
        marks = (Sighting(**row._mapping) for row in found)
        return tuple(sorted(marks, key=lambda one: (one.who, one.item_id)))
