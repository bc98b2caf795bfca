"""What people add to a treatment in the chart: goals, courses of therapy, and entries of its CarePlan.

Goals and courses of therapy that run are found by their patient, and what the CarePlan of the plan names by
its address, problems too. What of that no plan can hold is told (`service.sync.unplaced`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.fhir.json import JsonObject
from service.fhir.labels import is_labelled_closed
from service.fhir.references import Rest, parse
from service.fhir.subjects import patients_of
from service.fhir.transitions import is_withdrawn, status_of
from service.mapping.references import Key
from service.ports.ehr import Ehr, Held
from service.sync.adopting import linked, unlinked
from service.sync.agenda import Agenda
from service.sync.identity import read_again
from service.sync.planner import Vanished
from service.sync.prescriptions import ORDERED
from service.sync.reconciliation import Cause
from service.sync.searching import Wanted, search_in_parts

TAKEN_UP = frozenset({"Condition", "Goal", "ServiceRequest"})
"""Types of which a plan takes up what its CarePlan names in the chart."""
_RUNNING: Mapping[str, frozenset[str]] = {
    "Goal": frozenset({"proposed", "planned", "accepted", "active", "on-hold"}),
    "ServiceRequest": frozenset({"active", "on-hold"}),
}
_INTENTS = ORDERED | {"plan"}
LISTS = ("goal", "addresses", "activity")
"""The lists of a CarePlan into which people put what belongs to a treatment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry of the CarePlan that is none of ours; `address` is `Type/id`, None where none can be read."""

    element: str
    index: int
    entry: JsonObject
    address: str | None

    @property
    def kind(self) -> str:
        """The type of what is named, empty where nothing is."""
        return (self.address or "").partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What may be offered, and what the CarePlan of the plan (`Type/id`) names or describes that is not ours.

    `there` is all that was read, by address, also what is not to be offered.
    """

    found: tuple[Held, ...] = ()
    care_plan: str = ""
    places: tuple[Place, ...] = ()
    there: Mapping[str, Held] = field(default_factory=dict)


def additions_there(
    agenda: Agenda, ehr: Ehr, patient: str, *, care_plan: Held | Vanished | None
) -> Additions:
    """Return what people added to the treatment of a patient (`Patient/id`), as far as it can be read."""
    there = {one.reference: one for one in _running(agenda, ehr, patient)}
    address, places = "", tuple[Place, ...]()
    if isinstance(care_plan, Held):
        address, places = care_plan.reference, tuple(_places(agenda, care_plan.resource))
        named = {one.address for one in places if one.address is not None and one.kind in TAKEN_UP}
        there |= {one.reference: one for one in _read(ehr, named - there.keys())}
    found = (one for one in there.values() if is_takeable(one.resource, patient))
    return Additions(found=tuple(unlinked(agenda, found)), care_plan=address, places=places, there=there)


def is_takeable(resource: JsonObject, patient: str) -> bool:
    """Tell whether something may be offered: of this patient alone, open to be shown, and no error."""
    alone = set(patients_of(resource)) == {patient}
    return alone and not is_withdrawn(resource) and not is_labelled_closed(resource)


def _running(agenda: Agenda, ehr: Ehr, patient: str) -> Iterator[Held]:
    for kind, statuses in _RUNNING.items():
        wanted = Wanted(kind, "patient", [patient], at_once=1)
        for one in search_in_parts(agenda.capabilities, ehr, wanted):
            asked_for = kind == "Goal" or one.resource.get("intent") in _INTENTS
            forbidden = one.resource.get("doNotPerform")
            if asked_for and not forbidden and status_of(one.resource) in statuses:
                yield one


def _read(ehr: Ehr, addresses: Iterable[str]) -> Iterator[Held]:
    for address in sorted(addresses):
        held = read_again(address, ehr)
        if isinstance(held, Held):
            yield held


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
