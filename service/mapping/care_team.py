"""CareTeam: everyone who treats, with the patient as a member; its id is the plan's.

A member is known by the element id of the participant; where a server drops it, by person and role.
"""

import re
from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from service.domain.concept import Period
from service.domain.people import Role
from service.domain.plan import Plan
from service.domain.team import TeamMember, team_problems
from service.domain.therapy import RequestStatus
from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable, days_to_fhir, period_from_fhir
from service.mapping.overlay import (
    DAYS,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByKey,
    ByReference,
    Coded,
    Fields,
    OneOf,
    write,
)
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Key, Refs
from service.mapping.terminology.people import ROLE

_PARTICIPANT: Fields = {
    "id": WHOLE,
    "role": OneOf(lambda role: ROLE.find(role) is not None, Coded(ROLE.find)),
    "member": REFERENCE,
    "period": DAYS,
}
SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "subject": REFERENCE,
    "participant": ByReference(("member",), _PARTICIPANT),
}

_STATUS = {
    RequestStatus.DRAFT: "proposed",
    RequestStatus.ACTIVE: "active",
    RequestStatus.ON_HOLD: "suspended",
    RequestStatus.REVOKED: "inactive",
    RequestStatus.COMPLETED: "inactive",
    RequestStatus.ENTERED_IN_ERROR: "entered-in-error",
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_UNNAMED = "-"


def to_fhir(plan: Plan, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the CareTeam of a plan; participants that are not of the plan stay."""
    chart = (onto or {}).get("participant", [])
    mine = {
        "resourceType": "CareTeam",
        "identifier": [refs.identifier(plan.id)],
        "status": _STATUS[plan.status],
        "subject": refs.to("Patient", plan.patient.id),
        "participant": [_participant(member, plan.patient.id, refs) for member in plan.care_team],
    }
    shape = {**SHAPE, "participant": _pairing(plan.care_team, chart, refs)}
    return write(mine, onto, shape, refs=refs)


def absorb(
    held: tuple[TeamMember, ...], resource: JsonObject, refs: Refs
) -> Absorbed[tuple[TeamMember, ...]]:
    """Return the members that the resource names, in its order; a team that makes no sense leaves `held`."""
    read = Reading(resource)
    said = read.many("participant", lambda participant: _member(participant, refs))
    if said is UNREAD:
        return Absorbed(value=held, issues=tuple(read.issues))
    team = _named(said, held, refs.own_item(resource) or "")
    for problem in team_problems(team):
        read.note("participant", problem.reason)
    return Absorbed(value=held if read.issues else team, issues=tuple(read.issues))


def _participant(member: TeamMember, patient: str, refs: Refs) -> JsonObject:
    who = refs.to("Patient", patient) if member.person is None else refs.to("Practitioner", member.person)
    return {
        "id": member.id,
        "role": [ROLE.concept(member.role)],
        "member": who,
        "period": days_to_fhir(member.since, member.until),
    }


def _pairing(team: tuple[TeamMember, ...], chart: list[JsonObject], refs: Refs) -> ByKey:
    """Pair participants by element id, else by person and role; one that the plan dropped is ours to drop."""
    ids = {member.id for member in team}
    kept = {participant.get("id") for participant in chart}
    unnamed = {(one.person, one.role): one.id for one in reversed(team) if one.id not in kept}

    def key(participant: JsonObject) -> Hashable:
        if participant.get("id") in ids:
            return str(participant["id"])
        who = _who(participant, refs)
        return None if who is None else unnamed.get(who, who)

    return ByKey(key, _PARTICIPANT, ours=lambda name: name is not None)


def _who(participant: JsonObject, refs: Refs) -> tuple[str | None, Role] | None:
    """Return the person (None for the patient) and the role; None for a participant not of the plan."""
    role = next((known for known in map(ROLE.find, participant.get("role", [])) if known), None)
    reference = participant.get("member")
    person = refs.item(reference, "Practitioner")
    if role is None or (person is None and refs.item(reference, "Patient") is None):
        return None
    return person, role


def _member(participant: JsonObject, refs: Refs) -> TeamMember | None:
    if refs.item(participant.get("member"), "Practitioner", "Patient") is None:
        return None
    who = _who(participant, refs)
    if who is None:
        raise Unreadable("has no code with a meaning in the plan", ".role")
    period = _period(participant)
    name = participant.get("id", "")
    return TeamMember(
        id=name if _ID.fullmatch(name) else _UNNAMED,
        person=who[0],
        role=who[1],
        since=period.start,
        until=period.end,
    )


def _period(participant: JsonObject) -> Period:
    try:
        return period_from_fhir(participant.get("period"))
    except Unreadable as reason:
        raise Unreadable(str(reason), f".period{reason.below}") from None


def _named(said: tuple[TeamMember, ...], held: tuple[TeamMember, ...], plan: str) -> tuple[TeamMember, ...]:
    """Give each member without an id of ours the one that it is held under, else one made of what it is."""
    known = {member.id for member in held}
    waiting = [member for member in held if member.id not in {one.id for one in said}]
    count: Counter[str] = Counter()

    def named(one: TeamMember) -> TeamMember:
        if one.id in known or _UUID.fullmatch(one.id):
            return one
        same = next((m for m in waiting if (m.person, m.role) == (one.person, one.role)), None)
        if same is not None:
            waiting.remove(same)
            return replace(one, id=same.id)
        what = f"{plan}/{one.person}/{one.role.value}"
        count[what] += 1
        return replace(one, id=Key("CareTeam", f"{what}/{count[what]}").urn.removeprefix("urn:uuid:"))

    return tuple(named(one) for one in said)
