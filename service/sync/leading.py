"""The balance that a CarePlan claims: that of the phase that the chart has, and of none that it lacks."""

from dataclasses import replace

from service.domain.plan import Plan
from service.fhir.json import JsonObject
from service.mapping.care_plan import with_balance_of
from service.mapping.references import Key
from service.sync.groups import Group, Owner
from service.sync.outgoing import Outgoing
from service.sync.sides import changed_groups

_LEADS = (Group(name="leads", owner=Owner.US, elements=("effectivePeriod", "valueCodeableConcept")),)


def phases_claimed(plan: Plan) -> tuple[Key, ...]:
    """Return the phase on which the balance of a plan rests: the last one, if there is one."""
    return tuple(Key("Observation", one.id) for one in plan.phases[-1:])


def is_told(ours: JsonObject, theirs: JsonObject | None) -> bool:
    """Tell whether the chart says of a phase when it runs and what leads in it, as we mean it."""
    return theirs is not None and not changed_groups(_LEADS, ours, theirs)


def unclaimed(out: Outgoing, agreed_ours: JsonObject | None) -> Outgoing:
    """Return the CarePlan with the balance that it has in the chart already, none where it is new there."""
    held = {} if out.held is None else out.held.resource
    body, ours = with_balance_of(out.body, held), with_balance_of(out.ours, agreed_ours or {})
    return replace(out, body=body, ours=ours)
