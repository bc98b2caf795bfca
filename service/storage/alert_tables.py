"""The tables of alerts, and of how a team and an EHR work with a plan; `tables` has them among all."""

from sqlalchemy import Column, Index, Integer, Table

from service.storage.columns import Moment, Sealed
from service.storage.table_parts import key_column as _key
from service.storage.table_parts import metadata
from service.storage.table_parts import text_column as _text

alerts = Table(
    "alerts",
    metadata,
    _key("id"),
    _text("plan_id"),
    _text("state"),
    Column("number", Integer, nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("content", Sealed, nullable=False),
    Index("ix_alerts_plan_id", "plan_id", "raised_at"),
    Index("ix_alerts_state", "state", "raised_at", "id"),
    Index("ix_alerts_due_at", "due_at"),
)

appointees = Table(
    "appointees",
    metadata,
    _key("plan_id"),
    _key("person_id"),
    Index("ix_appointees_person_id", "person_id"),
)

sightings = Table(
    "sightings",
    metadata,
    _key("plan_id"),
    _key("who"),
    _key("item_id"),
    Column("revision", Integer, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    _key("id"),
    _text("plan_id"),
    _text("rule"),
    _text("finding"),
    Column("shown_at", Moment, nullable=False),
)

card_answers = Table(
    "card_answers",
    metadata,
    _key("id"),
    _text("card_id"),
    _text("outcome"),
    Column("answered_at", Moment, nullable=False),
    Column("content", Sealed, nullable=False),
    Index("ix_card_answers_card_id", "card_id"),
)
