"""One version of one resource, as the sandbox keeps it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from service.fhir.bundle import weak_etag
from service.fhir.json import JsonObject
from service.fhir.references import Rest, parse, references_in

Key: TypeAlias = tuple[str, str]


class Method(StrEnum):
    """How a version came about."""

    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version; `body` is None where the resource was deleted and is never changed once kept."""

    kind: str
    id: str
    number: int
    moment: datetime
    method: Method
    body: JsonObject | None

    @property
    def key(self) -> Key:
        """Gives type and id."""
        return self.kind, self.id

    @property
    def reference(self) -> str:
        """Gives `Type/id`."""
        return f"{self.kind}/{self.id}"

    @property
    def location(self) -> str:
        """Gives `Type/id/_history/version`."""
        return f"{self.reference}/_history/{self.number}"

    @property
    def etag(self) -> str:
        """Gives the version as a weak ETag."""
        return weak_etag(str(self.number))


def instant(moment: datetime) -> str:
    """Writes a moment as HAPI does: UTC, milliseconds, `+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def to_the_millisecond(moment: datetime) -> datetime:
    """Cuts a moment to what `instant` writes, so that a resource is found by what it shows."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def index_keys(body: JsonObject) -> frozenset[str]:
    """Gives what a resource is looked up by: its identifiers' values and `Type/id` of what it refers to."""
    return frozenset(_identifier_values(body)) | frozenset(_outgoing(body))


def identifier_key(value: str) -> str:
    """Gives the look-up key of an identifier's value."""
    return f"identifier:{value}"


def _identifier_values(body: JsonObject) -> Iterator[str]:
    found: Any = body.get("identifier", [])
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict) and isinstance(one.get("value"), str):
            yield identifier_key(one["value"])


def _outgoing(body: JsonObject) -> Iterator[str]:
    """References in extensions and contained resources do not count: HAPI 8.8 deletes what they name."""
    for path, reference in references_in(body):
        target = parse(str(reference.get("reference", "")))
        if isinstance(target, Rest) and target.base is None and not beside_the_content(path):
            yield target.relative


def beside_the_content(path: str) -> bool:
    """Tells whether a FHIRPath lies in an extension or a contained resource."""
    return any(part in path for part in (".extension[", ".modifierExtension[", ".contained["))
