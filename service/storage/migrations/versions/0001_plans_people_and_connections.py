"""Plans, people, and all that is kept about each EHR."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first version."""
    _plans()
    _connections()
    _ledger()
    _journal()


def downgrade() -> None:
    """Refuse: an older version would lose plans."""
    raise NotImplementedError("restore a backup instead: going back would lose plans")


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_added_at", "plans", ["added_at", "id"], unique=False)
    op.create_index("ix_plans_patient_id", "plans", ["patient_id"], unique=False)
    op.create_index("ix_plans_updated_at", "plans", ["updated_at"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_revisions_plans"),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_revisions"),
    )
    op.create_table(
        "plan_identifiers",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_identifiers_plans"),
        sa.PrimaryKeyConstraint("plan_id", "system", "value", name="pk_plan_identifiers"),
    )
    op.create_index("ix_plan_identifiers_value", "plan_identifiers", ["system", "value"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )


def _connections() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("identifier_system", sa.Text(), nullable=False),
        sa.Column("patient_identifier_system", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("medications", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
    )
    op.create_table(
        "capabilities",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name="pk_capabilities"),
    )
    op.create_table(
        "cursors",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "name", name="pk_cursors"),
    )
    op.create_table(
        "leases",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("fencing", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "patient_id", name="pk_leases"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("last_updated", sa.Text(), nullable=True),
        sa.Column("agreed_ours", sa.Text(), nullable=True),
        sa.Column("agreed_theirs", sa.Text(), nullable=True),
        sa.Column("ours_digest", sa.Text(), nullable=True),
        sa.Column("theirs_digest", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("not_kept", sa.Text(), nullable=False),
        sa.Column("last_tried", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_succeeded", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_revision", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("connection_id", "resource_type", "item_id", name="pk_ledger"),
    )
    op.create_index(
        "ix_ledger_remote_id", "ledger", ["connection_id", "resource_type", "remote_id"], unique=False
    )
    op.create_table(
        "ledger_plans",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id", "resource_type", "item_id"],
            ["ledger.connection_id", "ledger.resource_type", "ledger.item_id"],
            name="fk_ledger_plans_ledger",
        ),
        sa.PrimaryKeyConstraint(
            "connection_id", "resource_type", "item_id", "plan_id", name="pk_ledger_plans"
        ),
    )
    op.create_index("ix_ledger_plans_plan_id", "ledger_plans", ["connection_id", "plan_id"], unique=False)


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("expected_version", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fencing", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name="pk_journal"),
        sa.UniqueConstraint("id", name="uq_journal_id"),
    )
    op.create_index("ix_journal_open", "journal", ["connection_id", "patient_id", "settled_at"], unique=False)
