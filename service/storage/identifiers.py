"""The look-up of plans by an identifier of their patient; nothing else knows how its values are kept."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from service.domain.concept import Identifier
from service.storage.tables import plan_identifiers, plans


def keep(connection: Connection, plan_id: str, identifiers: Iterable[Identifier]) -> None:
    """Make a plan findable by these identifiers, and by no others."""
    connection.execute(delete(plan_identifiers).where(plan_identifiers.c.plan_id == plan_id))
    rows = [{"plan_id": plan_id, "system": one.system, "value": one.value} for one in identifiers]
    connection.execute(insert(plan_identifiers), rows)


def names_patient(identifier: Identifier) -> ColumnElement[bool]:
    """Return the condition on plans whose patient has this identifier now."""
    holders = select(plan_identifiers.c.plan_id).where(
        plan_identifiers.c.system == identifier.system, plan_identifiers.c.value == identifier.value
    )
    return plans.c.id.in_(holders)
