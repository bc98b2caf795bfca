"""Where servers say what they wrote: each in another place, some in none."""

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from service.ehr.messages import Answer
from service.fhir.bundle import Entry, version_of
from service.fhir.json import JsonObject
from service.fhir.references import Rest, parse
from service.ports.ehr import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What came back for one write, from headers or from an entry of a transaction's answer."""

    status: int
    etag: str | None
    location: str | None
    last_modified: str | None
    resource: JsonObject | None

    @property
    def target(self) -> Rest | None:
        """Return which resource it was, from the body, else from the location."""
        return named(self.resource) or _rest(self.location)

    @property
    def version(self) -> str | None:
        """Return its version: the ETag (HAPI's PATCH has none), else the body's, else the location's."""
        located = _rest(self.location)
        stated = version_of(self.etag) or meta_of(self.resource, "versionId")
        return stated or (located.version if located else None)

    @property
    def last_updated(self) -> str | None:
        """Return the server's instant: the body's, else the entry's or header's, which may lack fractions."""
        return meta_of(self.resource, "lastUpdated") or instant(self.last_modified)


def echo_of_answer(answer: Answer) -> Echo:
    """Read the echo of a single write."""
    return Echo(
        status=answer.status,
        etag=answer.headers.get("ETag"),
        location=answer.headers.get("Location") or answer.headers.get("Content-Location"),
        last_modified=answer.headers.get("Last-Modified"),
        resource=kept(answer.body),
    )


def echo_of_entry(entry: Entry) -> Echo | None:
    """Read the echo of one change in a transaction; None where the entry says nothing."""
    response = entry.response
    if response is None:
        return None
    return Echo(
        status=response.status,
        etag=response.etag,
        location=response.location,
        last_modified=response.last_modified,
        resource=kept(entry.resource),
    )


def held(resource: JsonObject, etag: str | None = None) -> Held | None:
    """Return a resource with its stamps; None where it does not say which one it is."""
    target = named(resource)
    if target is None:
        return None
    return Held(
        reference=target.relative,
        version=version_of(etag) or meta_of(resource, "versionId"),
        last_updated=meta_of(resource, "lastUpdated"),
        resource=resource,
    )


def named(resource: JsonObject | None) -> Rest | None:
    """Return type and id of a resource that has both."""
    kind, own_id = (resource or {}).get("resourceType"), (resource or {}).get("id")
    return _rest(f"{kind}/{own_id}") if isinstance(kind, str) and isinstance(own_id, str) else None


def kept(body: JsonObject | None) -> JsonObject | None:
    """Return the resource that was kept; an OperationOutcome in its place says only that it went well."""
    return None if body is None or body.get("resourceType") == "OperationOutcome" else body


def _rest(location: str | None) -> Rest | None:
    target = parse(location) if location else None
    return target if isinstance(target, Rest) else None


def meta_of(resource: JsonObject | None, name: str) -> str | None:
    """Return what a resource's `meta` says under a name, such as `versionId`."""
    meta: Any = (resource or {}).get("meta")
    value = meta.get(name) if isinstance(meta, dict) else None
    return value if isinstance(value, str) else None


def instant(text: str | None) -> str | None:
    """Write an HTTP date as FHIR's instant; an instant, as entries have it, stays as it is."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return text
    return moment.replace(tzinfo=moment.tzinfo or UTC).isoformat()
