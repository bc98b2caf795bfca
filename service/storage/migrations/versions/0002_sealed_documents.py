"""Sealed columns, the keys that the database knows, and hashes in place of the patients' identifiers.

No key is at hand here: what was clear stays clear, and `tandem db rekey` seals it.
"""

import json
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 500
# Digests become sealed columns, and what is clear in those is JSON.
_QUOTED = (("ledger", "ours_digest"), ("ledger", "theirs_digest"), ("journal", "digest"))


def upgrade() -> None:
    """Make room for keys, and keep no identifier of a patient outside the documents."""
    op.create_table(
        "sealing_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealing_keys"),
    )
    for table, column in _QUOTED:
        op.execute(f"""UPDATE {table} SET {column} = '"' || {column} || '"' WHERE {column} IS NOT NULL""")  # noqa: S608  names of our own
    op.execute("CREATE TEMPORARY TABLE identifiers_before AS SELECT * FROM plan_identifiers")
    op.drop_table("plan_identifiers")
    _make_hashes()
    op.execute("DROP TABLE identifiers_before")


def downgrade() -> None:
    """Refuse: an older version would lose plans."""
    raise NotImplementedError("restore a backup instead: going back would lose plans")


def _make_hashes() -> None:
    table = op.create_table(
        "plan_identifiers",
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_identifiers_plans"),
        sa.PrimaryKeyConstraint("plan_id", "hash", name="pk_plan_identifiers"),
    )
    op.create_index("ix_plan_identifiers_hash", "plan_identifiers", ["hash"], unique=False)
    before = op.get_bind().execute(sa.text("SELECT plan_id, system, value FROM identifiers_before"))
    for rows in before.partitions(_BATCH):
        hashed = [{"plan_id": plan_id, "hash": _clear(system, value)} for plan_id, system, value in rows]
        op.bulk_insert(table, hashed)


def _clear(system: str, value: str) -> str:
    """Return the hash of an installation without keys, as this version of the schema makes it."""
    return f"clear:{sha256(json.dumps(['plan_identifiers', system, value]).encode()).hexdigest()}"
