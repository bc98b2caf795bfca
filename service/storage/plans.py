"""Plans as rows of immutable revisions, each a whole document under its schema version and sealed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from service.document import SCHEMA_VERSION, plan_from_document, plan_to_document
from service.document.upcast import PLAN_UPCASTS, upcast
from service.domain.meeting import appointees_of
from service.domain.revision import Origin, Revision
from service.domain.therapy import RequestStatus
from service.fhir.json import JsonObject
from service.ports.storage import Page, PlanFilter, PlanSummary, RevisionSummary, Superseded, Taken, Unknown
from service.storage import identifiers, rows
from service.storage.columns import Moment
from service.storage.database import insert_new
from service.storage.paging import cursor, not_a_cursor, position
from service.storage.sealing import Sealer
from service.storage.tables import appointees, plans, revisions

# Every pass begins with these; SQLAlchemy takes longer to build one than SQLite to answer it.
_THIS_PLAN = plans.c.id == bindparam("plan_id")
_LATEST = (revisions.c.plan_id == plans.c.id) & (revisions.c.number == plans.c.number)
_HEAD = select(revisions).join(plans, _LATEST).where(_THIS_PLAN)
_PATIENT = select(plans.c.patient_id).where(_THIS_PLAN)


class SqlPlans:
    """`service.ports.storage.Plans` in tables."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, revision: Revision) -> None:
        """Keep revision 1 of a new plan; raises `Taken`."""
        if revision.number != 1:
            raise ValueError("a plan begins with revision 1")
        first = {"id": revision.plan.id, "added_at": revision.recorded_at, **_head(revision)}
        if not insert_new(self._connection, plans, first):
            raise Taken("plan", revision.plan.id)
        self._keep(revision)

    def append(self, revision: Revision, *, expected: int) -> None:
        """Keep the revision after `expected`; raises `Superseded` when the head moved, or `Unknown`."""
        if revision.number != expected + 1:
            raise ValueError("revisions are numbered without gaps")
        # One statement decides the race: whoever comes second matches no row any more.
        head = update(plans).where(plans.c.id == revision.plan.id, plans.c.number == expected)
        if self._connection.execute(head.values(_head(revision))).rowcount == 0:
            raise Superseded(self._number(revision.plan.id))
        self._keep(revision)

    def head(self, plan_id: str) -> Revision:
        """Return the latest revision; raises `Unknown`."""
        row = self._connection.execute(_HEAD, {"plan_id": plan_id}).one_or_none()
        if row is None:
            raise Unknown("plan", plan_id)
        return self._revision(row)

    def patient_of(self, plan_id: str) -> str:
        """Return the id of the plan's patient; raises `Unknown`."""
        patient_id: str | None = self._connection.scalar(_PATIENT, {"plan_id": plan_id})
        if patient_id is None:
            raise Unknown("plan", plan_id)
        return patient_id

    def revision(self, plan_id: str, number: int) -> Revision:
        """Return one revision, whatever version of this service wrote it; raises `Unknown`."""
        wanted = select(revisions).where(revisions.c.plan_id == plan_id, revisions.c.number == number)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            raise Unknown("revision", f"{plan_id}/{number}")
        return self._revision(row)

    def revisions(self, plan_id: str, *, after: int = 0, limit: int = 100) -> tuple[RevisionSummary, ...]:
        """Return the revisions after a number, oldest first; raises `Unknown`."""
        self._number(plan_id)
        wanted = (
            select(*(column for column in revisions.c if column.name != "document"))
            .where(revisions.c.plan_id == plan_id, revisions.c.number > after)
            .order_by(revisions.c.number)
            .limit(limit)
        )
        return tuple(_revision_summary(row) for row in self._connection.execute(wanted))

    def page(self, wanted: PlanFilter, *, after: str | None = None, limit: int = 50) -> Page[PlanSummary]:
        """Return plans, those first added first; `Invalid` names an `after` that is none."""
        query = _summaries().where(*_conditions(wanted, self._sealer))
        if after is not None:
            query = query.where(_behind(after))
        found = self._connection.execute(query.limit(limit + 1)).all()
        last = found[limit - 1] if len(found) > limit else None
        more = None if last is None else cursor(last.added_at.isoformat(), last.id)
        summaries = (_plan_summary(row, self._document(row)) for row in found[:limit])
        return Page(items=tuple(summaries), next=more)

    def appointed(self, person_id: str) -> tuple[str, ...]:
        """Return the ids of the plans in whose appointments a person may take part, in their order."""
        known = select(appointees.c.plan_id).where(appointees.c.person_id == person_id)
        mine = plans.c.id.in_(known) | ~plans.c.appointees_known
        # Sorted here: the databases' collations differ.
        return tuple(sorted(self._connection.scalars(select(plans.c.id).where(mine))))

    def _keep_appointees(self, revision: Revision) -> None:
        plan = revision.plan
        held = select(appointees.c.person_id).where(appointees.c.plan_id == plan.id)
        old, new = set(self._connection.scalars(held)), set(appointees_of(plan))
        if old - new:
            gone = (appointees.c.plan_id == plan.id) & appointees.c.person_id.in_(sorted(old - new))
            self._connection.execute(delete(appointees).where(gone))
        if new - old:
            added = [{"plan_id": plan.id, "person_id": one} for one in sorted(new - old)]
            self._connection.execute(insert(appointees), added)

    def _number(self, plan_id: str) -> int:
        number: int | None = self._connection.scalar(select(plans.c.number).where(plans.c.id == plan_id))
        if number is None:
            raise Unknown("plan", plan_id)
        return number

    def _keep(self, revision: Revision) -> None:
        row = {
            "plan_id": revision.plan.id,
            "number": revision.number,
            "schema_version": SCHEMA_VERSION,
            "groups": revision.groups,
            "author": revision.author,
            "origin": revision.origin,
            "recorded_at": revision.recorded_at,
            "document": plan_to_document(revision.plan),
        }
        self._connection.execute(insert(revisions), rows.sealed(self._sealer, revisions, row))
        self._keep_appointees(revision)
        found_by = revision.plan.patient.identifiers
        identifiers.keep(self._connection, revision.plan.id, found_by, sealer=self._sealer)

    def _revision(self, row: Row[Any]) -> Revision:
        return Revision(
            number=row.number,
            plan=plan_from_document(self._document(row), version=row.schema_version),
            groups=row.groups,
            author=row.author,
            origin=Origin(row.origin),
            recorded_at=row.recorded_at,
        )

    def _document(self, row: Row[Any]) -> JsonObject:
        document: JsonObject = rows.opened(self._sealer, revisions, row)["document"]
        return document


def _head(revision: Revision) -> dict[str, Any]:
    return {
        "number": revision.number,
        "status": revision.plan.status,
        "patient_id": revision.plan.patient.id,
        "author": revision.plan.author,
        "created": revision.plan.created,
        "updated_at": revision.recorded_at,
        "reached": revision.plan.safety is not None,
        "appointees_known": True,
    }


def _summaries() -> Select[Any]:
    # A title is text, so it stands in the document alone.
    heads = (revisions.c.plan_id == plans.c.id) & (revisions.c.number == plans.c.number)
    return (
        select(plans, revisions.c.plan_id, revisions.c.schema_version, revisions.c.document)
        .join(revisions, heads)
        .order_by(plans.c.added_at, plans.c.id)
    )


def _conditions(wanted: PlanFilter, sealer: Sealer) -> Iterator[ColumnElement[bool]]:
    if wanted.patient_id is not None:
        yield plans.c.patient_id == wanted.patient_id
    if wanted.patient_identifier is not None:
        yield identifiers.names_patient(sealer, wanted.patient_identifier)
    if wanted.status is not None:
        yield plans.c.status == wanted.status
    if wanted.updated_since is not None:
        yield plans.c.updated_at >= wanted.updated_since


def _behind(after: str) -> ColumnElement[bool]:
    text, plan_id = position(after, 2)
    try:
        added_at = datetime.fromisoformat(text)
    except ValueError:
        raise not_a_cursor() from None
    return tuple_(plans.c.added_at, plans.c.id) > tuple_(added_at, plan_id, types=[Moment, plans.c.id.type])


def _plan_summary(row: Row[Any], document: JsonObject) -> PlanSummary:
    return PlanSummary(
        id=row.id,
        title=upcast(document, row.schema_version, PLAN_UPCASTS)["title"],
        status=RequestStatus(row.status),
        patient_id=row.patient_id,
        author=row.author,
        created=row.created,
        number=row.number,
        updated_at=row.updated_at,
    )


def _revision_summary(row: Row[Any]) -> RevisionSummary:
    return RevisionSummary(
        number=row.number,
        groups=row.groups,
        author=row.author,
        origin=Origin(row.origin),
        recorded_at=row.recorded_at,
        schema_version=row.schema_version,
    )
