"""From what was read of a chart to the plans that are woken, in one commit with what is remembered of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from service.ports.ehr import Row
from service.ports.storage import UnitOfWork
from service.sync.agenda import Ports
from service.sync.feed import Known, News, judged, patients_named, sight_of

CONNECTION = "default"
"""The connection over which the pass goes that a change asks for."""

# A search may show what was 60 s ago (HAPI's cache; other servers' indexes): a pass that was woken at once
# may have seen the old state, so that what is younger is told once more.
STALE = timedelta(seconds=60)
_PATIENTS = 500


def take_rows(rows: tuple[Row, ...], told_at: datetime | None, *, ports: Ports, connection_id: str) -> News:
    """Wake the plans that rows of a feed concern, and return what they come to."""
    if not rows:
        return News()
    with ports.storage.begin(write=False) as work:
        known = _known(rows, told_at, work=work, connection_id=connection_id)
    news = judged(rows, known)
    keep_news(news, ports, connection_id)
    return news


def keep_news(news: News, ports: Ports, connection_id: str) -> None:
    """Keep what is remembered and wake the plans, in one commit."""
    if not news.plans and not news.sights:
        return
    with ports.storage.begin() as work:
        wake(work, connection_id, news.plans, at=ports.clock.now())
        work.sights.keep(connection_id, news.sights)
        work.commit()


def wake(work: UnitOfWork, connection_id: str, plan_ids: Iterable[str], *, at: datetime) -> None:
    """Ask for a pass over each plan: durably, and of the worker where there is one."""
    wanted = sorted(plan_ids)
    work.due.wake(connection_id, wanted, at)
    work.jobs.wake(connection_id, wanted)


def patients_of_ours(ports: Ports, connection_id: str) -> Iterator[str]:
    """Give the ids, in the chart, of the patients who are bound."""
    after: str | None = "Patient/"
    while after is not None:
        with ports.storage.begin(write=False) as work:
            links, after = work.links.page(connection_id, after=after, limit=_PATIENTS)
        found = [one.partition("/") for one in links]
        yield from (remote_id for kind, _, remote_id in found if kind == "Patient")
        if any(kind != "Patient" for kind, _, _ in found):
            return


def _known(rows: tuple[Row, ...], told_at: datetime | None, *, work: UnitOfWork, connection_id: str) -> Known:
    links = work.links.of(connection_id, (row.reference for row in rows))
    system = work.connections.get(connection_id).identifier_system
    named = patients_named((row for row in rows if row.reference not in links), system)
    return Known(
        links={**work.links.of(connection_id, named), **links},
        before=work.sights.before(connection_id, map(sight_of, rows)),
        settled=None if told_at is None else told_at - STALE,
        system=system,
    )
