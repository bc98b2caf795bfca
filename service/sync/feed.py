"""Which rows of a chart are news, and which plans they concern: our own writes coming back are none.

A row is news when its stamp is not the one that the ledger agreed on; where a pass agrees on nothing (a
conflict, the clinic's own, what has no link) it is news until it was told. A digest of all of a resource
shows what changed without a new stamp. A doubt wakes a plan: a pass over it finds out, and a pass over two
quiet sides writes nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

from service.fhir.instant import moment_of
from service.fhir.json import JsonObject
from service.fhir.references import Rest, parse
from service.fhir.subjects import patients_of
from service.fhir.version import are_numbers, is_older
from service.mapping.references import Refs
from service.ports.ehr import Capabilities, Feed, Held, History, Row, Updated
from service.ports.feed import Before, Link, Sight
from service.ports.storage import LinkState

Linked: TypeAlias = Mapping[str, tuple[Link, ...]]

# What a clinic adds to a chart and a plan of the same patient has to know of, though it has no link yet.
OFFERED = frozenset({
    "AllergyIntolerance", "Appointment", "CarePlan", "CareTeam", "Condition", "Goal", "MedicationRequest",
    "MedicationStatement", "ServiceRequest",
})  # fmt: skip
KINDS = OFFERED | {
    "Communication", "Encounter", "Flag", "Observation", "Patient", "Practitioner", "PractitionerRole",
    "Procedure", "Provenance", "QuestionnaireResponse", "Task",
}  # fmt: skip
"""Every kind of resource that a plan stands in, or refers to."""

# Absence counts when two complete looks agree on it: a search may be stale, a page may lack a row.
LOOKS = 2
# A pass over these brings the ledger's stamp up to date, so that one which is not means work to be done.
_RESTAMPED = frozenset({LinkState.IN_SYNC, LinkState.NOT_KEPT, LinkState.WAITING})
# Whom a plan names is matched once, and no pass looks at them again.
_MATCHED_ONCE = ("Practitioner/", "PractitionerRole/")
_STAMPS = frozenset({"versionId", "lastUpdated", "source"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How the changes of a server are found out: by feeds, and for some kinds only by reading all again."""

    feeds: tuple[Feed, ...]
    read_again: frozenset[str] = frozenset()


def ways_to_read(offered: Capabilities) -> Ways:
    """Return the best that a server offers: one history, else by kind its history, its search, or neither."""
    if offered.history:
        return Ways(feeds=(History(),))
    by_kind = {kind: _way(kind, offered) for kind in sorted(KINDS) if _is_readable(kind, offered)}
    return Ways(
        feeds=tuple(feed for feed in by_kind.values() if feed is not None),
        read_again=frozenset(kind for kind, feed in by_kind.items() if feed is None),
    )


def _is_readable(kind: str, offered: Capabilities) -> bool:
    return offered.can(kind, "read") or offered.can(kind, "search-type")


def _way(kind: str, offered: Capabilities) -> Feed | None:
    if offered.can(kind, "history-type"):
        return History(kind)
    searched = offered.can(kind, "search-type") and "_lastUpdated" in offered.of(kind).search_params
    return Updated(kind) if searched else None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What some rows come to: the plans to wake, what is to be remembered, and how many resources changed."""

    plans: frozenset[str] = frozenset()
    sights: tuple[Sight, ...] = ()
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beforehand of what was read: links of the resources and of patients, earlier sights.

    What is newer than `settled` is told again by the next reading: a search of the pass that it wakes may
    still be stale. `system` is that of our identifiers: what carries one concerns us, of whatever kind.
    """

    links: Linked = field(default_factory=dict)
    before: Mapping[str, Before] = field(default_factory=dict)
    settled: datetime | None = None
    system: str = ""


@dataclass(slots=True)
class Newest:
    """The newest row of each resource in one reading, so that a page that comes twice says nothing new."""

    _seen: dict[str, Row] = field(default_factory=dict)

    def of(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Return the rows that are the newest of their resource so far, each once."""
        fresh: dict[str, Row] = {}
        for row in rows:
            last = self._seen.get(row.reference)
            if last is None or _follows(row, last):
                self._seen[row.reference] = fresh[row.reference] = row
        return tuple(fresh.values())


def patients_named(rows: Iterable[Row], system: str = "") -> frozenset[str]:
    """Return whom rows speak of that are offered to plans or carry an identifier of ours, as `Patient/id`."""
    return frozenset(one for row in rows for one in _offered_to(row, system))


def sight_of(row: Row) -> Sight:
    """Return what a row shows; the content is only looked at where there is no stamp."""
    stamp = row.version or row.last_updated
    if row.deleted:
        return Sight(reference=row.reference, stamp=stamp, missing=LOOKS)
    whole = row.resource if stamp is None else None
    return Sight(reference=row.reference, stamp=stamp, digest=None if whole is None else imprint(whole))


def judged(rows: Iterable[Row], known: Known) -> News:
    """Return what rows of a feed come to."""
    return _together(_judged(row, known) for row in rows)


def compared(looked: Iterable[tuple[Held, Sight]], known: Known) -> News:
    """Return what a comparison of everything comes to: a stamp or a content that is not the one we know."""
    return _together(_compared(held, sight, known) for held, sight in looked)


def seen_whole(held: Held) -> Sight:
    """Return what a resource looks like, to its last label."""
    stamp = held.version or held.last_updated
    return Sight(reference=held.reference, stamp=stamp, digest=imprint(held.resource))


def missing(reference: str, known: Known, *, deleted: bool) -> News:
    """Return what it comes to that a complete look lacks a resource; `deleted` is the server's word."""
    links = _standing(known.links.get(reference, ()))
    before = known.before.get(reference)
    looks = LOOKS if deleted else min(LOOKS, (before.missing if before else 0) + 1)
    told = before is not None and before.missing >= LOOKS
    if told or not links:
        return News()
    sight = Sight(reference=reference, stamp=before.stamp if before else None, missing=looks)
    if looks < LOOKS:
        return News(sights=(sight,))
    return News(plans=_plans(links), sights=(sight,), changed=1)


def imprint(resource: JsonObject) -> str:
    """Return a digest of a resource with all its labels, but for the server's stamps."""
    meta = resource.get("meta")
    labels = {k: v for k, v in meta.items() if k not in _STAMPS} if isinstance(meta, dict) else meta
    # The library's own writer is ten times as fast as one that writes decimals as numbers: what is compared
    # here comes from one server, in one spelling.
    text = json.dumps({**resource, "meta": labels}, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()


def _together(parts: Iterable[News]) -> News:
    found = tuple(parts)
    return News(
        plans=frozenset(plan for one in found for plan in one.plans),
        sights=tuple(sight for one in found for sight in one.sights),
        changed=sum(one.changed for one in found),
    )


def _judged(row: Row, known: Known) -> News:
    links, before = known.links.get(row.reference, ()), known.before.get(row.reference)
    if row.deleted:
        gone = (before is not None and before.missing >= LOOKS) or not _standing(links)
        return News() if gone else _told(row, _plans(links), known)
    news = tuple(link for link in links if not _is_known(row, link, before))
    plans = _plans(news) if links else _offered(row, known)
    if not plans or (not links and _is_known(row, None, before)):
        return News()
    return _told(row, plans, known)


def _told(row: Row, plans: frozenset[str], known: Known) -> News:
    sight = sight_of(row)
    if row.resource is not None:
        sight = replace(sight, digest=imprint(row.resource))
    return News(plans=plans, sights=(sight,) if _settled(row.last_updated, known) else (), changed=1)


def _settled(last_updated: str | None, known: Known) -> bool:
    moment = moment_of(last_updated)
    return moment is None or known.settled is None or moment <= known.settled


def _offered(row: Row, known: Known) -> frozenset[str]:
    """Return the plans of the patients whom a resource without a link speaks of."""
    return frozenset(
        plan for one in _offered_to(row, known.system) for plan in _plans(known.links.get(one, ()))
    )


def _offered_to(row: Row, system: str) -> Iterator[str]:
    """Yield whom a row speaks of, if its kind is offered to plans or it carries an identifier of ours."""
    if row.resource is not None:
        offered = row.resource.get("resourceType") in OFFERED
        if offered or Refs(system=system).own_item(row.resource) is not None:
            yield from _patients(row.resource)


def _is_known(row: Row, link: Link | None, before: Before | None) -> bool:
    """Tell whether a row is an echo for this link, was told already, or is older than what is known."""
    stamp = row.version or row.last_updated
    if stamp is None:
        return before is not None and before.same is True and before.missing == 0
    stamps = set() if link is None else _agreed((link,))
    if before is not None and before.stamp is not None and not _is_restamped(link):
        stamps |= {before.stamp}
    return stamp in stamps or any(is_older(stamp, one) for one in stamps)


def _agreed(links: tuple[Link, ...]) -> frozenset[str]:
    return frozenset(one.stamp for one in _standing(links) if one.stamp is not None)


def _is_restamped(link: Link | None) -> bool:
    return link is not None and link.state in _RESTAMPED


def _compared(held: Held, sight: Sight, known: Known) -> News:
    links, before = known.links.get(held.reference, ()), known.before.get(held.reference)
    seen = before is not None and before.stamp == sight.stamp and before.missing == 0
    same = before.same if seen and before is not None else None
    behind = links if same is False else tuple(one for one in links if not _is_at(one, sight, seen=seen))
    if not behind:
        return News() if same else News(sights=(sight,))  # known by its stamp, and looked at in full now
    told = (sight,) if _settled(held.last_updated, known) else ()
    return News(plans=_plans(behind), sights=told, changed=1)


def _is_at(link: Link, sight: Sight, *, seen: bool) -> bool:
    """Tell whether what is seen is known by this link: agreed on, or told where no pass agrees."""
    return sight.stamp in _agreed((link,)) or (seen and not _is_restamped(link))


def _follows(row: Row, last: Row) -> bool:
    """Tell whether a row is not known to be older than another of its resource, nor the same."""
    one, other = (row.version, row.last_updated), (last.version, last.last_updated)
    if one == other or (row.version is not None and row.version == last.version):
        return False
    if are_numbers(row.version, last.version):
        return not is_older(str(row.version), str(last.version))
    moment, other_moment = moment_of(row.last_updated), moment_of(last.last_updated)
    return moment is None or other_moment is None or moment >= other_moment


def _standing(links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(one for one in links if one.state is not LinkState.DETACHED)


def _plans(links: Iterable[Link]) -> frozenset[str]:
    return frozenset(plan for link in links if not _is_matched_once(link) for plan in link.plans)


def _is_matched_once(link: Link) -> bool:
    return link.state is LinkState.PULL_ONLY and link.reference.startswith(_MATCHED_ONCE)


def _patients(resource: JsonObject) -> Iterator[str]:
    for text in patients_of(resource):
        target = parse(text)
        if isinstance(target, Rest) and target.type == "Patient":
            yield target.relative


def plans_hinted_at(row: Row, links_of: Callable[[frozenset[str]], Linked]) -> frozenset[str] | None:
    """Return the plans that a notification leads to: none for an echo, None where it leads nowhere."""
    named = frozenset({row.reference, *patients_named((row,))})
    links = links_of(named)
    own = links.get(row.reference, ())
    if own and row.version is not None:
        own = tuple(one for one in own if row.version not in _agreed((one,)))
        if not own:
            return frozenset()
    plans = _plans(own) if own else frozenset(plan for one in named for plan in _plans(links.get(one, ())))
    return plans or None
