"""Faults of what the server sees and keeps while it answers: its clock, its shape, its store."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from service.fhir.json import JsonObject
from service.sandbox.circumstances import Circumstances
from service.sandbox.faults.effects import (
    ClockSkew,
    DroppedElements,
    Effect,
    EqualTimestamps,
    IgnoredWrite,
    MergedTags,
    SearchCache,
    StaleSearch,
    SwappedServer,
)
from service.sandbox.faults.memory import Found, Memory, search_of
from service.sandbox.faults.strangers import chart_of_strangers
from service.sandbox.faults.views import Earlier, newest, younger
from service.sandbox.shape import Shape
from service.sandbox.store import Store
from service.sandbox.wire import Incoming

OTHER_SOFTWARE = "Another sandbox"
_UNCACHED = ("no-cache", "no-store")


def seen_through(
    effect: Effect, circumstances: Circumstances, *, memory: Memory, incoming: Incoming
) -> Circumstances:
    """Gives the circumstances of a request as a fault changes them; other faults leave them alone."""
    match effect:
        case ClockSkew(seconds=seconds):
            clock = circumstances.clock
            return replace(circumstances, clock=lambda now: clock(now) + timedelta(seconds=seconds))
        case EqualTimestamps():
            clock = circumstances.clock
            return replace(circumstances, clock=lambda now: _frozen(memory, clock(now)))
        case MergedTags():
            return _shaped(circumstances, {"merges_tags": True, "heeds_snapshot_mode": False})
        case DroppedElements(paths=paths):
            keeps = circumstances.keeps
            return replace(circumstances, keeps=lambda resource: without(keeps(resource), paths))
        case IgnoredWrite():
            return replace(circumstances, commits=False)
        case _:
            return _looking(effect, circumstances, memory=memory, incoming=incoming)


def _looking(
    effect: Effect, circumstances: Circumstances, *, memory: Memory, incoming: Incoming
) -> Circumstances:
    store = circumstances.store
    match effect:
        case StaleSearch():
            return replace(circumstances, store=lambda kept, now: _stale(effect, store(kept, now), now=now))
        case SearchCache():
            cached = _cached(effect, memory, incoming)
            return replace(circumstances, store=lambda kept, now: cached(store(kept, now), now))
        case SwappedServer():
            swapped = replace(circumstances, store=lambda kept, now: _other(memory, store(kept, now), now))
            return _shaped(swapped, {"software": OTHER_SOFTWARE})
        case _:
            return circumstances


def without(resource: JsonObject, paths: tuple[str, ...]) -> JsonObject:
    """Gives a resource without the elements at these paths, contained resources not among them."""
    for path in paths:
        kind, *names = path.split(".")
        if resource.get("resourceType") == kind:
            resource = _cut(resource, tuple(names))
    return resource


def _cut(value: Any, names: tuple[str, ...]) -> Any:
    """An element that loses its last member goes too: R4 knows no empty ones."""
    if isinstance(value, list):
        return [cut for cut in (_cut(one, names) for one in value) if cut != {}]
    if not isinstance(value, dict) or not names:
        return value
    first, *rest = names
    if not rest:
        return {name: held for name, held in value.items() if name not in {first, f"_{first}"}}
    inner = {name: _cut(held, tuple(rest)) if name == first else held for name, held in value.items()}
    return {name: held for name, held in inner.items() if name != first or held not in ({}, [])}


def _shaped(circumstances: Circumstances, changes: Mapping[str, Any]) -> Circumstances:
    shape = circumstances.shape

    def changed(usual: Shape) -> Shape:
        return replace(shape(usual), **changes)

    return replace(circumstances, shape=changed)


def _frozen(memory: Memory, now: datetime) -> datetime:
    if memory.moment is None:
        memory.moment = now
    return memory.moment


def _stale(effect: StaleSearch, store: Store, *, now: datetime) -> Store:
    if effect.versions:
        return Earlier(store, newest(store, effect.versions))
    return Earlier(store, younger(store, now - timedelta(seconds=effect.seconds)))


def _cached(effect: SearchCache, memory: Memory, incoming: Incoming) -> Callable[[Store, datetime], Store]:
    search, asked = search_of(incoming), incoming.header("cache-control")

    def store_at(store: Store, now: datetime) -> Store:
        count = sum(1 for _ in store.history())
        found = memory.searches.get(search)
        expired = found is None or now - found.at >= timedelta(seconds=effect.seconds)
        if found is None or expired or any(word in asked for word in _UNCACHED):
            memory.searches[search] = Found(at=now, versions=count)
            return store
        return Earlier(store, newest(store, max(0, count - found.versions)), fresh=True)

    return store_at


def _other(memory: Memory, store: Store, now: datetime) -> Store:
    if memory.other is None:
        memory.other = chart_of_strangers(store, now)
    return memory.other
