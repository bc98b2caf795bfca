"""What one request works with: the store, the server's shape, and the moment it arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.fhir.bundle import version_of
from service.fhir.json import JsonObject
from service.sandbox.pages import Pages
from service.sandbox.parameters import types
from service.sandbox.records import Key, Version, instant
from service.sandbox.shape import Shape
from service.sandbox.store import Store
from service.sandbox.wire import Refusal


def as_it_is(resource: JsonObject) -> JsonObject:
    """Keeps all of a resource."""
    return resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One request's view of the server; everything that it writes carries `now`, as in HAPI 8.8.

    `keeps` is what the server makes of a resource that it is to keep.
    """

    store: Store
    shape: Shape
    pages: Pages
    ids: Callable[[], str]
    now: datetime
    base: str
    keeps: Callable[[JsonObject], JsonObject] = as_it_is

    def fresh_key(self, kind: str) -> Key:
        """Gives a type with an id that no resource of the type has had."""
        while True:
            key = kind, self.ids()
            if self.store.latest(key) is None:
                return key


def dated(chart: Chart, bundle: JsonObject) -> JsonObject:
    """Gives a Bundle with the moment at which the server made it, as HAPI 8.8 does with what it found."""
    return {**bundle, "meta": {"lastUpdated": instant(chart.now)}}


def known_type(kind: str) -> str:
    """Gives the type back, or refuses one that the server does not keep."""
    if kind not in types():
        words = (
            f"HAPI-0302: Unknown resource type '{kind}' - Server knows how to handle: {', '.join(types())}"
        )
        raise Refusal(404, words)
    return kind


def held(chart: Chart, kind: str, key: str) -> Version:
    """Gives the newest version of a resource; refuses an unknown one (404) and a deleted one (410)."""
    version = chart.store.latest((kind, key))
    if version is None:
        raise Refusal(404, f"HAPI-2001: Resource {kind}/{key} is not known")
    return present(version)


def present(version: Version) -> Version:
    """Gives the version back unless it is a deletion (410)."""
    if version.body is None:
        raise Refusal(410, f"Resource was deleted at {instant(version.moment)}")
    return version


def refuse_stale(chart: Chart, current: Version, if_match: str, *, rule: str = "HAPI-0989") -> None:
    """Refuses a write that expects another version; with 409 where R4 says 412, as HAPI 8.8."""
    if not if_match or not chart.shape.honours_if_match:
        return
    expected = version_of(if_match)
    if expected is None:
        raise Refusal(400, "If-Match holds no version")
    if expected != str(current.number):
        location = f"{current.reference}/_history/{expected}"
        words = f"HAPI-0550: {rule}: Trying to update {location} but this is not the current version"
        raise Refusal(409, words, code="conflict")
