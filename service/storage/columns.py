"""Column types: JSON with all its digits, what is sealed, and moments that come back aware, everywhere."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from service.fhir.json import JsonObject, dumps, loads

# An EHR may send half a surrogate pair; UTF-8 has no bytes for it, JSON's escape has.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Json(TypeDecorator[JsonObject]):
    """A JSON object as text, because a database's own JSON type rounds decimals and refuses U+0000."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JsonObject | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's signature
        """Write the object with every digit of its decimals."""
        return None if value is None else json_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> JsonObject | None:  # noqa: ARG002  SQLAlchemy's signature
        """Read the object; decimals come back as Decimal."""
        return None if value is None else loads(value)


class Sealed(TypeDecorator[str]):
    """Content that `service.storage.rows` seals and opens; declaring a column so is all that it takes."""

    impl = Text
    cache_ok = True


class Hashed(TypeDecorator[str]):
    """A keyed hash of something to search by, which `service.storage.rekey` makes anew under a new key."""

    impl = Text
    cache_ok = True


class Names(TypeDecorator[tuple[str, ...]]):
    """A short list of codes or paths."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:  # noqa: ARG002  SQLAlchemy's signature
        """Write the list as JSON."""
        return json.dumps(value or ())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002  SQLAlchemy's signature
        """Read the list."""
        return tuple(json.loads(value)) if value else ()


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite holds it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Move the moment to UTC."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Give the moment in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def json_text(value: JsonObject | str) -> str:
    """Return JSON that every database stores, with every digit of its decimals."""
    return _SURROGATE.sub(_escaped, dumps(value))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
