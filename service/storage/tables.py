"""The tables. What people say of a patient lies in sealed columns; the others hold ids, codes and dates.

A sealed text is bound to its row: to the columns that `info["row"]` names, else to the primary key.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    false,
    text,
)

from service.storage.alert_tables import alerts as alerts  # noqa: PLC0414  every table is found here
from service.storage.alert_tables import appointees as appointees  # noqa: PLC0414  every table is found here
from service.storage.alert_tables import card_answers as card_answers  # noqa: PLC0414  every table is found here
from service.storage.alert_tables import cards as cards  # noqa: PLC0414  every table is found here
from service.storage.alert_tables import sightings as sightings  # noqa: PLC0414  every table is found here
from service.storage.columns import Hashed, Json, Moment, Names, Sealed
from service.storage.table_parts import key_column as _key
from service.storage.table_parts import metadata as metadata  # noqa: PLC0414  every table is found here
from service.storage.table_parts import text_column as _text

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
    # Whether it names whom alerts reach.
    Column("reached", Boolean, nullable=False, server_default=false()),
    # Whether `appointees` has all of its people: plans from before that table are read to find out.
    Column("appointees_known", Boolean, nullable=False, server_default=false()),
    Index("ix_plans_appointees_known", "appointees_known"),
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
    Column("document", Sealed, nullable=False),
)

plan_identifiers = Table(
    "plan_identifiers",
    metadata,
    Column("plan_id", Text, ForeignKey("plans.id"), primary_key=True),
    Column("hash", Hashed, primary_key=True),
    Index("ix_plan_identifiers_hash", "hash"),
)

people = Table(
    "people",
    metadata,
    _key("id"),
    Column("schema_version", Integer, nullable=False),
    Column("document", Sealed, nullable=False),
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
    _key("plan_id"),
    _text("state"),
    _text("patient_id", optional=True),
    _text("remote_id", optional=True),
    _text("version", optional=True),
    _text("last_updated", optional=True),
    Column("agreed_ours", Sealed),
    Column("agreed_theirs", Sealed),
    # Who knows a plan but for one word could try words until the digest fits: digests are sealed too.
    Column("ours_digest", Sealed),
    Column("theirs_digest", Sealed),
    _text("reason", optional=True),
    Column("not_kept", Names, nullable=False),
    Column("last_tried", Moment),
    Column("last_succeeded", Moment),
    Column("settled_revision", Integer),
    Index("ix_ledger_remote_id", "connection_id", "resource_type", "remote_id"),
    Index("ix_ledger_item_id", "connection_id", "item_id"),
    Index("ix_ledger_plan_id", "connection_id", "plan_id"),
    Index("ix_ledger_state", "connection_id", "state"),
    # Sealed for the resource, whichever plan agreed on it: a plan takes over what another has of a person.
    info={"row": ("connection_id", "resource_type", "item_id")},
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
    Column("body", Sealed, nullable=False),
    Column("digest", Sealed, nullable=False),
    Column("fencing", Integer, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("settled_at", Moment),
    _text("outcome", optional=True),
    Index("ix_journal_open", "connection_id", "patient_id", "settled_at"),
    Index("ix_journal_item_id", "connection_id", "item_id"),
    Index(
        "ix_journal_waiting",
        "connection_id",
        "recorded_at",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
    info={"row": ("id",)},  # the sequence is not known before the row is written
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

decisions = Table(
    "decisions",
    metadata,
    _key("plan_id"),
    _key("key"),
    _text("rule"),
    _text("answer"),
    Column("revision", Integer, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("content", Sealed, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    _key("id"),
    _text("source"),
    _text("outcome"),
    _text("connection_id", optional=True),
    _text("plan_id", optional=True),
    _text("author"),
    Column("imported_at", Moment, nullable=False),
    Column("content", Sealed, nullable=False),
    Index("ix_imports_plan_id", "plan_id"),
)

inbox = Table(
    "inbox",
    metadata,
    _key("id"),
    _text("connection_id"),
    _text("plan_id"),
    _text("patient_id"),
    _text("resource_type"),
    _text("item_id"),
    _text("reference"),
    _text("cause"),
    Column("groups", Names, nullable=False),
    Column("digest", Sealed, nullable=False),
    Column("content", Sealed, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    _text("state"),
    Column("choices", Names, nullable=False),
    _text("decided_by", optional=True),
    Column("decided_at", Moment),
    Column("closed_at", Moment),
    _text("outcome", optional=True),
    Index("ix_inbox_plan_id", "connection_id", "plan_id", "state"),
    Index("ix_inbox_state", "state", "opened_at", "id"),
)

passes = Table(
    "passes",
    metadata,
    _key("connection_id"),
    _key("plan_id"),
    Column("revision", Integer, nullable=False),
    _text("standing"),
    Column("ended_at", Moment, nullable=False),
)
jobs = Table(
    "jobs",
    metadata,
    _key("connection_id"),
    _key("plan_id"),
    # The engine's job that waits to begin, and the one that runs: a pass that is asked for while one runs
    # is another pass.
    _text("waiting_id", optional=True),
    Column("asked_at", Moment),
    _text("running_id", optional=True),
    Column("started_at", Moment),
    Column("failures", Integer, nullable=False),
    Column("due_at", Moment),
    _text("reason", optional=True),
    Index("ix_jobs_due_at", "due_at"),
)
workers = Table(
    "workers",
    metadata,
    _key("id"),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
duties = Table(
    "duties", metadata, _key("name"), _text("holder", optional=True), Column("due_at", Moment, nullable=False)
)
writing = Table(
    "writing",
    metadata,
    _key("id"),
    Column("stopped", Boolean, nullable=False),
    Column("reason", Sealed),  # an operator's words, which may name somebody
    _text("by", optional=True),
    Column("since", Moment),
)
sealing_keys = Table("sealing_keys", metadata, _key("id"), _text("state"), _text("proof"))
tokens = Table(
    "tokens",
    metadata,
    _key("id"),
    Column("name", Text, nullable=False, unique=True),
    _text("role"),
    _text("plan_id", optional=True),
    _text("digest"),
    Column("created_at", Moment, nullable=False),
    _text("created_by"),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    _text("who"),
    _text("role"),
    _text("entrance"),
    _text("operation"),
    _text("outcome"),
    Column("status", Integer, nullable=False),
    _text("request_id", optional=True),
    _text("plan_id", optional=True),
    _text("patient_id", optional=True),
    _text("item_id", optional=True),
    _text("acting_for", optional=True),
    Index("ix_audit_plan_id", "plan_id", "number"),
    Index("ix_audit_patient_id", "patient_id", "number"),
    Index("ix_audit_who", "who", "number"),
)

audit_refused = Table(
    "audit_refused",
    metadata,
    Column("hour", Moment, primary_key=True),
    _key("operation"),
    _key("doubt"),
    Column("count", Integer, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    _key("id"),
    _text("principal"),
    _text("operation"),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("content", Sealed),
    Index("ix_answers_expires_at", "expires_at"),
)

# What a chart looked like when it was read last; a keyed hash stands for the content.
sights = Table(
    "sights",
    metadata,
    _key("connection_id"),
    _key("resource_type"),
    _key("remote_id"),
    _text("stamp", optional=True),
    _text("digest", optional=True),
    Column("missing", Integer, nullable=False),
)

due = Table(
    "due",
    metadata,
    _key("connection_id"),
    _key("plan_id"),
    Column("number", Integer, nullable=False),
    Column("since", Moment, nullable=False),
)

polls = Table("polls", metadata, _key("connection_id"), Column("asked_at", Moment, nullable=False))

hooks = Table(
    "hooks",
    metadata,
    _key("digest"),
    _text("connection_id"),
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment),
)
