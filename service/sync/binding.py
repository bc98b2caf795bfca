"""Binding a plan to the chart: its patient, its clinicians and its problems, before anything is written."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from service.domain.concept import Identifier
from service.mapping.references import Key
from service.ports.ehr import Ehr, Held
from service.ports.storage import LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.first_link import first_entry, predecessor, succeeded_entry, succeeding_entry
from service.sync.identity import read_again
from service.sync.matching import Doubt, Match, Matching, NoMatch, match_patient, match_person, match_problem
from service.sync.patient import frozen, look_at_patient, settle_patient
from service.sync.prescriptions import ran
from service.sync.report import Done, ItemReport
from service.sync.restored import check_patient

MATCHED = "matched"
ORDERED = "ordered in the chart"
# Some servers refuse a longer URL than 2,048 characters.
_TOGETHER = 10
_SPECIAL = re.compile(r"[\\,|$]")


def bind(agenda: Agenda, ehr: Ehr) -> tuple[ItemReport, ...]:
    """Link in the ledger what the chart has already; return what stands in the way of writing.

    On a connection that is a sandbox, whoever is not there is left for creation.
    """
    stuck = frozen(agenda)
    if stuck is not None:
        return (stuck,)
    in_the_way = [*_bind_patient(agenda, ehr), *_bind_clinicians(agenda, ehr)]
    address = agenda.address(agenda.patient)
    if address is None:
        return tuple(in_the_way)
    # Anew at every push: a merged or renamed patient is not the one that was bound.
    held = read_again(address, ehr)
    check_patient(agenda, held, ehr)
    unfit = tuple(look_at_patient(agenda, held, address))
    return (*in_the_way, *unfit) if unfit else (*in_the_way, *_bind_problems(agenda, ehr, address))


def _bind_patient(agenda: Agenda, ehr: Ehr) -> Iterator[ItemReport]:
    if agenda.address(agenda.patient) is None:
        identifiers = _patient_identifiers(agenda)
        found = tuple(_identified(ehr, "Patient", identifiers))
        matching = match_patient(agenda.plan.patient, found)
        if _ask_singly(agenda, matching, identifiers):
            matching = match_patient(agenda.plan.patient, _identified_singly(ehr, "Patient", identifiers))
        if isinstance(matching, Match):
            yield from settle_patient(agenda, matching.held)
        else:
            yield from _settle(agenda, agenda.patient, matching)


def _bind_clinicians(agenda: Agenda, ehr: Ehr) -> Iterator[ItemReport]:
    unbound = [one for one in agenda.clinicians if agenda.address(Key("Practitioner", one.id)) is None]
    identifiers = tuple(identifier for person in unbound for identifier in person.identifiers)
    found = tuple(_identified(ehr, "Practitioner", identifiers))
    for person in unbound:
        matching = match_person(person, found)
        if _ask_singly(agenda, matching, identifiers):
            matching = match_person(person, _identified_singly(ehr, "Practitioner", person.identifiers))
        yield from _settle(agenda, Key("Practitioner", person.id), matching)


def _bind_problems(agenda: Agenda, ehr: Ehr, patient: str) -> Iterator[ItemReport]:
    unbound = [one for one in agenda.plan.conditions if agenda.address(Key("Condition", one.id)) is None]
    if not unbound or agenda.connection.sandbox:
        return
    found = tuple(ehr.search("Condition", {"patient": patient}))
    for condition in unbound:
        yield from _settle(agenda, Key("Condition", condition.id), match_problem(condition.code, found))


def _ask_singly(agenda: Agenda, matching: Matching, asked: Sequence[Identifier]) -> bool:
    """Tell whether to ask again for one identifier at a time, before somebody is called unknown.

    R4 lets one search name several values, but a server may not take them so. A sandbox is a server of ours.
    """
    return isinstance(matching, NoMatch) and len(asked) > 1 and not agenda.connection.sandbox


def _patient_identifiers(agenda: Agenda) -> tuple[Identifier, ...]:
    wanted = agenda.connection.patient_identifier_system
    identifiers = agenda.plan.patient.identifiers
    return tuple(one for one in identifiers if wanted is None or one.system == wanted)


def _identified(ehr: Ehr, kind: str, identifiers: Sequence[Identifier]) -> Iterator[Held]:
    """Look for whoever has one of the identifiers, several to a request."""
    for first in range(0, len(identifiers), _TOGETHER):
        values = (_value(one) for one in identifiers[first : first + _TOGETHER])
        yield from ehr.search(kind, {"identifier": ",".join(values)})


def _identified_singly(ehr: Ehr, kind: str, identifiers: Sequence[Identifier]) -> Iterator[Held]:
    for one in identifiers:
        yield from ehr.search(kind, {"identifier": _value(one)})


def _value(identifier: Identifier) -> str:
    return f"{_escaped(identifier.system)}|{_escaped(identifier.value)}"


def _escaped(text: str) -> str:
    """Return a text that is one search value: R4, search, "Escaping Search Parameters"."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _settle(agenda: Agenda, key: Key, matching: Matching) -> Iterator[ItemReport]:
    if isinstance(matching, Match):
        _link(agenda, key, matching.held)
    elif isinstance(matching, Doubt) or not agenda.connection.sandbox:
        yield ItemReport(key=key, done=Done.UNMATCHED, reason=matching.reason)


def _link(agenda: Agenda, key: Key, held: Held) -> None:
    """Note the clinic's own resource: it is referred to, never changed and never given our identifier."""
    if key.type == "Condition":  # what the chart says of it comes in, now and later
        agenda.ledger[key] = first_entry(agenda, key, held, reason=MATCHED)
        return
    agenda.ledger[key] = replace(
        agenda.entry(key),
        state=LinkState.PULL_ONLY,
        remote_id=held.reference.partition("/")[2],
        version=held.version,
        last_updated=held.last_updated,
        reason=MATCHED,
    )


def refer_to_orders(agenda: Agenda, unknown: Set[Key]) -> None:
    """Note the chart's orders that stand for orders of the plan: none of ours is made in their place.

    The note outlives the chart's order, so that ours does not start when a prescriber has stopped theirs.
    One of ours that ended for theirs is done with: from then on the order stands by theirs.
    """
    there = {one.reference: one for one in agenda.ordered or ()}
    for item, address in agenda.chart_orders.items():
        key = Key("MedicationRequest", item)
        if key not in unknown and not _runs_as_ours(agenda, key) and not _stands_by(agenda, key, address):
            _refer(agenda, key, there[address])


def _refer(agenda: Agenda, key: Key, held: Held) -> None:
    before = predecessor(agenda, key, held.reference)
    if before is None:
        agenda.ledger[key] = first_entry(agenda, key, held, reason=ORDERED)
        return
    agenda.ledger[key] = succeeding_entry(agenda, key, held, before=before, reason=ORDERED)
    agenda.ledger[before] = succeeded_entry(agenda, before)


def _stands_by(agenda: Agenda, key: Key, address: str) -> bool:
    entry = agenda.entry(key)
    return agenda.matched(key) and remote_of(entry) == address and entry.agreed_theirs is not None


def _runs_as_ours(agenda: Agenda, key: Key) -> bool:
    """Tell whether a request of ours stands in the chart that has not ended yet, as far as was agreed."""
    entry = agenda.ledger.get(key)
    if remote_of(entry) is None or entry is None or agenda.matched(key):
        return False
    return entry.state is not LinkState.IN_SYNC or ran(entry.agreed_theirs)
