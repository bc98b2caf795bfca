"""Instants as servers write them: `2026-03-02T12:00:00.123+00:00`, with any fraction and zone."""

from datetime import UTC, datetime, timedelta


def moment_of(text: str | None) -> datetime | None:
    """Reads an instant; None for what is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def before(moment: datetime, span: timedelta) -> str:
    """Writes the instant that lies so long before a moment, in UTC and to the millisecond."""
    return (moment - span).astimezone(UTC).isoformat(timespec="milliseconds")
