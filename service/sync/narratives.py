"""Narratives of the chart beside what we change: a machine's is made anew or goes, a person's stays as it is.

Of what a person wrote nobody else can say whether it still holds. So a change of ours of what only a person
settles waits for one, unless it ends or halts something; any other is written, and a person is told.
"""

from collections.abc import Iterator, Set
from dataclasses import replace

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.fhir.transitions import status_of
from service.mapping.references import Key
from service.ports.storage import ConnectionMode, LinkState
from service.sync.agenda import Agenda
from service.sync.drafts import meant
from service.sync.fingerprint import same
from service.sync.groups import groups_of
from service.sync.merge import LINKS, Both, Ours, Rules, verdicts
from service.sync.prose import is_authored
from service.sync.reconciliation import HALTS, Cause
from service.sync.report import Done, ItemReport
from service.sync.sides import Sides, changed_groups

_ASKED_BY_A_SYNC = "a person's narrative stands beside it in the chart: a sync asks, or tells, a person"


def made_anew(body: JsonObject, ours: JsonObject, held: JsonObject) -> JsonObject:
    """Return what goes out over `held` with the narrative that we make of it, or with none.

    What a person wrote stays, and so does any narrative where nothing is to be written.
    """
    if "text" not in body or is_authored(held) or same(body, held):
        return body
    told = {"text": ours["text"]} if "text" in ours else {}
    return {**{name: one for name, one in body.items() if name != "text"}, **told}


def beside(sides: Sides, rules: Rules, agenda: Agenda) -> tuple[Cause, frozenset[str]] | None:
    """Return how a person hears that what we send stands beside a person's narrative, and the groups."""
    if not is_authored(sides.theirs) or not _writes(agenda):
        return None
    here, found = sides.changed_here, verdicts(sides, rules)
    sent = [one for one in sides.groups if one.name in here and isinstance(found[one.name], Ours | Both)]
    names = frozenset(one.name for one in sent if one.name != LINKS)
    if not names:
        return None
    waits = any(one.critical for one in sent) and not _halts(sides)
    return Cause.BESIDE_WORDS if waits else Cause.WORDS_LEFT, names


def digest_of_narrative(resource: JsonObject) -> str:
    """Return the digest of a narrative alone: of one, a person is told once until they take note."""
    return digest({"resourceType": resource["resourceType"], "text": resource["text"]})


def hold_back(agenda: Agenda, unknown: Set[Key]) -> tuple[ItemReport, ...]:
    """Note what a push leaves to a sync, which can ask: our changes beside a person's narrative.

    `unknown` is what nobody knows the outcome of, which is reported so already.
    """
    keys = [key for key in _beside_words(agenda) if key not in unknown and not agenda.detached(key)]
    for key in keys:
        entry = agenda.entry(key)
        agenda.ledger[key] = replace(entry, state=LinkState.CONFLICT, reason=Cause.BESIDE_WORDS.value)
    return tuple(
        ItemReport(key=key, done=Done.CONFLICT, reference=agenda.address(key), reason=_ASKED_BY_A_SYNC)
        for key in keys
    )


def _beside_words(agenda: Agenda) -> Iterator[Key]:
    bases = {
        key: entry.agreed_ours
        for key, entry in agenda.ledger.items()
        if entry.agreed_ours is not None and is_authored(entry.agreed_theirs or {})
    }
    said = meant(agenda).ours if bases and _writes(agenda) else {}
    for key in sorted(bases.keys() & said.keys()):
        if changed_groups(groups_of(said[key]), bases[key], said[key]):
            yield key


def _writes(agenda: Agenda) -> bool:
    """Tell whether changes leave: after a death only what ends does."""
    return agenda.connection.mode is ConnectionMode.WRITE and not agenda.deceased


def _halts(sides: Sides) -> bool:
    before, after = status_of(sides.agreed.ours), status_of(sides.ours)
    return before != after and after in HALTS
