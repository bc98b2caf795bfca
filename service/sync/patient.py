"""The patient, read before every pass: bound by a person's word, frozen when the chart's patient is another.

A frozen plan is neither read nor written until a person binds it anew; a patient who has died leaves only
endings to be written.
"""

from collections.abc import Iterator
from dataclasses import replace
from unicodedata import normalize

from service.domain.people import Patient
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.imported import plainly_said
from service.sync.matching import Match, inactive_reason, match_patient
from service.sync.planner import Vanished
from service.sync.questions import Question
from service.sync.reconciliation import Cause
from service.sync.report import Done, ItemReport
from service.sync.restored import in_doubt

BOUND = "bound"
CHANGED = "patient-changed"
FROZEN = "the patient of the chart is another than was bound: bind the plan anew"
_GONE = "the patient is in the chart no longer: bind the plan anew"
_UNCONFIRMED = "a person confirms that this is the patient, in the inbox or by binding the plan"
_DECLINED = "somebody said that this is not the patient: bind the plan to another"
_ANOTHER = "the patient has another identifier, name or birth date than was bound: bind the plan anew"


def frozen(agenda: Agenda) -> ItemReport | None:
    """Return what stands in the way of a plan whose patient must be bound anew, None for any other."""
    entry = agenda.ledger.get(agenda.patient)
    if entry is None or entry.state is not LinkState.FROZEN:
        return None
    return _in_the_way(agenda, remote_of(entry), FROZEN)


def settle_patient(agenda: Agenda, held: Held) -> Iterator[ItemReport]:
    """Bind a patient who matches, once a person has confirmed it; until then it is asked."""
    if agenda.connection.sandbox or agenda.asking.trusts_match:
        agenda.ledger[agenda.patient] = bound_entry(agenda, held)
        return
    key, address = agenda.patient, held.reference
    question = Question(
        key=key,
        cause=Cause.PATIENT_MATCH,
        ours=plainly_said(agenda)[key],
        candidates={address: held.resource},
    )
    if address in agenda.answers.declined(key, question.cause):
        yield _in_the_way(agenda, address, _DECLINED)
    elif address in agenda.answers.confirmed(question):
        agenda.ledger[key] = bound_entry(agenda, held)
    else:
        agenda.questions.append(question)
        yield _in_the_way(agenda, address, _UNCONFIRMED)


def bound_entry(agenda: Agenda, held: Held) -> LedgerEntry:
    """Return the ledger entry of a patient who is bound: whom the plan meant, and whom the chart held."""
    return replace(
        agenda.entry(agenda.patient),
        state=LinkState.PULL_ONLY,
        remote_id=held.reference.partition("/")[2],
        version=held.version,
        last_updated=held.last_updated,
        agreed_ours=plainly_said(agenda)[agenda.patient],
        agreed_theirs=held.resource,
        theirs_digest=digest(held.resource),
        reason=BOUND,
    )


def look_at_patient(agenda: Agenda, held: Held | Vanished, address: str) -> Iterator[ItemReport]:
    """Freeze the plan when the patient is not the one that was bound; note a death."""
    reason = _GONE if isinstance(held, Vanished) else _unfitness(agenda, held)
    if reason is None and isinstance(held, Held):
        _restamp(agenda, held)
        _note_death(agenda, held)
        return
    entry = agenda.entry(agenda.patient)
    agenda.ledger[agenda.patient] = replace(entry, state=LinkState.FROZEN, reason=CHANGED)
    question = Question(
        key=agenda.patient,
        cause=Cause.PATIENT_CHANGED,
        ours=plainly_said(agenda)[agenda.patient],
        candidates={} if isinstance(held, Vanished) else {address: held.resource},
        about=frozenset({address}),
    )
    agenda.questions.append(question)
    yield _in_the_way(agenda, address, reason or FROZEN)


def _restamp(agenda: Agenda, held: Held) -> None:
    """Keep the version of a patient who is the same, so that an older one is noticed later."""
    entry = agenda.entry(agenda.patient)
    if agenda.matched(agenda.patient) and (entry.version != held.version or in_doubt(entry)):
        known = entry.agreed_theirs
        agenda.ledger[agenda.patient] = replace(
            entry,
            version=held.version,
            last_updated=held.last_updated,
            theirs_digest=None if known is None else digest(known),
        )


def has_died(patient: JsonObject) -> bool:
    """Tell whether the chart says that the patient has died (R4, Patient.deceased[x])."""
    return patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient


def same_person(before: JsonObject, after: JsonObject, systems: frozenset[str]) -> bool:
    """Tell whether identifiers of these systems, birth date and a whole name are still the same."""
    if before.get("birthDate") != after.get("birthDate"):
        return False
    if _identifiers(before, systems) != _identifiers(after, systems):
        return False
    return not _names(before) or bool(_names(before) & _names(after))


def _note_death(agenda: Agenda, held: Held) -> None:
    key = agenda.patient
    agenda.deceased = has_died(held.resource)
    if agenda.deceased and not agenda.answers.noted(key, Cause.DECEASED):
        agenda.questions.append(
            Question(
                key=key,
                cause=Cause.DECEASED,
                candidates={held.reference: _death_in(held.resource)},
                about=frozenset({held.reference}),
            )
        )


def _death_in(patient: JsonObject) -> JsonObject:
    """Return what is shown: that somebody has taken note holds, whatever else of the patient changes."""
    said = ("resourceType", "deceasedBoolean", "deceasedDateTime")
    return {name: patient[name] for name in said if name in patient}


def _unfitness(agenda: Agenda, patient: Held) -> str | None:
    reason = inactive_reason(patient.resource)
    if reason is not None or not agenda.matched(agenda.patient):
        return reason
    entry, plan = agenda.entry(agenda.patient), agenda.plan.patient
    if entry.agreed_ours is None or entry.agreed_theirs is None:  # bound before bases of it were kept
        found = match_patient(plan, [patient])
        return None if isinstance(found, Match) else found.reason
    systems = identifying_systems(agenda, plan)
    there = same_person(entry.agreed_theirs, patient.resource, systems)
    here = same_person(entry.agreed_ours, plainly_said(agenda)[agenda.patient], systems)
    return None if there and here else _ANOTHER


def identifying_systems(agenda: Agenda, patient: Patient) -> frozenset[str]:
    """Return the systems of the identifiers by which patients are told on this connection."""
    wanted = agenda.connection.patient_identifier_system
    return frozenset({wanted} if wanted else {one.system for one in patient.identifiers})


def _in_the_way(agenda: Agenda, address: str | None, reason: str) -> ItemReport:
    return ItemReport(key=agenda.patient, done=Done.UNMATCHED, reference=address, reason=reason)


def _identifiers(patient: JsonObject, systems: frozenset[str]) -> frozenset[tuple[str, str]]:
    held = ((str(one.get("system")), str(one.get("value"))) for one in patient.get("identifier", []))
    return frozenset(one for one in held if one[0] in systems)


def _names(patient: JsonObject) -> frozenset[tuple[str, ...]]:
    """Return whole names in one spelling, those that are said to be of the past left out."""
    return frozenset(
        tuple(_spelled(part) for part in (one.get("family", ""), *one.get("given", [])))
        for one in patient.get("name", [])
        if one.get("use") != "old"
    )


def _spelled(name: object) -> str:
    return normalize("NFC", normalize("NFC", str(name)).casefold())
