"""What of the clinic's own the plan must say as the chart does, and where it says something else."""

from collections.abc import Mapping

from service.fhir.json import JsonObject
from service.mapping.graph import Subject, project
from service.mapping.references import Key, Refs
from service.sync.agenda import Agenda
from service.sync.companions import comparable, contradicts_itself
from service.sync.groups import Group, Owner
from service.sync.sides import Sides, changed_elements, changed_groups

PROOF: Mapping[str, tuple[str, ...]] = {
    "Appointment": ("status", "start", "end"),
    "Condition": ("clinicalStatus", "verificationStatus", "severity"),
    "MedicationRequest": ("status", "dosageInstruction"),
}
"""What must be in the plan as the chart says it, or the two are not called agreed."""
# An end may be said by how long it takes from the start on.
_SAID_BY: Mapping[str, tuple[str, ...]] = {"end": ("end", "minutesDuration")}
# A reason that the chart gives is no other than ours; one that it does not give says nothing.
_REASONS: Mapping[str, tuple[str, ...]] = {
    "Appointment": ("cancelationReason",),
    "MedicationRequest": ("statusReason",),
}
# Whoever enters in the chart what was changed here signs it there, as an order: that is no other treatment.
_SIGNED: Mapping[str, frozenset[str]] = {
    "MedicationRequest": frozenset(
        {"authoredOn", "dispenseRequest", "intent", "priorPrescription", "requester"}
    ),
}


def apart(agenda: Agenda, key: Key, theirs: JsonObject, *, elements: tuple[str, ...]) -> frozenset[str]:
    """Return those of the elements in which the plan, laid over what the chart says, says something else."""
    nameless = Refs(system=agenda.connection.identifier_system)
    subject = Subject(plan=agenda.plan, people=agenda.people)
    over = project(subject, nameless, onto={key: theirs})[key]
    said, mine = comparable(theirs, over)
    return changed_elements(Group(name="proof", owner=Owner.EHR, elements=elements), said, mine)


def proof_of(sides: Sides) -> tuple[str, ...]:
    """Return the elements of the proof, but for those of which the chart never said anything."""
    sources = (sides.theirs, sides.agreed.theirs)
    return tuple(
        one
        for one in PROOF[sides.type]
        if any(name in source for source in sources for name in _SAID_BY.get(one, (one,)))
    )


def with_silence(sides: Sides, resource: JsonObject) -> JsonObject:
    """Return a resource of the chart with what we say of the proof where the chart never said anything."""
    silent = (one for one in PROOF[sides.type] if one not in proof_of(sides) and one in sides.ours)
    return {**{one: sides.ours[one] for one in silent}, **resource}


def entered_by_hand(agenda: Agenda, key: Key, sides: Sides, *, copy: JsonObject) -> frozenset[str]:
    """Return the groups that were changed here, and that the chart says by now as the plan does.

    `copy` is the chart's resource as the plan reads it. None where either side changed something beside that.
    """
    proved = frozenset(PROOF[sides.type])
    groups = tuple(one for one in sides.groups if one.name in sides.changed_here and proved & {*one.elements})
    if not groups or not all(_nothing_beside(sides, one) for one in groups):
        return frozenset()
    proof = PROOF[sides.type] if any(_overruled(sides, one) for one in groups) else proof_of(sides)
    reasons = (one for one in _REASONS.get(sides.type, ()) if one in sides.theirs)
    if contradicts_itself(sides.theirs) or apart(agenda, key, copy, elements=(*proof, *reasons)):
        return frozenset()
    return frozenset(one.name for one in groups)


def _nothing_beside(sides: Sides, group: Group) -> bool:
    """Tell whether all that moved in a group is what is compared, or how it was signed in the chart."""
    compared = frozenset((*PROOF[sides.type], *_REASONS.get(sides.type, ())))
    agreed = sides.agreed
    there = changed_elements(group, agreed.theirs, sides.theirs)
    if not there <= compared | _SIGNED.get(sides.type, frozenset()):
        return False
    if _overruled(sides, group):
        return True
    return bool(there) and changed_elements(group, agreed.ours, sides.ours) <= compared


def _overruled(sides: Sides, group: Group) -> bool:
    """Tell whether a person left a group as the plan says it, beside what the chart says."""
    return not changed_groups((group,), sides.agreed.ours, sides.agreed.theirs)
