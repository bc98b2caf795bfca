"""Links that come along with what is taken up: what the chart ties to a problem names it in the plan too.

A goal, a course of therapy or an order may name a problem that the plan had not; both sides agreed with that,
each as it could say it. Once the plan has the problem it says the link as well, and both sides still agree.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from service.domain.plan import Plan, items, with_items
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.storage import LedgerEntry
from service.sync.agenda import Agenda

# By type: the list of the plan, the field that names problems, and the element that does.
_NAMING: Mapping[str, tuple[str, str, str]] = MappingProxyType({
    "Goal": ("goals", "addresses", "addresses"),
    "MedicationRequest": ("medications", "reasons", "reasonReference"),
    "ServiceRequest": ("therapies", "reasons", "reasonReference"),
})  # fmt: skip


def come_along(agenda: Agenda, problem: Key, address: str) -> tuple[Plan, dict[Key, LedgerEntry]]:
    """Return the plan with the links to a problem that the chart had when both sides agreed last.

    `address` is where the problem stands (`Condition/id`), which is of the plan since now.
    """
    plan, entries = agenda.plan, dict[Key, LedgerEntry]()
    for key, entry in agenda.ledger.items():
        group, field, element = _NAMING.get(key.type, ("", "", ""))
        if not group or not _names(entry.agreed_theirs, element, address):
            continue
        held = items(plan, group)
        named = [one for one in held if one.id == key.item and problem.item not in getattr(one, field)]
        for one in named:
            more = replace(one, **{field: (*getattr(one, field), problem.item)})
            plan = with_items(plan, group, tuple(more if each is one else each for each in held))
            entries[key] = _agreed(entry, element, problem)
    return plan, entries


def _names(agreed: JsonObject | None, element: str, address: str) -> bool:
    return any(one.get("reference") == address for one in (agreed or {}).get(element, []))


def _agreed(entry: LedgerEntry, element: str, problem: Key) -> LedgerEntry:
    """Return the entry whose half of ours says the link too."""
    ours = entry.agreed_ours or {}
    linked = {**ours, element: [*ours.get(element, []), {"reference": problem.urn}]}
    return replace(entry, agreed_ours=linked, ours_digest=digest(linked))
