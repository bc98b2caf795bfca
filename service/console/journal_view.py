"""A week of the symptom journal on a terminal: how well it is kept, its numbers, and what is missing."""

from typing import TextIO

from service.application.read_journal import WeekSeen
from service.console.tables import page, table
from service.domain.journal_week import WEEK, Rating

_NUMBERS = ("", "mean", "lowest", "highest", "entries with it", "entries without")


def show_journal_week(found: WeekSeen, stream: TextIO) -> None:
    """Write the summary of a week."""
    week, screen = found.week, page(stream)
    screen.print(f"Journal from {week.start} to {week.end}, of what the patient has shared")
    days = ", ".join(map(str, week.days)) or "no day has one"
    screen.print(f"shared entries: {week.entries}, on {len(week.days)} of {WEEK.days} days: {days}")
    if week.entries:
        ratings = (("energy", week.energy), ("mood", week.mood))
        screen.print(table("From 0 to 10", _NUMBERS, [_row(name, one) for name, one in ratings]))
        signs = ", ".join(f"{one.text} ({_times(one.entries)})" for one in week.warning_signs)
        screen.print(f"warning signs ticked: {signs or 'none'}")
        screen.print(f"side effects are noted in {_times(week.with_side_effects)}")
    if found.sight.withheld:
        screen.print(
            f"withheld: {found.sight.withheld} of the whole journal, which the patient has not shared; "
            "none of these numbers counts them"
        )


def _row(name: str, one: Rating) -> tuple[object, ...]:
    numbers = (one.mean, one.lowest, one.highest)
    return name, *("not said" if number is None else number for number in numbers), one.given, one.missing


def _times(entries: int) -> str:
    return f"{entries} {'entry' if entries == 1 else 'entries'}"
