"""A line on which writes are noted and answered as a server would, and the line that then carries them out.

Both stand under the same gateway, so that what is noted is what would have left, byte by byte.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from service.ehr.messages import Aim, Answer, Ask
from service.ehr.naming import Naming, given
from service.ehr.quirks import held
from service.fhir.bundle import BundleType, Entry, entries, weak_etag
from service.fhir.canonical import digest, serialise
from service.fhir.json import JsonObject
from service.fhir.references import rewrite
from service.ports.ehr import EhrError, Request, Unforeseen

_Place: TypeAlias = tuple[Aim, str, tuple[tuple[str, str], ...]]
_READS = frozenset({Aim.METADATA, Aim.READ, Aim.SEARCH, Aim.HISTORY, Aim.PAGE})


class Line(Protocol):
    """What carries requests: `service.ehr.transport.Transport`, or one of these over it."""

    def ask(self, ask: Ask, *, attempt: int = 1) -> Answer:
        """Return a successful answer; raises `EhrError`, sorted, for anything else."""


@dataclass(slots=True)
class Rehearsing:
    """Asks what reads, once, and notes what writes; what was noted is there for whoever reads it again."""

    line: Line
    requests: list[Request] = field(default_factory=list)
    seen: dict[str, JsonObject] = field(default_factory=dict)
    written: dict[str, JsonObject] = field(default_factory=dict)
    _answers: dict[_Place, Answer | EhrError] = field(default_factory=dict)
    _naming: Naming = field(default_factory=Naming)

    def ask(self, ask: Ask, *, attempt: int = 1) -> Answer:
        """Return what the server says, or would say of a write."""
        if ask.writes:
            return self._noted(ask)
        if ask.aim is Aim.READ and ask.path in self.written:
            return _held(self.written[ask.path])
        if ask.aim not in _READS:
            return self.line.ask(ask, attempt=attempt)
        place = place_of(ask)
        if place not in self._answers:
            self._answers[place] = self._asked(ask, attempt)
        return told(self._answers[place])

    def kept(self, ask: Ask) -> Answer | EhrError | None:
        """Return what was answered to a reading request, if it was asked."""
        return self._answers.get(place_of(ask))

    def _asked(self, ask: Ask, attempt: int) -> Answer | EhrError:
        try:
            answer = self.line.ask(ask, attempt=attempt)
        except EhrError as error:
            return error
        for resource in _resources(ask, answer):
            found = held(resource)
            if found is not None:
                self.seen[found.reference] = resource
        return answer

    def _noted(self, ask: Ask) -> Answer:
        self.requests.append(self._naming.told(ask))
        answer = self._transacted(ask) if ask.aim is Aim.TRANSACTION else self._answered(ask)
        self._naming.learn(ask, answer, len(self.requests))
        return answer

    def _answered(self, ask: Ask) -> Answer:
        (urn,) = ask.urns or (None,)
        own_id = ask.path.partition("/")[2] or _id_of(urn, len(self.requests), place=0)
        resource = self._stored(ask.body or {}, own_id, place=0)
        return Answer(
            status=200 if ask.aim is Aim.UPDATE else 201,
            headers={"ETag": _tag(resource)},
            body=resource,
            request_id=None,
        )

    def _transacted(self, ask: Ask) -> Answer:
        changes = entries(ask.body or {})
        number = len(self.requests)
        ids = [
            _address(one)[1] or _id_of(one.full_url, number, place=place) for place, one in enumerate(changes)
        ]
        names = {
            one.full_url: f"{_address(one)[0]}/{own_id}"
            for one, own_id in zip(changes, ids, strict=True)
            if one.full_url
        }
        answers = []
        for place, (one, own_id) in enumerate(zip(changes, ids, strict=True)):
            body = rewrite(one.resource or {}, lambda reference: names.get(reference, reference))
            resource = self._stored(body, own_id, place=place)
            updates = one.request is not None and one.request.if_match is not None
            response = {"status": "200 OK" if updates else "201 Created", "etag": _tag(resource)}
            answers.append({"resource": resource, "response": response})
        bundle = {"resourceType": "Bundle", "type": BundleType.TRANSACTION_RESPONSE.value, "entry": answers}
        return Answer(status=200, headers={}, body=bundle, request_id=None)

    def _stored(self, body: JsonObject, own_id: str, *, place: int) -> JsonObject:
        version = given(len(self.requests), place)
        resource = {**body, "id": own_id, "meta": {**body.get("meta", {}), "versionId": version}}
        self.written[f"{body['resourceType']}/{own_id}"] = resource
        return resource


@dataclass(slots=True)
class Performing:
    """Sends what was rehearsed, in that order, and nothing else; what was read then is not read again."""

    line: Line
    rehearsed: Rehearsing
    _next: int = 0
    _naming: Naming = field(default_factory=Naming)
    _touched: set[str] = field(default_factory=set)

    def ask(self, ask: Ask, *, attempt: int = 1) -> Answer:
        """Return what the server says; raises `Unforeseen` for a write that was not rehearsed."""
        if ask.writes:
            return self._performed(ask, attempt)
        known = None if ask.anew or ask.path in self._touched else self.rehearsed.kept(ask)
        return self.line.ask(ask, attempt=attempt) if known is None else told(known)

    def _performed(self, ask: Ask, attempt: int) -> Answer:
        number = self._number(self._naming.told(ask))
        # From here on only the server knows what it holds of these.
        self._touched.update(_paths(ask))
        answer = self.line.ask(ask, attempt=attempt)
        self._next = number
        self._naming.learn(ask, answer, number)
        return answer

    def _number(self, request: Request) -> int:
        """Return which of the requests that are left it is; one that the server refused is passed over."""
        for place in range(self._next, len(self.rehearsed.requests)):
            if alike(request, self.rehearsed.requests[place]):
                return place + 1
        raise Unforeseen(
            "the server answers otherwise than was foreseen: nothing more is sent, preview again"
        )


def alike(one: Request, other: Request) -> bool:
    """Tell whether two requests are the same byte by byte, whatever the order of their members."""
    plain = ((each.method, each.url, dict(each.headers), serialise(each.body)) for each in (one, other))
    return next(plain) == next(plain)


def place_of(ask: Ask) -> _Place:
    """Return what tells one reading request from another."""
    return ask.aim, ask.path, tuple(sorted(ask.params.items()))


def told(answer: Answer | EhrError) -> Answer:
    """Return an answer that was kept, or raise the error that was."""
    if isinstance(answer, EhrError):
        raise answer
    return answer


def stamp_of(resource: JsonObject) -> str:
    """Return the version of a resource, its digest where the server names none."""
    found = held(resource)
    return (found.version if found else None) or digest(resource)


def _held(resource: JsonObject) -> Answer:
    return Answer(status=200, headers={"ETag": _tag(resource)}, body=resource, request_id=None)


def _tag(resource: JsonObject) -> str:
    return weak_etag(str(resource["meta"]["versionId"]))


def _address(change: Entry) -> tuple[str, str]:
    """Return type and id that a change in a transaction names; no id where the server is to name it."""
    kind, _, own_id = (change.request.url if change.request else "").partition("/")
    return kind, own_id


def _id_of(urn: str | None, number: int, *, place: int) -> str:
    """Return an id for what the server is to name."""
    return urn.removeprefix("urn:uuid:") if urn else given(number, place)


def _paths(ask: Ask) -> Iterator[str]:
    yield ask.path
    for one in entries(ask.body or {}) if ask.aim is Aim.TRANSACTION else ():
        if one.request is not None:
            yield one.request.url


def _resources(ask: Ask, answer: Answer) -> Iterator[JsonObject]:
    body: Mapping[str, object] = answer.body or {}
    if ask.aim is Aim.READ:
        yield dict(body)
    elif ask.aim in (Aim.SEARCH, Aim.PAGE):
        yield from (one.resource for one in entries(dict(body)) if one.resource)
