"""What is remembered of reading the charts, in memory."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from service.domain.revision import Origin
from service.ports.feed import Before, Link, Sight
from service.ports.hooks import Hook
from service.ports.inbox import ItemState
from service.ports.storage import LedgerEntry, LinkState

if TYPE_CHECKING:
    from tests.fakes.storage import Kept

MOVING = {LinkState.WAITING, LinkState.IN_FLIGHT, LinkState.UNKNOWN_OUTCOME}


class MemoryLinks:
    def __init__(self, kept: "Kept") -> None:
        self._kept = kept

    def of(self, connection_id: str, references: Iterable[str]) -> Mapping[str, tuple[Link, ...]]:
        wanted, using = set(references), dict[tuple[str, str, str, LinkState], set[str]]()
        for (_, kind, item, plan), entry in self._entries(connection_id):
            reference, stamp = f"{kind}/{entry.remote_id}", entry.version or entry.last_updated or ""
            if reference in wanted:
                plans = using.setdefault((reference, item, stamp, entry.state), set())
                plans |= {plan, *self._others(connection_id, kind, item)}
        found = dict[str, tuple[Link, ...]]()
        for (reference, _, stamp, state), plans in sorted(using.items()):
            link = Link(reference=reference, stamp=stamp or None, state=state, plans=tuple(sorted(plans)))
            found[reference] = (*found.get(reference, ()), link)
        return found

    def page(
        self, connection_id: str, *, after: str | None, limit: int
    ) -> tuple[Mapping[str, tuple[Link, ...]], str | None]:
        places = {(key[1], str(one.remote_id)) for key, one in self._entries(connection_id)}
        last = None if after is None else tuple(after.split("/"))
        left = [f"{kind}/{one}" for kind, one in sorted(places) if last is None or (kind, one) > last]
        return self.of(connection_id, left[:limit]), left[limit - 1] if len(left) > limit else None

    def using(self, connection_id: str, item_id: str) -> tuple[str, ...]:
        wanted = (connection_id, item_id)
        return tuple(sorted({plan for held, _, item, plan in self._kept.ledger if (held, item) == wanted}))

    def _entries(self, connection_id: str) -> Iterator[tuple[tuple[str, str, str, str], LedgerEntry]]:
        for key, entry in sorted(self._kept.ledger.items(), key=lambda one: one[0]):
            if key[0] == connection_id and entry.remote_id is not None:
                yield key, entry

    def _others(self, connection_id: str, kind: str, item: str) -> Iterator[str]:
        """Gives the plans of a patient that have agreed on nothing of their own about that patient."""
        if kind == "Patient":
            for held in self._kept.plans.values():
                plan = held[-1].plan
                if plan.patient.id == item and (connection_id, kind, item, plan.id) not in self._kept.ledger:
                    yield plan.id


class MemorySights:
    def __init__(self, kept: "Kept") -> None:
        self._kept = kept.sights

    def before(self, connection_id: str, now: Iterable[Sight]) -> Mapping[str, Before]:
        pairs = ((one, self._kept.get((connection_id, one.reference))) for one in now)
        return {
            one.reference: Before(stamp=last.stamp, same=_same(last, one), missing=last.missing)
            for one, last in pairs
            if last is not None
        }

    def keep(self, connection_id: str, seen: Iterable[Sight]) -> None:
        self._kept.update({(connection_id, one.reference): one for one in seen})


def _same(last: Sight, now: Sight) -> bool | None:
    return None if last.digest is None or now.digest is None else last.digest == now.digest


class MemoryDue:
    def __init__(self, kept: "Kept") -> None:
        self._kept = kept

    def wake(self, connection_id: str, plan_ids: Iterable[str], at: datetime) -> None:
        for one in set(plan_ids):
            self._kept.due[connection_id, one] = self.number(connection_id, one) + 1

    def number(self, connection_id: str, plan_id: str) -> int:
        return self._kept.due.get((connection_id, plan_id), 0)

    def done(self, connection_id: str, plan_id: str, number: int) -> None:
        if self.number(connection_id, plan_id) == number:
            self._kept.due.pop((connection_id, plan_id), None)

    def plans(self, connection_id: str) -> tuple[str, ...]:
        return tuple(sorted(set(self._due(connection_id))))

    def _due(self, connection_id: str) -> Iterator[str]:
        yield from (plan for where, plan in self._kept.due if where == connection_id)
        yield from self._behind(connection_id)
        for key, entry in self._kept.ledger.items():
            if key[0] == connection_id and entry.state in MOVING:
                yield key[3]
        for item in self._kept.inbox.values():
            if item.connection_id == connection_id and item.state is ItemState.DECIDED:
                yield item.plan_id

    def _behind(self, connection_id: str) -> Iterator[str]:
        for plan, held in self._kept.plans.items():
            last = self._kept.passes.get((connection_id, plan))
            imported = held[-1].number == 1 and held[-1].origin is Origin.EHR
            if last is None:
                if not imported:
                    yield plan
            elif held[-1].number > last.revision or last.standing == "parked":
                yield plan

    def ask_for_poll(self, connection_id: str, at: datetime) -> None:
        self._kept.polls[connection_id] = at

    def poll_asked(self, connection_id: str) -> datetime | None:
        return self._kept.polls.get(connection_id)

    def poll_done(self, connection_id: str, asked: datetime | None) -> None:
        if asked is not None and self.poll_asked(connection_id) == asked:
            del self._kept.polls[connection_id]


class MemoryHooks:
    def __init__(self, kept: "Kept") -> None:
        self._hooks = kept.hooks

    def put(self, hook: Hook) -> None:
        self._hooks[hook.digest] = hook

    def all(self) -> tuple[Hook, ...]:
        return tuple(one for _, one in sorted(self._hooks.items()) if one.ended_at is None)
