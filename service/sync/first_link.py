"""The clinic's own, linked for the first time: what both sides agree on, and what comes in or waits.

Nothing was agreed before. Of an order of the chart that stands for one of the plan, status and dose are
theirs: where they differ they count as the chart's edit, and come in. Where the two of a problem differ, both
count as edited, and a person or the owner of the group decides. What the chart does not say differs in
nothing.
"""

from collections.abc import Set
from dataclasses import replace

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.bookkeeping import clinics_own_entry
from service.sync.companions import contradicts_itself
from service.sync.imported import plainly_said
from service.sync.proof import PROOF, apart

NOT_TAKEN_IN = "the chart says something else of it: a sync takes that in, or asks about it"
_SUCCEEDED = "the chart's order stands for the one that follows it in the plan"


def first_entry(agenda: Agenda, key: Key, held: Held, *, reason: str) -> LedgerEntry:
    """Return the entry of an item that stands for the clinic's own from now on."""
    ours, differ = plainly_said(agenda)[key], _differing(agenda, key, held.resource)
    base = _without(ours, differ) if key.type == "Condition" else ours
    return clinics_own_entry(
        agenda.entry(key), held, ours=base, theirs=_without(held.resource, differ), reason=reason
    )


def succeeding_entry(agenda: Agenda, key: Key, held: Held, *, before: Key, reason: str) -> LedgerEntry:
    """Return the entry of an order that follows another of the plan, for which the chart's order stood.

    What was agreed of that one is what the prescriber has: a new dose here is an edit of ours.
    """
    old, ours = agenda.entry(before), plainly_said(agenda)[key]
    known = {name: one for name, one in (old.agreed_ours or {}).items() if name in PROOF[key.type]}
    entry = clinics_own_entry(
        agenda.entry(key),
        held,
        ours={**_without(ours, {*PROOF[key.type]}), **known},
        theirs=old.agreed_theirs or held.resource,
        reason=reason,
    )
    return replace(entry, version=old.version, last_updated=old.last_updated, theirs_digest=old.theirs_digest)


def succeeded_entry(agenda: Agenda, key: Key) -> LedgerEntry:
    """Return the entry of an order whose place beside the chart's order another of the plan has taken."""
    said = plainly_said(agenda)[key]
    return replace(
        agenda.entry(key),
        agreed_ours=said,
        agreed_theirs=None,
        ours_digest=digest(said),
        theirs_digest=None,
        reason=_SUCCEEDED,
    )


def predecessor(agenda: Agenda, key: Key, address: str) -> Key | None:
    """Return the order of the plan that stood for an order of the chart before, and has ended here."""
    ended = (Key(key.type, one.id) for one in agenda.plan.medications if one.id not in agenda.chart_orders)
    stood = (one for one in ended if agenda.matched(one) and remote_of(agenda.entry(one)) == address)
    return next((one for one in stood if agenda.entry(one).agreed_theirs is not None), None)


def has_more_to_say(entry: LedgerEntry) -> bool:
    """Tell whether the chart, when it was linked, said something that is not agreed upon yet."""
    theirs, stamp = entry.agreed_theirs, entry.theirs_digest
    return (
        entry.state is LinkState.PULL_ONLY and None not in (theirs, stamp) and digest(theirs or {}) != stamp
    )


def _differing(agenda: Agenda, key: Key, theirs: JsonObject) -> frozenset[str]:
    differ = apart(agenda, key, theirs, elements=PROOF[key.type]) | (
        {"dosageInstruction"} if contradicts_itself(theirs) else set()
    )
    return frozenset(name for name in differ if name in theirs)


def _without(resource: JsonObject, elements: Set[str]) -> JsonObject:
    return {name: one for name, one in resource.items() if name.removeprefix("_") not in elements}
