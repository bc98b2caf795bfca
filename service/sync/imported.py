"""What an import knows of an item: what the plan said when it was read, so that a later change shows.

A push leaves alone what came from the chart and what only the plan says, until a person changes it here.
"""

from collections.abc import Mapping, Set
from dataclasses import replace

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.graph import Subject, project
from service.mapping.references import Key, Refs
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda

BY_HAND = "it is the EHR's own: enter by hand there what was changed here"
_READ = frozenset({LinkState.PLAN_ONLY, LinkState.PULL_ONLY})


def plainly_said(agenda: Agenda) -> Mapping[Key, JsonObject]:
    """Return what the plan says by itself, whatever the chart has: named by urns, nothing left out."""
    subject = Subject(plan=agenda.plan, people=agenda.people)
    return project(subject, Refs(system=agenda.connection.identifier_system))


def changed_here(agenda: Agenda) -> frozenset[Key]:
    """Return the items of an import that say something else by now than when they were read."""
    read = {key: entry for key, entry in agenda.ledger.items() if was_read(entry)}
    if not read:
        return frozenset()
    said = plainly_said(agenda)
    return frozenset(key for key, entry in read.items() if key in said and _differs(entry, said[key]))


def was_read(entry: LedgerEntry | None) -> bool:
    """Tell whether an entry keeps what an import read, of what is not ours to write or not in the chart."""
    return entry is not None and entry.state in _READ and entry.ours_digest is not None


def is_plan_only(agenda: Agenda, key: Key) -> bool:
    """Tell whether only the plan says it: the chart never had it, and nobody asked for it since."""
    entry = agenda.ledger.get(key)
    return entry is not None and entry.state is LinkState.PLAN_ONLY


def note_by_hand(agenda: Agenda, keys: Set[Key]) -> None:
    """Note of what is the clinic's own that people have to enter it there, and no more once it is entered."""
    for key, entry in list(agenda.ledger.items()):
        if agenda.matched(key) and (entry.reason == BY_HAND) is not (key in keys):
            agenda.ledger[key] = replace(entry, reason=BY_HAND if key in keys else None)


def _differs(entry: LedgerEntry, said: JsonObject) -> bool:
    return entry.ours_digest != digest(said)
