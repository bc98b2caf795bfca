"""One poll: what changed in the chart since the last one, and which plans that concerns.

The cursor is the server's own time, and moves only when the plans that its rows concern are woken. A crash in
between repeats a reading: it loses nothing, and what is told twice is one waking more.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from service.application.chart_run import known_capabilities
from service.application.sweep_chart import SweepChart, sweep_chart
from service.application.waking import patients_of_ours, take_rows
from service.fhir.instant import before, moment_of
from service.ports.ehr import Feed, Held, History, Row
from service.ports.storage import Connection, Storage
from service.sync.agenda import Ports
from service.sync.feed import OFFERED, Newest, Ways, ways_to_read

# In turn: where a page lacks its first row, the next reading has another row in that place.
_PAGES = (200, 150)
_SWEPT = "swept"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollChart:
    """Read what changed over a connection.

    Each reading goes back `overlap` behind the last one; everything is compared when that was done longer
    than `sweep_every` ago, or `whole` is asked for.
    """

    connection_id: str = "default"
    overlap: timedelta = timedelta(seconds=120)
    sweep_every: timedelta = timedelta(days=1)
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What a poll came to: rows read, resources that changed, plans woken, and whether all was compared."""

    connection_id: str
    rows: int
    changed: int
    woken: frozenset[str]
    compared: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a feed was read: a moment of the server, and of ours to see that the server's clock went on."""

    moment: datetime
    ours: datetime
    looks: int = 0

    @classmethod
    def read(cls, kept: str | None) -> Self | None:
        """Read what `written` gave; None for nothing, or for what is none."""
        try:
            held = json.loads(kept or "")
            moments = (datetime.fromisoformat(held["moment"]), datetime.fromisoformat(held["ours"]))
            return cls(moment=moments[0], ours=moments[1], looks=int(held["looks"]))
        except (ValueError, TypeError, KeyError):
            return None

    @property
    def written(self) -> str:
        """The form to keep."""
        moments = {"moment": self.moment.isoformat(), "ours": self.ours.isoformat()}
        return json.dumps({**moments, "looks": self.looks})

    def doubts(self, told_at: datetime, ours: datetime, overlap: timedelta) -> bool:
        """Tell whether the server's clock went back by more than the overlap: rows may lie behind us.

        It did when less time went by for it than for us; an hour of ours that was none costs a comparison.
        """
        return (ours - self.ours) - (told_at - self.moment) > overlap


def poll_chart(command: PollChart, ports: Ports) -> PollReport:
    """Wake the plans that changes of the chart concern, and move the cursors.

    Raises `Unknown`, `ServerReset` when another server answers, `MassVanish` when a comparison finds the
    chart emptied, and `EhrError`: what was read until then is kept, and the next poll begins where the last
    whole one ended.
    """
    with ports.storage.begin(write=False) as work:
        connection = work.connections.get(command.connection_id)
        asked = work.due.poll_asked(connection.id)
    ways = ways_to_read(known_capabilities(connection, ports))
    polling = _Polling(command=command, connection=connection, ports=ports)
    for feed in ways.feeds:
        polling.read(feed)
    polling.read_again(ways)
    if polling.wants_sweep():
        polling.sweep()
    with ports.storage.begin() as work:
        for name, value in polling.cursors.items():
            work.cursors.put(connection.id, name, value)
        work.due.poll_done(connection.id, asked)
        work.commit()
    return polling.report()


def due_plans(storage: Storage, connection_id: str = "default") -> tuple[str, ...]:
    """Return, by id, the plans that wait for a pass."""
    with storage.begin(write=False) as work:
        return work.due.plans(connection_id)


def is_poll_asked(storage: Storage, connection_id: str = "default") -> bool:
    """Tell whether a notification asks for a poll."""
    with storage.begin(write=False) as work:
        return work.due.poll_asked(connection_id) is not None


@dataclass(slots=True, kw_only=True)
class _Polling:
    command: PollChart
    connection: Connection
    ports: Ports
    cursors: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    changed: int = 0
    woken: set[str] = field(default_factory=set)
    compared: int | None = None
    incomplete: bool = False

    def read(self, feed: Feed) -> None:
        """Read a feed from its cursor on, or note from where the next reading goes."""
        name, now = _name(feed), self.ports.clock.now()
        cursor = Cursor.read(self._kept(name))
        looks = 0 if cursor is None else cursor.looks
        moment = self._first_moment(feed) if cursor is None else self._read_on(feed, cursor, now)
        if moment is not None:
            self.cursors[name] = Cursor(moment=moment, ours=now, looks=looks + 1).written

    def _kept(self, name: str) -> str | None:
        with self.ports.storage.begin(write=False) as work:
            return work.cursors.get(self.connection.id, name)

    def _first_moment(self, feed: Feed) -> datetime | None:
        """Return the server's time from before the comparison that is to follow."""
        self.incomplete = True
        page = next(iter(self.ports.ehr.changes(feed, None, count=1)))
        return moment_of(page.told_at) or _newest(page.rows)

    def _read_on(self, feed: Feed, cursor: Cursor, now: datetime) -> datetime:
        since = before(cursor.moment, self.command.overlap)
        newest, told_at = Newest(), None
        size = _PAGES[cursor.looks % len(_PAGES)]
        latest = cursor.moment
        for page in self.ports.ehr.changes(feed, since, count=size):
            if told_at is None and (told_at := moment_of(page.told_at)) is not None:
                self.incomplete |= cursor.doubts(told_at, now, self.command.overlap)
            self.take(newest.of(page.rows), told_at)
            latest = max(latest, _newest(page.rows) or latest)
        return told_at or latest

    def take(self, rows: tuple[Row, ...], told_at: datetime | None) -> None:
        """Wake the plans that rows concern, in one commit."""
        news = take_rows(rows, told_at, ports=self.ports, connection_id=self.connection.id)
        self.rows += len(rows)
        self.changed += news.changed
        self.woken |= news.plans

    def read_again(self, ways: Ways) -> None:
        """Read what no feed tells: what is linked, compared in full, and what is offered to our patients."""
        if not ways.read_again:
            return
        self._sweep(ways.read_again)
        for patient in patients_of_ours(self.ports, self.connection.id):
            for kind in sorted(ways.read_again & OFFERED):
                found = self.ports.ehr.search(kind, {"patient": patient})
                self.take(tuple(_rows(found)), None)

    def wants_sweep(self) -> bool:
        """Tell whether everything is to be compared now."""
        last = moment_of(self._kept(_SWEPT))
        overdue = last is None or self.ports.clock.now() - last >= self.command.sweep_every
        return self.incomplete or overdue or self.command.whole

    def sweep(self) -> None:
        """Compare everything, and note when that began."""
        began = self.ports.clock.now()
        self._sweep(None)
        self.cursors[_SWEPT] = began.isoformat()

    def _sweep(self, kinds: frozenset[str] | None) -> None:
        report = sweep_chart(SweepChart(connection_id=self.connection.id, kinds=kinds), self.ports)
        self.compared = (self.compared or 0) + report.compared
        self.changed += report.changed
        self.woken |= report.woken

    def report(self) -> PollReport:
        return PollReport(
            connection_id=self.connection.id,
            rows=self.rows,
            changed=self.changed,
            woken=frozenset(self.woken),
            compared=self.compared,
        )


def _name(feed: Feed) -> str:
    way = "history" if isinstance(feed, History) else "updated"
    return way if feed.kind is None else f"{way} {feed.kind}"


def _newest(rows: Iterable[Row]) -> datetime | None:
    moments = [moment for row in rows if (moment := moment_of(row.last_updated)) is not None]
    return max(moments, default=None)


def _rows(found: Iterable[Held]) -> Iterator[Row]:
    for held in found:
        yield Row(
            reference=held.reference,
            version=held.version,
            last_updated=held.last_updated,
            resource=held.resource,
        )
