"""The directory of clinicians, as documents."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from service.document import SCHEMA_VERSION, person_from_document, person_to_document
from service.domain.people import Person
from service.ports.storage import Outdated, Page, Taken, Unknown
from service.storage import rows
from service.storage.database import insert_new, put
from service.storage.paging import cursor, position
from service.storage.sealing import Sealer
from service.storage.tables import people

_THOSE = select(people).where(people.c.id.in_(bindparam("ids", expanding=True)))


class SqlPeople:
    """`service.ports.storage.People` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def put(self, person: Person) -> None:
        """Keep a person, new or changed."""
        put(self._connection, people, self._row(person))

    def add(self, person: Person) -> None:
        """Keep a new person; raises `Taken`."""
        if not insert_new(self._connection, people, self._row(person)):
            raise Taken("person", person.id)

    def replace(self, person: Person, *, expected: Person) -> None:
        """Keep a person in place of the one that was read; raises `Outdated` or `Unknown`."""
        wanted = select(people).where(people.c.id == person.id).with_for_update()
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            raise Unknown("person", person.id)
        if self._person(row) != expected:
            raise Outdated("person", person.id)
        self.put(person)

    def get(self, person_id: str) -> Person:
        """Return a person; raises `Unknown`."""
        found = self.many([person_id])
        if person_id not in found:
            raise Unknown("person", person_id)
        return found[person_id]

    def many(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """Return those of the people that are known, by id."""
        found = self._connection.execute(_THOSE, {"ids": list(set(ids))})
        return {row.id: self._person(row) for row in found}

    def page(self, *, after: str | None = None, limit: int = 50) -> Page[Person]:
        """Return people in an order that stays; `Invalid` names an `after` that is none."""
        wanted = select(people).order_by(people.c.id).limit(limit + 1)
        if after is not None:
            wanted = wanted.where(people.c.id > position(after, 1)[0])
        found = self._connection.execute(wanted).all()
        more = cursor(found[limit - 1].id) if len(found) > limit else None
        return Page(items=tuple(self._person(row) for row in found[:limit]), next=more)

    def _row(self, person: Person) -> dict[str, Any]:
        row = {"id": person.id, "schema_version": SCHEMA_VERSION, "document": person_to_document(person)}
        return rows.sealed(self._sealer, people, row)

    def _person(self, row: Row[Any]) -> Person:
        held = rows.opened(self._sealer, people, row)
        return person_from_document(held["document"], version=row.schema_version)
