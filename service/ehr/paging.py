"""A search from its first page to its last: no page twice, no other host, no endless walk."""

from collections.abc import Callable, Iterator

from service.ehr.errors import PageExpired, unreadable
from service.ehr.messages import Aim, Answer, Ask
from service.ehr.quirks import held
from service.fhir.bundle import BundleType, Entry, entries, next_link
from service.ports.ehr import Held, NotFhir

_MOST_PAGES = 10_000


def walk(first: Ask, fetch: Callable[[Ask], Answer]) -> Iterator[Held]:
    """Yield each found version once; an expired page starts the search anew, once."""
    seen: set[tuple[str, str | None]] = set()
    for restarts in (0, 1):
        try:
            for found in _pages(first, fetch):
                if (found.reference, found.version) not in seen:
                    seen.add((found.reference, found.version))
                    yield found
        except PageExpired:
            if restarts:
                raise
        else:
            return


def _pages(first: Ask, fetch: Callable[[Ask], Answer]) -> Iterator[Held]:
    for ask, answer in bundles(first, fetch, kind=BundleType.SEARCHSET):
        yield from _found(ask, answer)


def bundles(first: Ask, fetch: Callable[[Ask], Answer], *, kind: BundleType) -> Iterator[tuple[Ask, Answer]]:
    """Yield the pages of an answer with what asked for each; raises `PageExpired`, and `NotFhir`."""
    ask, visited = first, set[str]()
    while True:
        answer = fetch(ask)
        body = answer.body or {}
        if body.get("resourceType") != "Bundle" or body.get("type") != kind:
            raise unreadable(ask, answer, f"the answer is no {kind}")
        yield ask, answer
        link = next_link(body)
        if link is None:
            return
        if link in visited or len(visited) >= _MOST_PAGES:
            raise NotFhir(f"{first.name}: the pages have no end")
        visited.add(link)
        ask = Ask(aim=Aim.PAGE, path=link, headers=first.headers)


def _found(ask: Ask, answer: Answer) -> Iterator[Held]:
    for entry in entries(answer.body or {}):
        if entry.resource is None or is_outcome(entry):
            continue
        found = held(entry.resource)
        if found is None:
            raise unreadable(ask, answer, "a found resource has no type or id")
        yield found


def is_outcome(entry: Entry) -> bool:
    """Tell whether an entry is what the server says about the answer."""
    return entry.mode == "outcome" or (entry.resource or {}).get("resourceType") == "OperationOutcome"
