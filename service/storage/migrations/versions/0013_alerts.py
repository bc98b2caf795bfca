"""Alerts on their way to people, and which plans name whom they reach."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the alerts; plans from before were made when nobody was asked for contacts."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_plan_id", "alerts", ["plan_id", "raised_at"], unique=False)
    op.create_index("ix_alerts_state", "alerts", ["state", "raised_at", "id"], unique=False)
    op.create_index("ix_alerts_due_at", "alerts", ["due_at"], unique=False)
    op.add_column("plans", sa.Column("reached", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Refuse: an older version would lose alerts."""
    raise NotImplementedError("restore a backup instead: going back would lose alerts")
