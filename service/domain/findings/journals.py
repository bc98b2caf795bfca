"""The journal, of which only shared entries are read: a summary of a week, and how well it is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from service.domain.findings.case import Case
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import HOUSE
from service.domain.findings.rule import Rule

_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalWeek:
    """What the shared entries of seven days say in numbers: means of those that give one, never their texts.

    `days` counts the days with an entry, of seven: how well the journal is kept.
    """

    start: date
    days: int
    mood: Fraction | None
    energy: Fraction | None
    warning_signs: tuple[str, ...]
    with_side_effects: int


def week(case: Case, start: date) -> JournalWeek:
    """Return the summary of the seven days from `start`; what was not shared is not in it."""
    within = (start, start + timedelta(days=_WEEK - 1))
    entries = [one for one in case.journal if within[0] <= one.written_at.date() <= within[1]]
    return JournalWeek(
        start=start,
        days=len({one.written_at.date() for one in entries}),
        mood=_mean([one.mood for one in entries]),
        energy=_mean([one.energy for one in entries]),
        warning_signs=tuple(sorted({sign for one in entries for sign in one.warning_signs})),
        with_side_effects=sum(one.side_effects is not None for one in entries),
    )


def _mean(given: list[int | None]) -> Fraction | None:
    numbers = [one for one in given if one is not None]
    return Fraction(sum(numbers), len(numbers)) if numbers else None


def _quiet(case: Case) -> Iterator[Finding]:
    """Say that a journal which was kept has become quiet; an entry that was not shared counts as none."""
    written = [one for one in case.journal if one.written_at.date() <= case.today]
    if len(written) < 2:  # noqa: PLR2004  one entry is no habit
        return
    last = written[-1]
    day = last.written_at.date()
    if (case.today - day).days > case.numbers.journal_quiet_days:
        yield Finding(
            rule="journal-quiet",
            urgency=Urgency.TO_KNOW,
            text=f"The last shared entry of the journal is of {day}. Entries may exist that are not shared.",
            evidence=(Evidence(group="journal", item=last.id, says="last shared entry", day=day),),
        )


RULES = (
    Rule(
        id="journal-quiet",
        says="A journal that was kept and from which nothing was shared for two weeks is mentioned.",
        source=HOUSE,
        audience=Audience.THERAPIST,
        find=_quiet,
        numbers=("journal_quiet_days",),
    ),
)
