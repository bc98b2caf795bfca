"""Alerts, who meets in which plan, who has seen what, and what an EHR answered to our cards."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
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
    _create_the_others()


def _create_the_others() -> None:
    op.create_table(
        "appointees",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "person_id", name="pk_appointees"),
    )
    op.create_index("ix_appointees_person_id", "appointees", ["person_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "who", "item_id", name="pk_sightings"),
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
    )
    op.create_table(
        "card_answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_card_answers"),
    )
    op.create_index("ix_card_answers_card_id", "card_answers", ["card_id"], unique=False)
    for name in ("reached", "appointees_known"):
        op.add_column("plans", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_plans_appointees_known", "plans", ["appointees_known"], unique=False)


def downgrade() -> None:
    """Refuse: an older version would lose alerts."""
    raise NotImplementedError("restore a backup instead: going back would lose alerts")
