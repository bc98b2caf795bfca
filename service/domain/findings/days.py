"""Counting in the calendar's months."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, the last day of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
