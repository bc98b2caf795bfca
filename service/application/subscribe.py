"""Having the EHR notify us: Subscriptions with a rest-hook, one for each kind of resource, and their ends.

Notifications go without the resource: nothing of a patient leaves the EHR for a hint.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from service.application.chart_run import ReadOnly, known_capabilities
from service.application.hear_hint import digest_of
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.ports.ehr import Create, Held, Rejected, Update
from service.ports.hooks import Hook
from service.ports.storage import Connection, ConnectionMode
from service.sync.agenda import Ports
from service.sync.feed import KINDS

PATH = "/hooks/fhir/"
_KIND = "Subscription"
# No pass looks at them again once they are matched, and a Provenance is never changed.
_SUBSCRIBED = sorted(KINDS - {"Practitioner", "PractitionerRole", "Provenance"})
_TOKEN = re.compile(rf"(?P<base>.+){PATH}(?P<token>[0-9a-f]{{64}})/?")
_LOOKS = 30
_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribePorts:
    """What subscribing needs: `random_hex` gives so many random bytes as hex, `pause` waits for seconds."""

    run: Ports
    random_hex: Callable[[int], str]
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """One Subscription of ours: what it watches, where it tells, without the token, and how it stands."""

    reference: str
    criteria: str
    endpoint: str
    status: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mine:
    held: Held
    token: str
    base: str

    @property
    def criteria(self) -> str:
        return str(self.held.resource.get("criteria"))

    @property
    def status(self) -> str:
        return str(self.held.resource.get("status"))

    @property
    def told(self) -> Subscribed:
        error = self.held.resource.get("error")
        return Subscribed(
            reference=self.held.reference,
            criteria=self.criteria,
            endpoint=self.base,
            status=self.status,
            error=error if isinstance(error, str) else None,
        )


def subscribe(
    endpoint: str, *, ports: SubscribePorts, connection_id: str = "default"
) -> tuple[Subscribed, ...]:
    """Have the server notify us at an address of this service, once for each kind, and wait for it to begin.

    What is there already stays; what tells another address ends. Raises `Invalid` for what is no address,
    `ReadOnly`, and `EhrError`; a server without Subscriptions is `Rejected`.
    """
    base = _base(endpoint)
    connection = _opened(ports, connection_id)
    mine = _mine(ports)
    kept = {one.criteria: one for one in reversed(mine) if one.base == base}
    for one in mine:
        if kept.get(one.criteria) is not one:
            _put(one, "off", ports)
    token = next((one.token for one in kept.values()), None) or _new_token(connection, ports)
    for criteria in (f"{kind}?" for kind in _SUBSCRIBED):
        if criteria not in kept:
            ports.run.ehr.write(Create(resource=_resource(criteria, base, token), if_none_exist=None))
        elif kept[criteria].status not in {"requested", "active"}:
            _put(kept[criteria], "requested", ports)
    return _awaited(ports)


def list_subscriptions(*, ports: SubscribePorts, connection_id: str = "default") -> tuple[Subscribed, ...]:
    """Return the Subscriptions of ours that the server has, ended ones too, by what they watch."""
    with ports.run.storage.begin(write=False) as work:
        work.connections.get(connection_id)
    return tuple(one.told for one in _mine(ports))


def end_subscriptions(*, ports: SubscribePorts, connection_id: str = "default") -> tuple[Subscribed, ...]:
    """End every Subscription of ours, and hear no more of their tokens; raises `ReadOnly`, `EhrError`."""
    _opened(ports, connection_id)
    for one in _mine(ports):
        if one.status != "off":
            _put(one, "off", ports)
    ended = list_subscriptions(ports=ports, connection_id=connection_id)
    with ports.run.storage.begin() as work:
        for hook in work.hooks.all():
            if hook.connection_id == connection_id:
                work.hooks.put(replace(hook, ended_at=ports.run.clock.now()))
        work.commit()
    return ended


def _base(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        whole = parts.scheme in {"http", "https"} and parts.hostname is not None
        bare = not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        whole = bare = False
    if not whole or not bare:
        raise Invalid(
            [Problem("endpoint", "must be the http(s) address of this service, as the EHR sees it")]
        )
    return endpoint.rstrip("/")


def _opened(ports: SubscribePorts, connection_id: str) -> Connection:
    with ports.run.storage.begin(write=False) as work:
        connection = work.connections.get(connection_id)
    if connection.mode is not ConnectionMode.WRITE:
        raise ReadOnly(f"connection {connection.id} does not write, and a Subscription is written")
    if not known_capabilities(connection, ports.run).can(_KIND, "create"):
        raise Rejected("the server takes no Subscription: poll it")
    return connection


def _mine(ports: SubscribePorts) -> tuple[_Mine, ...]:
    """Return the Subscriptions whose address holds a token that we gave out, by what they watch."""
    with ports.run.storage.begin(write=False) as work:
        known = {hook.digest for hook in work.hooks.all()}
    found = (_read(held) for held in ports.run.ehr.search(_KIND, {"_count": "200"}))
    ours = (one for one in found if one is not None and digest_of(one.token) in known)
    return tuple(sorted(ours, key=lambda one: (one.criteria, one.held.reference)))


def _read(held: Held) -> _Mine | None:
    channel: Any = held.resource.get("channel")
    endpoint = channel.get("endpoint") if isinstance(channel, dict) else None
    found = _TOKEN.fullmatch(endpoint) if isinstance(endpoint, str) else None
    return None if found is None else _Mine(held=held, token=found["token"], base=found["base"])


def _new_token(connection: Connection, ports: SubscribePorts) -> str:
    """Keep a new token before the server learns it, so that its first notification is heard."""
    token = ports.random_hex(32)
    hook = Hook(digest=digest_of(token), connection_id=connection.id, made_at=ports.run.clock.now())
    with ports.run.storage.begin() as work:
        work.hooks.put(hook)
        work.commit()
    return token


def _resource(criteria: str, base: str, token: str) -> JsonObject:
    return {
        "resourceType": _KIND,
        "status": "requested",
        "reason": "Tandem looks at the chart when something changes",
        "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": f"{base}{PATH}{token}"},
    }


def _put(one: _Mine, status: str, ports: SubscribePorts) -> None:
    version = one.held.version
    if version is None:
        raise Rejected("the server names no version of a Subscription, so that a change would be blind")
    resource = {**one.held.resource, "status": status}
    ports.run.ehr.write(Update(reference=one.held.reference, resource=resource, if_version=version))


def _awaited(ports: SubscribePorts) -> tuple[Subscribed, ...]:
    """Return how they stand once the server has made up its mind, or after half a minute."""
    found: tuple[Subscribed, ...] = ()
    for _ in range(_LOOKS):
        found = tuple(one.told for one in _mine(ports) if one.status != "off")
        if all(one.status != "requested" for one in found):
            break
        ports.pause(_SECONDS)
    return found
