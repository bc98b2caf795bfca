"""What people add to a treatment in the chart: goals, courses of therapy, and entries of its CarePlan.

Goals and courses of therapy that run are found by their patient, and what the CarePlan of the plan names by
its address, problems too. What of that no plan can hold is told (`service.sync.unplaced`).
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from service.domain.terminal import ENDINGS
from service.fhir.json import JsonObject
from service.fhir.labels import is_labelled_closed
from service.fhir.references import Rest, parse
from service.fhir.subjects import patients_of
from service.fhir.transitions import is_withdrawn, status_of
from service.mapping.references import Key
from service.ports.ehr import Denied, Ehr, Held, Rejected
from service.sync.adopting import linked, unlinked
from service.sync.agenda import Agenda
from service.sync.identity import read_again
from service.sync.matching import is_verified_away
from service.sync.planner import Vanished
from service.sync.prescriptions import ORDERED
from service.sync.reconciliation import Cause
from service.sync.searching import Wanted, search_in_parts
from service.sync.tracked import searched_by_id

TAKEN_UP = frozenset({"Condition", "Goal", "ServiceRequest"})
"""Types of which a plan takes up what its CarePlan names in the chart."""
_RUNNING: Mapping[str, frozenset[str]] = {
    "Goal": frozenset({"proposed", "planned", "accepted", "active", "on-hold"}),
    "ServiceRequest": frozenset({"active", "on-hold"}),
}
_INTENTS = ORDERED | {"plan"}
LISTS = ("goal", "addresses", "activity")
"""The lists of a CarePlan into which people put what belongs to a treatment."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not show us the resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry of the CarePlan that is none of ours; `address` is `Type/id`, None where none can be read."""

    element: str
    index: int
    entry: JsonObject
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What may be offered, and what the CarePlan of the plan names or describes that is not ours.

    `there` is all that was read, by address, also what is not to be offered; `refused` are the addresses that
    the server does not show us.
    """

    found: tuple[Held, ...] = ()
    care_plan: Held | None = None
    places: tuple[Place, ...] = ()
    there: Mapping[str, Held] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


def additions_there(agenda: Agenda, ehr: Ehr, patient: str, *, care_plan: Held | None) -> Additions:
    """Return what people added to the treatment of a patient (`Patient/id`), as far as it can be read.

    A treatment that is over gets nothing more. A search or a reading that the server refuses stops nothing.
    """
    if agenda.plan.status in ENDINGS:
        return Additions()
    there = {one.reference: one for one in _running(agenda, ehr, patient)}
    places = () if care_plan is None else tuple(_places(agenda, care_plan.resource))
    named = {one.address for one in places if one.address is not None} - there.keys()
    there |= {one.reference: one for one in _searched(agenda, ehr, named)}
    read = {address: _read(ehr, address) for address in sorted(named - there.keys())}
    there |= {address: one for address, one in read.items() if isinstance(one, Held)}
    found = (one for one in there.values() if _is_takeable(one.resource, patient))
    return Additions(
        found=tuple(unlinked(agenda, found)),
        care_plan=care_plan,
        places=places,
        there=there,
        refused=frozenset(address for address, one in read.items() if isinstance(one, Refused)),
    )


def needs_no_word(resource: JsonObject) -> bool:
    """Tell whether nobody is told of a resource: it is an error, refuted, or labelled as closed."""
    return is_verified_away(resource) or is_withdrawn(resource) or is_labelled_closed(resource)


def _is_takeable(resource: JsonObject, patient: str) -> bool:
    taken_up = resource["resourceType"] in TAKEN_UP
    return taken_up and set(patients_of(resource)) == {patient} and not needs_no_word(resource)


def _running(agenda: Agenda, ehr: Ehr, patient: str) -> Iterator[Held]:
    for kind, statuses in _RUNNING.items():
        wanted = Wanted(kind, "patient", [patient], at_once=1)
        for one in _shown(search_in_parts(agenda.capabilities, ehr, wanted)):
            asked_for = kind == "Goal" or one.resource.get("intent") in _INTENTS
            forbidden = one.resource.get("doNotPerform")
            if asked_for and not forbidden and status_of(one.resource) in statuses:
                yield one


def _searched(agenda: Agenda, ehr: Ehr, addresses: Set[str]) -> Iterator[Held]:
    """Yield what a search by ids shows; what it does not show is read by its id."""
    for kind in sorted({one.partition("/")[0] for one in addresses}):
        found = _shown(searched_by_id(agenda, ehr, [one for one in addresses if one.startswith(f"{kind}/")]))
        yield from (one for one in found if one.reference in addresses)


def _shown(search: Iterator[Held]) -> tuple[Held, ...]:
    try:
        return tuple(search)
    except (Denied, Rejected):
        return ()


def _read(ehr: Ehr, address: str) -> Held | Vanished | Refused:
    try:
        return read_again(address, ehr)
    except (Denied, Rejected):
        return Refused()


def _places(agenda: Agenda, care_plan: JsonObject) -> Iterator[Place]:
    """Yield the entries of a CarePlan that name nothing of the plan, but for what somebody declined."""
    key = Key("CarePlan", agenda.plan.id)
    known = linked(agenda) | agenda.left.keys() | agenda.answers.declined(key, Cause.EXISTS_THERE)
    for element in LISTS:
        for index, entry in enumerate(care_plan.get(element, [])):
            named = entry.get("reference", {}) if element == "activity" else entry
            address = _address(agenda, str(named.get("reference", "")))
            if address not in known:
                yield Place(element=element, index=index, entry=entry, address=address)


def _address(agenda: Agenda, reference: str) -> str | None:
    """Return `Type/id` of what a reference names on this server."""
    match parse(reference):
        case Rest(base=base) as found if base in (None, agenda.connection.base_url.rstrip("/")):
            return found.relative
    return None
