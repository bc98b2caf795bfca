"""What changed on a server since an instant of its own: its history, or a search by lastUpdated."""

from collections.abc import Callable, Iterator
from http import HTTPMethod

from service.ehr.errors import PageExpired, unreadable
from service.ehr.messages import Aim, Answer, Ask
from service.ehr.paging import bundles, is_outcome
from service.ehr.quirks import held, instant, meta_of
from service.fhir.bundle import BundleType, Entry, entries, version_of
from service.fhir.references import Rest, parse
from service.ports.ehr import ChangePage, Feed, History, Row, Updated

# HAPI answers an identical search from its cache for 60 s.
_FRESH = {"Cache-Control": "no-cache", "Prefer": "handling=strict"}
# A server whose pages expire that often would keep us for ever.
_BEGINNINGS = 3


def feed_pages(
    feed: Feed, since: str | None, *, count: int, fetch: Callable[[Ask], Answer]
) -> Iterator[ChangePage]:
    """Yield the pages of a feed; one that expired begins the reading anew, from its first page."""
    first, kind = _first(feed, since, count)
    for beginning in range(1, _BEGINNINGS + 1):
        try:
            for ask, answer in bundles(first, fetch, kind=kind):
                yield _page(ask, answer)
        except PageExpired:
            if beginning == _BEGINNINGS:
                raise
        else:
            return


def _first(feed: Feed, since: str | None, count: int) -> tuple[Ask, BundleType]:
    params = {"_count": str(count)}
    match feed:
        case History(kind):
            params |= {} if since is None else {"_since": since}
            path = "_history" if kind is None else f"{kind}/_history"
            return Ask(aim=Aim.HISTORY, path=path, params=params, headers=_FRESH), BundleType.HISTORY
        case Updated(kind):
            # `gt` at the precision of a second would skip that second (HAPI 8.8.0).
            params |= {} if since is None else {"_lastUpdated": f"ge{since}"}
            return Ask(aim=Aim.SEARCH, path=kind, params=params, headers=_FRESH), BundleType.SEARCHSET


def _page(ask: Ask, answer: Answer) -> ChangePage:
    body = answer.body or {}
    told_at = meta_of(body, "lastUpdated") or instant(answer.headers.get("Date"))
    return ChangePage(rows=tuple(_rows(ask, answer)), told_at=told_at)


def _rows(ask: Ask, answer: Answer) -> Iterator[Row]:
    for entry in entries(answer.body or {}):
        if is_outcome(entry):
            continue
        row = _row(entry)
        if row is None:
            raise unreadable(ask, answer, "a row does not say which resource it is about")
        yield row


def _row(entry: Entry) -> Row | None:
    found = held(entry.resource or {})
    if found is not None:
        return Row(
            reference=found.reference,
            version=found.version,
            last_updated=found.last_updated,
            resource=found.resource,
        )
    target = _named(entry)
    if target is None:
        return None
    response = entry.response
    return Row(
        reference=target.relative,
        version=(version_of(response.etag) if response else None) or target.version,
        last_updated=instant(response.last_modified) if response else None,
        deleted=entry.request is not None and entry.request.method == HTTPMethod.DELETE,
    )


def _named(entry: Entry) -> Rest | None:
    """Return which resource an entry without one is about: HAPI 8.8.0 says so in the request's URL."""
    texts = (entry.request.url if entry.request else None, entry.full_url)
    targets = (parse(text) for text in texts if text)
    return next((one for one in targets if isinstance(one, Rest)), None)
