"""A new dose: a new order, and the end of the old one, in one step."""

from dataclasses import dataclass, replace
from datetime import date

from service.domain.medication import DosageStep, MedicationOrder, OrderStatus, StatusReason
from service.domain.plan import Plan
from service.domain.values import Invalid, Problem

_CHANGEABLE = frozenset({OrderStatus.ACTIVE, OrderStatus.ON_HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDose:
    """What the prescriber decided: the order it concerns, the new order's id and its dosage."""

    order_id: str
    new_order_id: str
    dosage: tuple[DosageStep, ...]
    prescriber: str
    authored_on: date


def change_dose(plan: Plan, decision: NewDose) -> Plan:
    """Return the plan with the old order ended and a new one in its place; `Invalid` says why not."""
    old = _running_order(plan, decision.order_id)
    ended = replace(
        old, status=OrderStatus.STOPPED, status_reason=StatusReason.DOSE_CHANGED, status_note=None
    )
    new = MedicationOrder(
        id=decision.new_order_id,
        drug=old.drug,
        dosage=decision.dosage,
        status=OrderStatus.ACTIVE,
        prescriber=decision.prescriber,
        authored_on=decision.authored_on,
        replaces=old.id,
        reasons=old.reasons,
        supports=old.supports,
    )
    orders = tuple(ended if order.id == old.id else order for order in plan.medications)
    return replace(plan, medications=(*orders, new))


def _running_order(plan: Plan, order_id: str) -> MedicationOrder:
    for order in plan.medications:
        if order.id == order_id:
            if order.status in _CHANGEABLE:
                return order
            raise Invalid([Problem("medications", f"{order_id} is {order.status}: its dose cannot change")])
    raise Invalid([Problem("medications", f"{order_id} is no order of this plan")])
