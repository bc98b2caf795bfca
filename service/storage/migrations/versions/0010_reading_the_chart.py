"""Reading the chart: what was seen last, which plans are due, and whose notifications are heard."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of what was seen, what is due, which polls are asked for, and the hooks."""
    op.create_table(
        "sights",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "resource_type", "remote_id", name="pk_sights"),
    )
    op.create_table(
        "due",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "plan_id", name="pk_due"),
    )
    op.create_table(
        "polls",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name="pk_polls"),
    )
    op.create_table(
        "hooks",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_hooks"),
    )


def downgrade() -> None:
    """Refuse: an older version would lose what it was woken for."""
    raise NotImplementedError("restore a backup instead: going back would lose what is due")
