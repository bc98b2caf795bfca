"""What is remembered of reading the charts, in columns that nothing has to be opened for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, tuple_, union

from service.domain.revision import Origin
from service.ports.feed import Before, Link, Sight
from service.ports.hooks import Hook
from service.ports.inbox import ItemState
from service.ports.storage import LinkState
from service.storage.database import insert_into, put, put_all
from service.storage.sealing import Sealer
from service.storage.tables import (
    due,
    hooks,
    inbox,
    ledger,
    passes,
    plans,
    polls,
    revisions,
    sights,
)

# The states of which another pass may make something, without anybody's doing.
_MOVING = (LinkState.WAITING, LinkState.IN_FLIGHT, LinkState.UNKNOWN_OUTCOME)
_LOOKED_UP = 500


class SqlLinks:
    """`service.ports.feed.Links` over the ledger's clear columns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, connection_id: str, references: Iterable[str]) -> Mapping[str, tuple[Link, ...]]:
        """Return the links of the resources that have any, by reference."""
        found: dict[str, tuple[Link, ...]] = {}
        for kind, ids in by_type(references).items():
            for start in range(0, len(ids), _LOOKED_UP):
                found |= self._links(connection_id, kind, ids[start : start + _LOOKED_UP])
        return found

    def page(
        self, connection_id: str, *, after: str | None, limit: int
    ) -> tuple[Mapping[str, tuple[Link, ...]], str | None]:
        """Return the links of some resources in an order that stays, and the `after` of those that follow."""
        place = (ledger.c.resource_type, ledger.c.remote_id)
        held = (ledger.c.connection_id == connection_id) & ledger.c.remote_id.is_not(None)
        wanted = select(*place).distinct().where(held).order_by(*place).limit(limit + 1)
        if after is not None:
            kind, _, remote_id = after.partition("/")
            wanted = wanted.where(tuple_(*place) > tuple_(kind, remote_id))
        rows = [f"{kind}/{remote_id}" for kind, remote_id in self._connection.execute(wanted)]
        links = self.of(connection_id, rows[:limit])
        return links, rows[limit - 1] if len(rows) > limit else None

    def using(self, connection_id: str, item_id: str) -> tuple[str, ...]:
        """Return, by id, the plans that rest on what stands for an item in the chart."""
        held = (ledger.c.connection_id == connection_id) & (ledger.c.item_id == item_id)
        return tuple(sorted(self._connection.scalars(select(ledger.c.plan_id).distinct().where(held))))

    def _links(self, connection_id: str, kind: str, ids: list[str]) -> Mapping[str, tuple[Link, ...]]:
        wanted: Select[Any] = (
            select(
                ledger.c.item_id,
                ledger.c.remote_id,
                ledger.c.version,
                ledger.c.last_updated,
                ledger.c.state,
                ledger.c.plan_id,
            )
            .where(ledger.c.connection_id == connection_id, ledger.c.resource_type == kind)
            .where(ledger.c.remote_id.in_(ids))
        )
        rows = self._connection.execute(wanted).all()
        shared = self._of_patients({row.item_id for row in rows}) if kind == "Patient" else {}
        return _joined(kind, rows, shared)

    def _of_patients(self, ids: set[str]) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        wanted = select(plans.c.patient_id, plans.c.id).where(plans.c.patient_id.in_(sorted(ids)))
        for patient, plan in self._connection.execute(wanted):
            found[patient].add(plan)
        return found


def _joined(
    kind: str, rows: Iterable[Row[Any]], shared: Mapping[str, set[str]]
) -> Mapping[str, tuple[Link, ...]]:
    """Return one link for each item and agreement, with all plans that agreed on that."""
    using: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    agreed = {(row.item_id, row.plan_id) for row in rows}
    for row in rows:
        others = {plan for plan in shared.get(row.item_id, ()) if (row.item_id, plan) not in agreed}
        stamp = row.version or row.last_updated or ""
        using[row.remote_id, row.item_id, stamp, row.state] |= {row.plan_id, *others}
    found: dict[str, list[Link]] = defaultdict(list)
    for (remote_id, _, stamp, state), plan_ids in sorted(using.items()):
        reference = f"{kind}/{remote_id}"
        link = Link(
            reference=reference,
            stamp=stamp or None,
            state=LinkState(state),
            plans=tuple(sorted(plan_ids)),
        )
        found[reference].append(link)
    return {reference: tuple(links) for reference, links in found.items()}


def by_type(references: Iterable[str]) -> Mapping[str, list[str]]:
    """Return the ids of `Type/id` by type, each once and in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for reference in sorted(set(references)):
        kind, _, remote_id = reference.partition("/")
        found[kind].append(remote_id)
    return found


class SqlSights:
    """`service.ports.feed.Sights` in a table; who reads it learns nothing but that something changed."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def before(self, connection_id: str, now: Iterable[Sight]) -> Mapping[str, Before]:
        """Return what was seen before of those that were ever seen, compared with what is seen now."""
        wanted = {one.reference: one for one in now}
        found: dict[str, Before] = {}
        for kind, ids in by_type(wanted).items():
            for start in range(0, len(ids), _LOOKED_UP):
                for row in self._rows(connection_id, kind, ids[start : start + _LOOKED_UP]):
                    reference = f"{kind}/{row.remote_id}"
                    same = self._same(row.digest, wanted[reference])
                    found[reference] = Before(stamp=row.stamp, same=same, missing=row.missing)
        return found

    def keep(self, connection_id: str, seen: Iterable[Sight]) -> None:
        """Keep what is seen now, in place of what was."""
        last = {one.reference: one for one in seen}
        put_all(self._connection, sights, [self._row(connection_id, one) for one in last.values()])

    def _rows(self, connection_id: str, kind: str, ids: list[str]) -> Iterable[Row[Any]]:
        place = (sights.c.connection_id == connection_id) & (sights.c.resource_type == kind)
        return self._connection.execute(select(sights).where(place, sights.c.remote_id.in_(ids)))

    def _row(self, connection_id: str, sight: Sight) -> dict[str, Any]:
        kind, _, remote_id = sight.reference.partition("/")
        digest = sight.digest and self._sealer.hashed("sight", sight.reference, sight.digest)
        return {
            "connection_id": connection_id,
            "resource_type": kind,
            "remote_id": remote_id,
            "stamp": sight.stamp,
            "digest": digest,
            "missing": sight.missing,
        }

    def _same(self, kept: str | None, sight: Sight) -> bool | None:
        """Compare a kept hash with a digest; None where there is none, or its key is no longer at hand."""
        if kept is None or sight.digest is None:
            return None
        hashes = self._sealer.hashes("sight", sight.reference, sight.digest)
        if kept in hashes:
            return True
        known = {one.partition(":")[0] for one in hashes}
        return False if kept.partition(":")[0] in known else None


class SqlDue:
    """`service.ports.feed.Due` in tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wake(self, connection_id: str, plan_ids: Iterable[str], at: datetime) -> None:
        """Note that the chart said something that concerns these plans."""
        once = insert_into(self._connection, due)
        again = once.on_conflict_do_update(
            index_elements=["connection_id", "plan_id"], set_={"number": due.c.number + 1}
        )
        rows = [
            {"connection_id": connection_id, "plan_id": one, "number": 1, "since": at}
            for one in sorted(set(plan_ids))
        ]
        if rows:
            self._connection.execute(again, rows)

    def number(self, connection_id: str, plan_id: str) -> int:
        """Return how often a plan was woken since it was done last; 0 for one that is not."""
        mine = (due.c.connection_id == connection_id) & (due.c.plan_id == plan_id)
        return self._connection.scalar(select(due.c.number).where(mine)) or 0

    def done(self, connection_id: str, plan_id: str, number: int) -> None:
        """Note that a pass began when a plan had been woken so often; later wakings stay."""
        mine = (due.c.connection_id == connection_id) & (due.c.plan_id == plan_id)
        self._connection.execute(delete(due).where(mine, due.c.number == number))

    def plans(self, connection_id: str) -> tuple[str, ...]:
        """Return, by id, the plans that were woken, or revised since their last pass, or wait."""
        last = (passes.c.plan_id == plans.c.id) & (passes.c.connection_id == connection_id)
        head = (revisions.c.plan_id == plans.c.id) & (revisions.c.number == plans.c.number)
        imported = (plans.c.number == 1) & (revisions.c.origin == Origin.EHR.value)  # and touched by nobody
        behind = (passes.c.plan_id.is_(None) & ~imported) | (plans.c.number > passes.c.revision)
        moving = (ledger.c.connection_id == connection_id) & ledger.c.state.in_(_MOVING)
        parked = (passes.c.connection_id == connection_id) & (passes.c.standing == "parked")
        decided = (inbox.c.connection_id == connection_id) & (inbox.c.state == ItemState.DECIDED.value)
        found = union(
            select(due.c.plan_id).where(due.c.connection_id == connection_id),
            select(plans.c.id).join(revisions, head).outerjoin(passes, last).where(behind),
            select(ledger.c.plan_id).where(moving),
            select(passes.c.plan_id).where(parked),
            select(inbox.c.plan_id).where(decided),
        )
        return tuple(sorted(self._connection.execute(found).scalars()))

    def ask_for_poll(self, connection_id: str, at: datetime) -> None:
        """Note that the chart is to be read soon."""
        put(self._connection, polls, {"connection_id": connection_id, "asked_at": at})

    def poll_asked(self, connection_id: str) -> datetime | None:
        """Return since when a poll is asked for, if one is."""
        wanted = select(polls.c.asked_at).where(polls.c.connection_id == connection_id)
        return self._connection.scalar(wanted)

    def poll_done(self, connection_id: str, asked: datetime | None) -> None:
        """Note that a poll began when one was asked for since then; a later asking stays."""
        if asked is not None:
            mine = (polls.c.connection_id == connection_id) & (polls.c.asked_at == asked)
            self._connection.execute(delete(polls).where(mine))


class SqlHooks:
    """`service.ports.hooks.Hooks` in a table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, hook: Hook) -> None:
        """Keep a hook, new or ended."""
        put(self._connection, hooks, asdict(hook))

    def all(self) -> tuple[Hook, ...]:
        """Return every hook that has not ended, by digest."""
        found = self._connection.execute(select(hooks).where(hooks.c.ended_at.is_(None)))
        return tuple(sorted((Hook(**row._mapping) for row in found), key=lambda one: one.digest))
