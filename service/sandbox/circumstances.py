"""What is different about the server for the length of one request; usually nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.fhir.json import JsonObject
from service.sandbox.chart import as_it_is
from service.sandbox.shape import Shape
from service.sandbox.store import Store


def _same_store(store: Store, _: datetime) -> Store:
    return store


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the server takes for its store, clock and shape, and what it keeps of a write, if anything."""

    store: Callable[[Store, datetime], Store] = _same_store
    clock: Callable[[datetime], datetime] = lambda now: now
    shape: Callable[[Shape], Shape] = lambda shape: shape
    keeps: Callable[[JsonObject], JsonObject] = as_it_is
    commits: bool = True


USUAL = Circumstances()
