"""Agreements of each plan: what plans share is agreed on by each of them, and no longer by one for all."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXTS = (
    "state", "patient_id", "remote_id", "version", "last_updated", "agreed_ours", "agreed_theirs",
    "ours_digest", "theirs_digest", "reason", "not_kept",
)  # fmt: skip
_NEEDED = frozenset({"state", "not_kept"})
_KEY = ("connection_id", "resource_type", "item_id", "plan_id")
_REST = (*_TEXTS, "last_tried", "last_succeeded", "settled_revision")


def upgrade() -> None:
    """Give each plan that used an entry the entry as its own; what is sealed for the resource stays so."""
    op.create_table("ledger_moving", *_columns())
    names = ", ".join(_REST)
    op.execute(
        f"INSERT INTO ledger_moving (connection_id, resource_type, item_id, plan_id, {names}) "  # noqa: S608  names of ours
        f"SELECT held.connection_id, held.resource_type, held.item_id, used.plan_id, {names} "
        "FROM ledger AS held JOIN ledger_plans AS used ON used.connection_id = held.connection_id "
        "AND used.resource_type = held.resource_type AND used.item_id = held.item_id"
    )
    op.drop_table("ledger_plans")
    op.drop_table("ledger")
    op.create_table("ledger", *_columns(), sa.PrimaryKeyConstraint(*_KEY, name="pk_ledger"))
    both = ", ".join((*_KEY, *_REST))
    op.execute(f"INSERT INTO ledger ({both}) SELECT {both} FROM ledger_moving")  # noqa: S608  names of ours
    op.drop_table("ledger_moving")
    for name in ("item_id", "plan_id", "state"):
        op.create_index(f"ix_ledger_{name}", "ledger", ["connection_id", name], unique=False)
    op.create_index(
        "ix_ledger_remote_id", "ledger", ["connection_id", "resource_type", "remote_id"], unique=False
    )


def _columns() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.Text(), nullable=False) for name in _KEY),
        *(sa.Column(name, sa.Text(), nullable=name not in _NEEDED) for name in _TEXTS),
        sa.Column("last_tried", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_succeeded", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_revision", sa.Integer(), nullable=True),
    ]


def downgrade() -> None:
    """Refuse: an older version would take the agreement of one plan for that of all."""
    raise NotImplementedError("restore a backup instead: going back would lose agreements")
