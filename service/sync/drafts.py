"""What the plan would say in the chart: rendered, pruned of what is not there, checked, and decided."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.fhir.validation import Problem
from service.mapping import task_proposal
from service.mapping.graph import Scope, Subject, project
from service.mapping.medication_request import Intent
from service.mapping.references import Key, Refs
from service.ports.storage import LedgerEntry, MedicationMode
from service.sync.agenda import Agenda, remote_of
from service.sync.first_link import NOT_TAKEN_IN, has_more_to_say
from service.sync.guards import faults
from service.sync.imported import BY_HAND, changed_here, is_plan_only
from service.sync.planner import Agreed
from service.sync.prescriptions import RUNNING_HERE
from service.sync.pruning import without
from service.sync.reconciliation import Cause
from service.sync.report import Done, ItemReport

_ENDED_THERE = "the chart's order that stands for it runs no longer: a person decides what the plan says"
_PLAN_ONLY = "the chart it was imported from has none: it is made once somebody changes it here"
_PEOPLE_AND_PROBLEMS = frozenset({"Patient", "Practitioner", "PractitionerRole", "Condition"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What the plan means to say: resources with symbolic references, and what it keeps to itself."""

    ours: Mapping[Key, JsonObject]
    absent: frozenset[str]
    reports: tuple[ItemReport, ...]


def meant(agenda: Agenda) -> Meant:
    """Return our resources of this revision, named by urns alone, so that equal plans look alike."""
    everything = project(subject_of(agenda), _nameless(agenda), scope=scope_of(agenda))
    changed = changed_here(agenda)
    kept_back = {
        key: report for key in everything if (report := _kept_back(agenda, key, changed)) is not None
    }
    unwritten = {key for key in everything if key in kept_back or agenda.detached(key)}
    absent = frozenset(key.urn for key in unwritten if agenda.address(key) is None)
    ours = {key: without(body, absent) for key, body in everything.items() if key not in kept_back}
    return Meant(ours=ours, absent=absent, reports=tuple(kept_back[key] for key in sorted(kept_back)))


def rendered(
    agenda: Agenda, keys: Mapping[Key, JsonObject | None], absent: frozenset[str]
) -> dict[Key, JsonObject]:
    """Return resources with the chart's addresses, each laid over what the chart holds (None: nothing)."""
    onto = {key: held for key, held in keys.items() if held is not None}
    refs = agenda.refs()
    # What we said there before is ours to replace.
    known = replace(refs, traces={**refs.traces, **agenda.left})
    bodies = project(subject_of(agenda), known, scope=scope_of(agenda), onto=onto)
    for key, held in onto.items():
        spared = _others(agenda.entry(key), held, known.traces)
        if spared:
            traces = {address: one for address, one in known.traces.items() if address not in spared}
            theirs = replace(known, traces=traces)
            bodies[key] = project(subject_of(agenda), theirs, scope=scope_of(agenda), onto=onto)[key]
    return {key: without(bodies[key], absent) for key in keys}


def _others(entry: LedgerEntry, held: JsonObject, traces: Mapping[str, Key]) -> Set[str]:
    """Return the addresses that a resource names and that we never said there: others tied it to them.

    They stand for something in the plan by now, such as what was taken up since.
    """
    if entry.agreed_ours is None:
        return frozenset()
    said = {str(one.get("reference")) for _, one in references_in(entry.agreed_ours)}
    named = {str(one.get("reference")) for _, one in references_in(held)}
    return {one for one in named if one in traces and said.isdisjoint({one, traces[one].urn})}


def rendered_by_name(
    agenda: Agenda, onto: Mapping[Key, JsonObject], absent: frozenset[str]
) -> dict[Key, JsonObject]:
    """Return resources with urns, each laid over what the chart holds, told with urns as well."""
    bodies = project(subject_of(agenda), _nameless(agenda), scope=scope_of(agenda), onto=onto)
    return {key: without(bodies[key], absent) for key in onto}


def symbols(agenda: Agenda) -> dict[str, str]:
    """Return the urn by address of what is of the plan, but for orders that the chart made itself."""
    theirs = frozenset(_orders_of_chart(agenda))
    known = ((key, agenda.address(key)) for key in agenda.ledger if key not in theirs)
    return {address: key.urn for key, address in known if address is not None}


def agreed_of(entry: LedgerEntry | None) -> Agreed | None:
    """Return the base of an entry, if there is one."""
    if entry is None or entry.ours_digest is None or entry.agreed_theirs is None:
        return None
    return Agreed(ours_digest=entry.ours_digest, theirs=entry.agreed_theirs)


def invalid(agenda: Agenda, bodies: Mapping[Key, JsonObject]) -> dict[Key, tuple[Problem, ...]]:
    """Return what forbids to send, by key; empty when everything may go."""
    patient = agenda.address(agenda.patient) or agenda.patient.urn
    known = {key.urn: key for key in (*agenda.ledger, *bodies)}
    astray = _astray(agenda)
    found = {key: faults(body, patient, known, astray=astray) for key, body in bodies.items()}
    return {key: problems for key, problems in found.items() if problems}


def _astray(agenda: Agenda) -> Set[str]:
    """Return how one refers to what the chart has under another patient, by urn and by address."""
    lost = [key for key, entry in agenda.ledger.items() if entry.reason == Cause.OTHER_PATIENT]
    addresses = {address for key in lost if (address := agenda.address(key)) is not None}
    return addresses.union(key.urn for key in lost)


def subject_of(agenda: Agenda) -> Subject:
    """Return the plan with its people, as the mapping takes them."""
    return Subject(plan=agenda.plan, people=agenda.people)


def scope_of(agenda: Agenda) -> Scope:
    """Return how the connection wants medications written."""
    proposing = agenda.connection.medications is MedicationMode.PROPOSE
    orders = (order.id for order in agenda.plan.medications)
    proposed = (one for one in orders if agenda.address(task_proposal.key(one)) is not None)
    return Scope(
        proposed=frozenset(proposed),
        intent=Intent.PROPOSAL if proposing else Intent.PLAN,
        ordered_in_chart=frozenset(key.item for key in _orders_of_chart(agenda)),
        withdraws_proposals=agenda.deceased,
    )


def _nameless(agenda: Agenda) -> Refs:
    """Name all by urns but the chart's own orders: who refers to one says something else than before."""
    theirs = {key: agenda.address(key) for key in _orders_of_chart(agenda)}
    known = {key: address for key, address in theirs.items() if address}
    return Refs(system=agenda.connection.identifier_system, addresses=known)


def _orders_of_chart(agenda: Agenda) -> tuple[Key, ...]:
    """Return the orders of the plan for which the chart has its own, or had one that has ended since."""
    orders = (Key("MedicationRequest", order.id) for order in agenda.plan.medications)
    return tuple(key for key in orders if key.item in agenda.chart_orders or agenda.matched(key))


def _kept_back(agenda: Agenda, key: Key, changed: Set[Key]) -> ItemReport | None:
    """Return the report of a resource that is not ours to write, None for one that is."""
    address = agenda.address(key)
    unlike = _unlike_the_clinics(agenda, key, changed)
    if unlike is not None:
        return unlike
    if key not in changed and is_plan_only(agenda, key):
        return ItemReport(key=key, done=Done.WITHHELD, reason=_PLAN_ONLY)
    if key.type == "MedicationRequest":
        return _kept_back_order(agenda, key)
    if agenda.matched(key):
        return ItemReport(key=key, done=Done.MATCHED, reference=address)
    if key.type in _PEOPLE_AND_PROBLEMS and not agenda.connection.sandbox:
        return ItemReport(key=key, done=Done.WITHHELD, reason="people and problems are matched, never made")
    return None


def _unlike_the_clinics(agenda: Agenda, key: Key, changed: Set[Key]) -> ItemReport | None:
    """Return the report of what is the clinic's own where the plan says something else, None elsewhere."""
    address = agenda.address(key)
    if has_more_to_say(agenda.entry(key)):
        return ItemReport(key=key, done=Done.WAITING, reference=address, reason=NOT_TAKEN_IN)
    if key in changed and agenda.matched(key):
        return ItemReport(key=key, done=Done.MANUAL_ENTRY, reference=address, reason=BY_HAND)
    return None


def _kept_back_order(agenda: Agenda, key: Key) -> ItemReport | None:
    if agenda.matched(key):
        return _referenced(agenda, key)
    if (
        agenda.connection.medications is MedicationMode.REFERENCE
        and remote_of(agenda.ledger.get(key)) is None
    ):
        return ItemReport(key=key, done=Done.WITHHELD, reason="prescribing is the EHR's on this connection")
    return None


def _referenced(agenda: Agenda, key: Key) -> ItemReport:
    (order,) = [one for one in agenda.plan.medications if one.id == key.item]
    address = agenda.address(key)
    if key.item in agenda.chart_orders or order.status not in RUNNING_HERE:
        return ItemReport(key=key, done=Done.REFERENCED, reference=address)
    return ItemReport(key=key, done=Done.CONFLICT, reference=address, reason=_ENDED_THERE)
