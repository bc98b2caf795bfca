"""Subscriptions with a rest-hook: which can be kept, which become active, and what each is told.

Tried on HAPI 8.8.0 with resthook_enabled: a requested one becomes active as its next version; with a payload
each match is PUT to endpoint/Type/id, without one an empty POST goes to the endpoint; deletions tell nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from service.fhir.json import JsonObject, dumps
from service.sandbox.parameters import types
from service.sandbox.query import Query, read_query
from service.sandbox.records import Version
from service.sandbox.store import Store
from service.sandbox.wire import Refusal

KIND = "Subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One request that the server makes of a subscriber."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def refuse_unusable(resource: JsonObject) -> None:
    """Refuses a Subscription that could never tell anything (422)."""
    if resource.get("resourceType") != KIND:
        return
    criteria = resource.get("criteria")
    if not criteria:
        raise Refusal(422, "HAPI-0011: Subscription.criteria must be populated")
    if "?" not in criteria:
        raise Refusal(422, 'HAPI-0014: Subscription.criteria must be in the form "{Resource Type}?[params]"')
    kind = criteria.partition("?")[0]
    if kind not in types():
        words = f"HAPI-0013: Subscription.criteria contains invalid/unsupported resource type: {kind}"
        raise Refusal(422, words)
    try:
        _query(criteria)
    except Refusal as refusal:
        raise Refusal(422, f"HAPI-0009: Invalid subscription criteria submitted: {refusal.words}") from None
    if _is_hook(resource) and not resource["channel"].get("endpoint"):
        raise Refusal(
            422, "HAPI-0021: Rest-hook subscriptions must have Subscription.channel.endpoint defined"
        )


def waiting(fresh: Iterable[Version]) -> Iterator[Version]:
    """Gives the Subscriptions among new versions that wait to become active."""
    for version in fresh:
        body = version.body or {}
        if version.kind == KIND and body.get("status") == "requested" and _is_hook(body):
            yield version


def notifications(store: Store, fresh: Iterable[Version]) -> Iterator[Notification]:
    """Gives what the active Subscriptions of a chart are told of its new versions."""
    told = [version for version in fresh if version.body is not None]
    active = [one.body for one in store.current(KIND) if one.body and one.body.get("status") == "active"]
    for subscription in filter(_is_hook, active):
        query = _query(subscription["criteria"])
        for version in told:
            if version.kind == query.kind and all(one.holds(version.body or {}) for one in query.criteria):
                yield _notification(subscription["channel"], version)


def _query(criteria: str) -> Query:
    kind, _, written = criteria.partition("?")
    return read_query(kind, tuple(parse_qsl(written, keep_blank_values=True)))


def _is_hook(subscription: JsonObject) -> bool:
    return bool(subscription.get("channel", {}).get("type") == "rest-hook")


def _notification(channel: Any, version: Version) -> Notification:
    named = (one.partition(":") for one in channel.get("header", []))
    headers = tuple((name.strip(), value.strip()) for name, _, value in named)
    if not channel.get("payload"):
        return Notification(method="POST", url=channel["endpoint"], headers=headers, body=b"")
    return Notification(
        method="PUT",
        url=f"{channel['endpoint'].rstrip('/')}/{version.reference}",
        headers=(("Content-Type", channel["payload"]), ("If-Match", version.etag), *headers),
        body=dumps(version.body).encode(),
    )
