"""A notification is a hint: whoever knows the token may wake a look at the chart, and nothing else.

Nothing that it says is believed. What it names only narrows where we look ourselves, and with every
notification dropped the next poll finds the same.
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from service.application.ports import PlanPorts
from service.application.waking import wake
from service.fhir.json import JsonObject, NotJson, loads
from service.ports.ehr import Row
from service.ports.storage import UnitOfWork
from service.sync.feed import plans_hinted_at


class NotHeard(Exception):
    """Nobody gave this token out, or it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What came in: the token of its address, the resource that the path names, and a body of any kind."""

    token: str
    reference: str | None = None
    body: bytes = b""


def check_token(token: str, *, ports: PlanPorts) -> str:
    """Return the connection that a token speaks for; raises `NotHeard`."""
    wanted = digest_of(token)
    with ports.storage.begin(write=False) as work:
        known = work.hooks.all()
    # Every one is compared, so that the time tells nothing of how many there are before the right one.
    found = [hook.connection_id for hook in known if compare_digest(hook.digest, wanted)]
    if not found:
        raise NotHeard
    return found[0]


def hear_hint(hint: Hint, *, ports: PlanPorts) -> None:
    """Wake the plans that a hint leads to, else ask for a poll; an echo of what we know wakes nothing.

    Raises `NotHeard`.
    """
    connection_id = check_token(hint.token, ports=ports)
    row = _row(hint)
    with ports.storage.begin() as work:
        if row is None or not _narrowed(row, ports, work=work, connection_id=connection_id):
            work.due.ask_for_poll(connection_id, ports.clock.now())
        work.commit()


def digest_of(token: str) -> str:
    """Return what is kept of a token, and all that is."""
    return sha256(token.encode()).hexdigest()


def _narrowed(row: Row, ports: PlanPorts, *, work: UnitOfWork, connection_id: str) -> bool:
    """Tell whether a hint led to plans of ours, which are woken then."""
    hinted = plans_hinted_at(row, lambda references: work.links.of(connection_id, references))
    if hinted is None:
        return False
    wake(work, connection_id, hinted, at=ports.clock.now())
    return True


def _row(hint: Hint) -> Row | None:
    """Return what a hint is about, if that can be read at all; the path's word goes before the body's."""
    resource = _resource(hint.body)
    kind, own_id = resource.get("resourceType"), resource.get("id")
    said = f"{kind}/{own_id}" if isinstance(kind, str) and isinstance(own_id, str) else None
    reference = hint.reference or said
    if reference is None:
        return None
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return Row(
        reference=reference,
        version=version if isinstance(version, str) else None,
        last_updated=None,
        resource=resource if said == reference else None,
    )


def _resource(body: bytes) -> JsonObject:
    try:
        return loads(body)
    except NotJson:
        return {}
