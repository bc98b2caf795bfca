"""Indexes by which what waits is counted at every reading of the metrics."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    """Index items by their state, and the writes that are open."""
    op.create_index("ix_ledger_state", "ledger", ["connection_id", "state"])
    op.create_index(
        "ix_journal_waiting",
        "journal",
        ["connection_id", "recorded_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Refuse: an older version would lose plans."""
    raise NotImplementedError("restore a backup instead: going back would lose plans")
