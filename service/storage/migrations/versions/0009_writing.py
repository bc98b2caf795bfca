"""The switch that stops all writing into charts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of the switch; without its row nothing is stopped."""
    op.create_table(
        "writing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_writing"),
    )


def downgrade() -> None:
    """Refuse: an older version would write while writing is stopped."""
    raise NotImplementedError("restore a backup instead: an older version would not see the switch")
