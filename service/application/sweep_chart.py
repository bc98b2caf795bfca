"""Anti-entropy: everything that is linked is compared again, by stamp and by content, in pages.

What no feed shows is seen here: relabelling, a row that a history lost, a deletion where only searches tell.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.application.chart_run import known_capabilities
from service.application.waking import keep_news
from service.ports.ehr import Capabilities, Gone, Held, Missing
from service.ports.feed import Sight
from service.ports.storage import Connection
from service.sync.agenda import Ports
from service.sync.feed import Known, Linked, News, compared, missing, seen_whole
from service.sync.guards import looks_reset
from service.sync.two_way import MassVanish

_AT_ONCE = 200
# Servers and proxies take a URL of 8 KB.
_LONGEST = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepChart:
    """Compare what is linked over a connection: of some kinds, or all of it."""

    connection_id: str = "default"
    kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a comparison came to: resources looked at, those that differ, and the plans woken."""

    compared: int
    changed: int
    woken: frozenset[str]


def sweep_chart(command: SweepChart, ports: Ports) -> SweepReport:
    """Wake the plans whose resources are not as they are known, and those that lost one in two looks.

    Raises `Unknown`, `EhrError`, and `MassVanish` when the chart looks emptied; then nothing is called gone.
    """
    with ports.storage.begin(write=False) as work:
        connection = work.connections.get(command.connection_id)
    sweeping = _Sweeping(connection=connection, ports=ports, offered=known_capabilities(connection, ports))
    for links in _pages(command, ports):
        sweeping.compare(links)
    sweeping.note_absent()
    return SweepReport(compared=sweeping.number, changed=sweeping.changed, woken=frozenset(sweeping.woken))


def _pages(command: SweepChart, ports: Ports) -> Iterator[Linked]:
    after: str | None = None
    while True:
        with ports.storage.begin(write=False) as work:
            links, after = work.links.page(command.connection_id, after=after, limit=_AT_ONCE)
        kinds = command.kinds
        yield {one: held for one, held in links.items() if kinds is None or one.partition("/")[0] in kinds}
        if after is None:
            return


@dataclass(slots=True, kw_only=True)
class _Sweeping:
    connection: Connection
    ports: Ports
    offered: Capabilities
    number: int = 0
    changed: int = 0
    woken: set[str] = field(default_factory=set)
    absent: dict[str, bool] = field(default_factory=dict)

    def compare(self, links: Linked) -> None:
        """Compare a page of what is linked with the chart; what is not there is only noted."""
        found = {one.reference: one for one in self._found(links)}
        for reference in links.keys() - found.keys():
            held = self._read(reference)
            if held is not None:
                found[reference] = held
        looked = [(held, seen_whole(held)) for held in found.values()]
        self.number += len(links)
        with self.ports.storage.begin(write=False) as work:
            before = work.sights.before(self.connection.id, (sight for _, sight in looked))
        self._keep(compared(looked, Known(links=links, before=before)))

    def _found(self, links: Linked) -> Iterator[Held]:
        for kind, ids in _by_kind(links).items():
            offered = self.offered.of(kind)
            if "search-type" in offered.interactions and "_id" in offered.search_params:
                for some in _fitting(ids):
                    query = {"_id": ",".join(some), "_count": str(len(some))}
                    found = self.ports.ehr.search(kind, query)
                    yield from (one for one in found if one.reference in links)

    def _read(self, reference: str) -> Held | None:
        """Read what a search does not show; a server that says Gone means a deletion, Missing may not."""
        try:
            return self.ports.ehr.read(reference)
        except Gone:
            self.absent[reference] = True
        except Missing:
            self.absent[reference] = False
        return None

    def note_absent(self) -> None:
        """Note what this look, now that it is complete, did not find."""
        with self.ports.storage.begin(write=False) as work:
            links = work.links.of(self.connection.id, self.absent)
            before = work.sights.before(self.connection.id, (Sight(reference=one) for one in self.absent))
        known = Known(links=links, before=before)
        found = [missing(one, known, deleted=gone) for one, gone in sorted(self.absent.items())]
        lost = sum(bool(one.sights) for one in found)
        if looks_reset(lost, self.number):
            raise MassVanish(lost, self.number)
        for one in found:
            self._keep(one)

    def _keep(self, news: News) -> None:
        keep_news(news, self.ports, self.connection.id)
        self.changed += news.changed
        self.woken |= news.plans


def _by_kind(links: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for reference in sorted(links):
        kind, _, remote_id = reference.partition("/")
        found.setdefault(kind, []).append(remote_id)
    return found


def _fitting(ids: list[str]) -> Iterator[list[str]]:
    """Give the ids in parts that fit into one URL."""
    part: list[str] = []
    for one in ids:
        if sum(len(held) + 3 for held in part) + len(one) > _LONGEST:
            yield part
            part = []
        part.append(one)
    yield part
