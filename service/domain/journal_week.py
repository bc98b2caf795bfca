"""A week of the symptom journal in numbers: how well it is kept and what it says, without its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from service.domain.journal import JournalEntry
from service.domain.measure import RecordStatus
from service.domain.plan import Plan

WEEK = timedelta(days=7)
_DIGITS = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Numbers from 0 to 10 that entries give; without one there is no mean, and nothing is filled in.

    `missing` counts the entries that give none; the mean has one decimal.
    """

    given: int
    missing: int
    mean: Decimal | None = None
    lowest: int | None = None
    highest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TickedSign:
    """A warning sign of the plan, and how many entries tick it."""

    id: str
    text: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalWeek:
    """What the entries of seven days say in numbers, as far as the reader may see them.

    `days` are the days with an entry: how well the journal is kept. An entry belongs to the day that its own
    clock showed.
    """

    start: date
    end: date
    days: tuple[date, ...]
    entries: int
    energy: Rating
    mood: Rating
    warning_signs: tuple[TickedSign, ...]
    with_side_effects: int


def journal_week(plan: Plan, start: date) -> JournalWeek:
    """Return the summary of the seven days from `start`; the plan is given as its reader sees it."""
    entries = [
        one
        for one in plan.journal
        if start <= _day(one) < start + WEEK and one.status is not RecordStatus.ENTERED_IN_ERROR
    ]
    return JournalWeek(
        start=start,
        end=start + WEEK - timedelta(days=1),
        days=tuple(sorted({_day(one) for one in entries})),
        entries=len(entries),
        energy=_rating([one.energy for one in entries]),
        mood=_rating([one.mood for one in entries]),
        warning_signs=tuple(_ticked(plan, entries)),
        with_side_effects=sum(one.side_effects is not None for one in entries),
    )


def _day(entry: JournalEntry) -> date:
    return entry.written_at.date()


def _rating(said: list[int | None]) -> Rating:
    given = [one for one in said if one is not None]
    missing = len(said) - len(given)
    if not given:
        return Rating(given=0, missing=missing)
    mean = (Decimal(sum(given)) / len(given)).quantize(_DIGITS, ROUND_HALF_UP)
    return Rating(given=len(given), missing=missing, mean=mean, lowest=min(given), highest=max(given))


def _ticked(plan: Plan, entries: list[JournalEntry]) -> Iterable[TickedSign]:
    for sign in plan.warning_signs:
        count = sum(sign.id in one.warning_signs for one in entries)
        if count:
            yield TickedSign(id=sign.id, text=sign.text, entries=count)
