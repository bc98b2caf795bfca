"""The look-up of plans by an identifier of their patient, of which only keyed hashes are kept."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from service.document import plan_from_document
from service.domain.concept import Identifier
from service.storage import rows
from service.storage.sealing import Sealer
from service.storage.tables import plan_identifiers, plans, revisions

_PURPOSE = "plan_identifiers"


def keep(connection: Connection, plan_id: str, identifiers: Iterable[Identifier], *, sealer: Sealer) -> None:
    """Make a plan findable by these identifiers, and by no others."""
    connection.execute(delete(plan_identifiers).where(plan_identifiers.c.plan_id == plan_id))
    hashes = [sealer.hashed(_PURPOSE, one.system, one.value) for one in identifiers]
    connection.execute(insert(plan_identifiers), [{"plan_id": plan_id, "hash": one} for one in hashes])


def hash_anew(connection: Connection, plan_id: str, *, sealer: Sealer) -> bool:
    """Hash what a plan is found by under the current key; False while another transaction holds the plan."""
    wanted = select(plans.c.number).where(plans.c.id == plan_id).with_for_update(skip_locked=True)
    number = connection.scalar(wanted)
    if number is None:
        return False
    head = (revisions.c.plan_id == plan_id) & (revisions.c.number == number)
    row = connection.execute(select(revisions).where(head)).one()
    document = rows.opened(sealer, revisions, row)["document"]
    plan = plan_from_document(document, version=row.schema_version)
    keep(connection, plan_id, plan.patient.identifiers, sealer=sealer)
    return True


def names_patient(sealer: Sealer, identifier: Identifier) -> ColumnElement[bool]:
    """Return the condition on plans whose patient has this identifier now, whatever key hashed it."""
    hashes = sealer.hashes(_PURPOSE, identifier.system, identifier.value)
    return plans.c.id.in_(select(plan_identifiers.c.plan_id).where(plan_identifiers.c.hash.in_(hashes)))
