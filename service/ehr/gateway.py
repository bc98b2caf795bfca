"""The `Ehr` port over HTTP: each method asks, and turns the answer into the port's values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import count
from urllib.parse import quote

from service.ehr.address import checked
from service.ehr.blame import guilty
from service.ehr.capability import capabilities_of
from service.ehr.changes import ask_for, ask_for_all, written
from service.ehr.errors import unreadable
from service.ehr.feeding import feed_pages
from service.ehr.messages import Aim, Answer, Ask
from service.ehr.paging import walk
from service.ehr.quirks import echo_of_answer, echo_of_entry, held
from service.ehr.rehearsal import Line, Performing, Rehearsing, stamp_of
from service.ehr.retry import RetryPolicy, persist
from service.fhir.bundle import BundleType, entries
from service.fhir.json import JsonObject
from service.fhir.outcome import OutcomeIssue, read_outcome
from service.ports.ehr import (
    Capabilities,
    Change,
    ChangePage,
    EhrError,
    Feed,
    Held,
    Rejected,
    Request,
    Written,
)

# HAPI answers an identical search from its cache for 60 s; a lenient server drops the parameters that it does
# not know, and would then return everybody's (R4, search, "Handling Search").
_FRESH = {"Cache-Control": "no-cache", "Prefer": "handling=strict"}
# HAPI 8.8.0 keeps each search for its next pages, which takes as long again as the search, unless it is told
# not to; it then shows its first page, of 20, and tells of no other.
_FRESH_AND_SHORT = {**_FRESH, "Cache-Control": "no-cache, no-store"}
# So many fit on the first page of any server that we know; what has more may lack some, and is asked anew.
_ON_ONE_PAGE = 10
_PAGED = {"_count": "100"}
_VERDICTS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.UNPROCESSABLE_ENTITY}
)
_NOT_OFFERED = frozenset({"not-supported", "not-found"})


class Gateway:
    """A FHIR R4 server as `service.ports.ehr.Ehr`."""

    def __init__(self, transport: Line, *, retry: RetryPolicy, sleep: Callable[[float], None]) -> None:
        """Take the line to the server, and how patiently harmless failures of writes are tried again."""
        self._transport = transport
        self._retry = retry
        self._sleep = sleep

    def capabilities(self) -> Capabilities:
        """Ask for /metadata; raises `NotFhir` for anything but an R4 server."""
        return capabilities_of(self._transport.ask(Ask(aim=Aim.METADATA, path="metadata")).body)

    def read(self, reference: str) -> Held:
        """Return the current version of `Type/id`; raises `Missing` or `Gone`."""
        return self._read(reference, Ask(aim=Aim.READ, path=checked(reference)))

    def read_anew(self, reference: str) -> Held:
        """Return the current version, also in a performance, which else reads nothing twice."""
        return self._read(reference, Ask(aim=Aim.READ, path=checked(reference), anew=True))

    def read_version(self, reference: str, version: str) -> Held:
        """Return one version of `Type/id`, current or not; raises `Missing` or `Gone`."""
        path = f"{checked(reference)}/_history/{quote(version, safe='')}"
        return self._read(reference, Ask(aim=Aim.READ, path=path))

    def _read(self, reference: str, ask: Ask) -> Held:
        answer = self._transport.ask(ask)
        found = held(answer.body or {}, answer.headers.get("ETag"))
        if found is None or found.reference != reference:
            raise unreadable(ask, answer, "the answer is another resource")
        return found

    def search(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Held]:
        """Yield every match, page by page, with what was asked to be included; never from a cache."""
        if 0 < _named(params) < _ON_ONE_PAGE:
            found = tuple(self._walk(resource_type, params, _FRESH_AND_SHORT))
            if len(found) < _ON_ONE_PAGE:
                yield from found
                return
        if "identifier" in params:
            params = {**params, **_PAGED}
        yield from self._walk(resource_type, params, _FRESH)

    def _walk(
        self, resource_type: str, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> Iterator[Held]:
        first = Ask(aim=Aim.SEARCH, path=resource_type, params=params, headers=headers)
        return walk(first, self._transport.ask)

    def changes(self, feed: Feed, since: str | None, *, count: int) -> Iterator[ChangePage]:
        """Yield what changed since an instant of the server, page by page, never from a cache."""
        return feed_pages(feed, since, count=count, fetch=self._transport.ask)

    def write(self, change: Change) -> Written:
        """Make one change and return what the server kept."""
        return written(change, echo_of_answer(self._insist(ask_for(change))))

    def transact(self, changes: Sequence[Change]) -> tuple[Written, ...]:
        """Make all changes or none; the answers stand in the order of the changes."""
        if not changes:
            return ()
        ask = ask_for_all(changes)
        try:
            answer = self._insist(ask)
        except EhrError as error:
            error.entry = guilty(changes, error.issues)
            raise
        return _all_written(ask, changes, answer)

    def validate(self, resource: JsonObject, profile: str | None = None) -> tuple[OutcomeIssue, ...]:
        """Return what the server's `$validate` finds; raises `Rejected` where it offers none."""
        ask = Ask(
            aim=Aim.VALIDATE,
            path=f"{resource['resourceType']}/$validate",
            params={"profile": profile} if profile else {},
            body=resource,
        )
        try:
            return read_outcome(self._transport.ask(ask).body)
        except Rejected as refused:
            if not _is_verdict(refused):
                raise
            return refused.issues

    def rehearsal(self) -> "Rehearsal":
        """Return this chart for a run of which nothing is sent."""
        return Rehearsal(self._transport, retry=self._retry, sleep=self._sleep)

    def _insist(self, ask: Ask) -> Answer:
        attempts = count(1)
        return persist(lambda: self._transport.ask(ask, attempt=next(attempts)), self._retry, self._sleep)


class Rehearsal(Gateway):
    """A FHIR R4 server as `service.ports.ehr.Rehearsal`: writes are noted in place of being sent."""

    def __init__(self, line: Line, *, retry: RetryPolicy, sleep: Callable[[float], None]) -> None:
        """Take the line to the server."""
        self._rehearsing = Rehearsing(line)
        self._line = line
        super().__init__(self._rehearsing, retry=retry, sleep=sleep)

    @property
    def requests(self) -> tuple[Request, ...]:
        """What would have been sent, in order."""
        return tuple(self._rehearsing.requests)

    @property
    def seen(self) -> Mapping[str, JsonObject]:
        """Every resource of the chart that was read, by `Type/id`."""
        return self._rehearsing.seen

    @property
    def written(self) -> Mapping[str, JsonObject]:
        """Every resource as it would be after the run, by `Type/id`."""
        return self._rehearsing.written

    @property
    def versions(self) -> Mapping[str, str]:
        """The version of every resource that was read, by `Type/id`."""
        return {address: stamp_of(resource) for address, resource in self.seen.items()}

    def performance(self) -> Gateway:
        """Return the chart that takes exactly the requests of this rehearsal."""
        line = Performing(self._line, self._rehearsing)
        return Gateway(line, retry=self._retry, sleep=self._sleep)


def _named(params: Mapping[str, str]) -> int:
    """Return how many identities a search names, at most."""
    return params["identifier"].count(",") + 1 if "identifier" in params else 0


def _all_written(ask: Ask, changes: Sequence[Change], answer: Answer) -> tuple[Written, ...]:
    """Match answers to changes by place, once each change is known to have one (HAPI issue #8183)."""
    body = answer.body or {}
    told = entries(body)
    if body.get("type") != BundleType.TRANSACTION_RESPONSE or len(told) != len(changes):
        raise unreadable(ask, answer, f"{len(told)} answers for {len(changes)} changes")
    return tuple(written(change, echo_of_entry(entry)) for change, entry in zip(changes, told, strict=True))


def _is_verdict(refused: Rejected) -> bool:
    """Tell a resource that was found invalid from a server that cannot validate it."""
    offered = all(issue.code not in _NOT_OFFERED for issue in refused.issues)
    return refused.status in _VERDICTS and bool(refused.issues) and offered
