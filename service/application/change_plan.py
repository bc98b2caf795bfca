"""Changing a part of a plan: one item added or replaced, or a new dose."""

from typing import Any

from service.application.keep_plan import head_as_read, next_revision
from service.application.ports import Editor, PlanPorts
from service.domain.dosing import NewDose
from service.domain.dosing import change_dose as with_new_dose
from service.domain.plan import Plan, items, with_items
from service.domain.revision import Revision
from service.ports.storage import Unknown


def add_item(plan_id: str, group: str, item: Any, *, editor: Editor, ports: PlanPorts) -> Revision:
    """Add an item to a list group of a plan; raises as `replace_plan` does."""
    with ports.storage.begin() as work:
        plan = head_as_read(plan_id, editor=editor, work=work).plan
        changed = with_items(plan, group, (*items(plan, group), item))
        revision = next_revision(changed, editor=editor, work=work, ports=ports)
        work.commit()
    return revision


def replace_item(plan_id: str, group: str, item: Any, *, editor: Editor, ports: PlanPorts) -> Revision:
    """Replace the item of a list group that has the same id; raises `Unknown` for an id that is not there."""
    with ports.storage.begin() as work:
        plan = head_as_read(plan_id, editor=editor, work=work).plan
        changed = with_items(plan, group, _with(plan, group, item))
        revision = next_revision(changed, editor=editor, work=work, ports=ports)
        work.commit()
    return revision


def find_item(plan: Plan, group: str, item_id: str) -> Any:
    """Return one item of a list group; raises `Unknown`."""
    for one in items(plan, group):
        if one.id == item_id:
            return one
    raise Unknown(f"item of {group}", item_id)


def change_dose(plan_id: str, decision: NewDose, *, editor: Editor, ports: PlanPorts) -> Revision:
    """End an order and make its successor with the new dose, in one revision."""
    with ports.storage.begin() as work:
        plan = head_as_read(plan_id, editor=editor, work=work).plan
        revision = next_revision(with_new_dose(plan, decision), editor=editor, work=work, ports=ports)
        work.commit()
    return revision


def _with(plan: Plan, group: str, item: Any) -> tuple[Any, ...]:
    find_item(plan, group, item.id)
    return tuple(item if one.id == item.id else one for one in items(plan, group))
