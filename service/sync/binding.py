"""Binding a plan to the chart: its patient, its clinicians and its problems, before anything is written."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from service.domain.concept import Identifier
from service.mapping.references import Key
from service.ports.ehr import Ehr, Held
from service.ports.storage import LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.identity import read_again
from service.sync.matching import (
    Doubt,
    Match,
    Matching,
    NoMatch,
    inactive_reason,
    match_patient,
    match_person,
    match_problem,
)
from service.sync.planner import Vanished
from service.sync.report import Done, ItemReport

_GONE = "the patient is in the chart no longer: bind the plan anew"
# Some servers refuse a longer URL than 2,048 characters.
_TOGETHER = 10
_SPECIAL = re.compile(r"[\\,|$]")


def bind(agenda: Agenda, ehr: Ehr) -> tuple[ItemReport, ...]:
    """Link in the ledger what the chart has already; return what stands in the way of writing.

    On a connection that is a sandbox, whoever is not there is left for creation.
    """
    in_the_way = [*_bind_patient(agenda, ehr), *_bind_clinicians(agenda, ehr)]
    address = agenda.address(agenda.patient)
    if address is None:
        return tuple(in_the_way)
    return (*in_the_way, *_unfit(agenda, ehr, address), *_bind_problems(agenda, ehr, address))


def _bind_patient(agenda: Agenda, ehr: Ehr) -> Iterator[ItemReport]:
    if agenda.address(agenda.patient) is None:
        identifiers = _patient_identifiers(agenda)
        found = tuple(_identified(ehr, "Patient", identifiers))
        matching = match_patient(agenda.plan.patient, found)
        if _ask_singly(agenda, matching, identifiers):
            matching = match_patient(agenda.plan.patient, _identified_singly(ehr, "Patient", identifiers))
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


def _unfit(agenda: Agenda, ehr: Ehr, address: str) -> Iterator[ItemReport]:
    """Look at the patient anew at every push: a merged or renamed patient is not the one that was bound."""
    held = read_again(address, ehr)
    reason = _GONE if isinstance(held, Vanished) else _unfitness(agenda, held)
    if reason is not None:
        yield ItemReport(key=agenda.patient, done=Done.UNMATCHED, reference=address, reason=reason)


def _unfitness(agenda: Agenda, patient: Held) -> str | None:
    reason = inactive_reason(patient.resource)
    if reason is not None or not agenda.matched(agenda.patient):
        return reason
    found = match_patient(agenda.plan.patient, [patient])
    return None if isinstance(found, Match) else found.reason


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
    agenda.ledger[key] = replace(
        agenda.entry(key),
        state=LinkState.PULL_ONLY,
        remote_id=held.reference.partition("/")[2],
        version=held.version,
        last_updated=held.last_updated,
        reason="matched",
    )


def refer_to_orders(agenda: Agenda, unknown: Set[Key]) -> None:
    """Note the chart's orders that stand for orders of the plan: none of ours is made in their place.

    The note outlives the chart's order, so that ours does not start when a prescriber has stopped theirs.
    """
    for item, address in agenda.chart_orders.items():
        key = Key("MedicationRequest", item)
        ours = remote_of(agenda.ledger.get(key)) is not None and not agenda.matched(key)
        if not ours and key not in unknown:
            agenda.ledger[key] = replace(
                agenda.entry(key),
                state=LinkState.PULL_ONLY,
                remote_id=address.partition("/")[2],
                reason="ordered in the chart",
            )
