"""The tables. Plans and people are JSON documents; clear columns hold ids, statuses and dates alone."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from service.storage.columns import Json, Moment, Names

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _text(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, Text, nullable=optional)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


plans = Table(
    "plans",
    metadata,
    _key("id"),
    Column("number", Integer, nullable=False),
    _text("status"),
    _text("patient_id"),
    _text("author"),
    Column("created", Date, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_plans_added_at", "added_at", "id"),
    Index("ix_plans_updated_at", "updated_at"),
    Index("ix_plans_patient_id", "patient_id"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("plan_id", Text, ForeignKey("plans.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("schema_version", Integer, nullable=False),
    Column("groups", Names, nullable=False),
    _text("author"),
    _text("origin"),
    Column("recorded_at", Moment, nullable=False),
    Column("document", Json, nullable=False),
)

plan_identifiers = Table(
    "plan_identifiers",
    metadata,
    Column("plan_id", Text, ForeignKey("plans.id"), primary_key=True),
    _key("system"),
    _key("value"),
    Index("ix_plan_identifiers_value", "system", "value"),
)

people = Table(
    "people",
    metadata,
    _key("id"),
    Column("schema_version", Integer, nullable=False),
    Column("document", Json, nullable=False),
)

connections = Table(
    "connections",
    metadata,
    _key("id"),
    _text("base_url"),
    _text("identifier_system"),
    _text("patient_identifier_system", optional=True),
    _text("mode"),
    Column("sandbox", Boolean, nullable=False),
    _text("medications"),
    Column("pinned", Boolean, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    _key("connection_id"),
    _key("resource_type"),
    _key("item_id"),
    _text("state"),
    _text("patient_id", optional=True),
    _text("remote_id", optional=True),
    _text("version", optional=True),
    _text("last_updated", optional=True),
    Column("agreed_ours", Json),
    Column("agreed_theirs", Json),
    _text("ours_digest", optional=True),
    _text("theirs_digest", optional=True),
    _text("reason", optional=True),
    Column("not_kept", Names, nullable=False),
    Column("last_tried", Moment),
    Column("last_succeeded", Moment),
    Column("settled_revision", Integer),
    Index("ix_ledger_remote_id", "connection_id", "resource_type", "remote_id"),
    Index("ix_ledger_state", "connection_id", "state"),
)

ledger_plans = Table(
    "ledger_plans",
    metadata,
    _key("connection_id"),
    _key("resource_type"),
    _key("item_id"),
    _key("plan_id"),
    ForeignKeyConstraint(
        ["connection_id", "resource_type", "item_id"],
        ["ledger.connection_id", "ledger.resource_type", "ledger.item_id"],
    ),
    Index("ix_ledger_plans_plan_id", "connection_id", "plan_id"),
)

journal = Table(
    "journal",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    _text("connection_id"),
    _text("patient_id"),
    _text("plan_id"),
    _text("resource_type"),
    _text("item_id"),
    _text("interaction"),
    _text("expected_version", optional=True),
    Column("body", Json, nullable=False),
    _text("digest"),
    Column("fencing", Integer, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("settled_at", Moment),
    _text("outcome", optional=True),
    Index("ix_journal_open", "connection_id", "patient_id", "settled_at"),
    Index(
        "ix_journal_waiting",
        "connection_id",
        "recorded_at",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
)

capabilities = Table(
    "capabilities",
    metadata,
    _key("connection_id"),
    Column("content", Json, nullable=False),
    Column("fetched_at", Moment, nullable=False),
)

cursors = Table("cursors", metadata, _key("connection_id"), _key("name"), _text("value"))

leases = Table(
    "leases",
    metadata,
    _key("connection_id"),
    _key("patient_id"),
    _text("holder", optional=True),
    Column("fencing", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
