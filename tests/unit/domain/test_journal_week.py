"""A week of the journal is summed up in numbers: what is missing is counted and never filled in."""

from decimal import Decimal

import pytest

from service.domain.journal_week import Rating, TickedSign, journal_week
from service.domain.measure import RecordStatus
from tests.builders import a_journal_entry, a_plan, a_warning_sign, day, moment


def entry(name, count, hour=9, **changes):
    return a_journal_entry(**{"id": name, "written_at": moment(count, hour), **changes})


def of(*journal, signs=()):
    return journal_week(a_plan(journal=journal, warning_signs=signs), day(7))


def test_a_week_sums_up_the_entries_of_its_seven_days() -> None:
    sign, other = a_warning_sign(id="sign"), a_warning_sign(id="other", text="I sleep badly")
    found = of(
        entry("before", 6, 23, mood=0),
        entry("c", 13, 23, mood=None, energy=None, side_effects="dry mouth", warning_signs=("sign", "other")),
        entry("a", 7, 0, mood=4, energy=None, warning_signs=("sign",)),
        entry("b", 7, mood=5, energy=3),
        entry("after", 14, 0, mood=10, warning_signs=("other",)),
        signs=(sign, other, a_warning_sign(id="never")),
    )
    assert (found.start, found.end) == (day(7), day(13))
    assert (found.days, found.entries, found.with_side_effects) == ((day(7), day(13)), 3, 1)
    assert found.mood == Rating(given=2, missing=1, mean=Decimal("4.5"), lowest=4, highest=5)
    assert found.energy == Rating(given=1, missing=2, mean=Decimal("3.0"), lowest=3, highest=3)
    assert found.warning_signs == (
        TickedSign(id="sign", text=sign.text, entries=2),
        TickedSign(id="other", text="I sleep badly", entries=1),
    )


def test_a_week_without_entries_has_no_numbers() -> None:
    found = of()
    assert (found.days, found.entries, found.warning_signs, found.with_side_effects) == ((), 0, (), 0)
    assert found.mood == found.energy == Rating(given=0, missing=0)


def test_what_no_entry_gives_is_missing_and_not_nought() -> None:
    found = of(entry("a", 8, mood=None, energy=0), entry("b", 9, mood=None, energy=0))
    assert found.mood == Rating(given=0, missing=2)
    assert found.energy == Rating(given=2, missing=0, mean=Decimal("0.0"), lowest=0, highest=0)


def test_an_entry_that_was_taken_back_counts_nowhere() -> None:
    assert of(entry("a", 8, status=RecordStatus.ENTERED_IN_ERROR)) == of()
    assert of(entry("a", 8, status=RecordStatus.AMENDED)).entries == 1


MEANS = [
    ((1, 2, 2), "1.7"),
    ((3, 3, 3, 4), "3.3"),
    ((1, 1, 1, 2), "1.3"),
    ((0, 0, 0, 1), "0.3"),
    ((10,), "10.0"),
]


@pytest.mark.parametrize(("given", "mean"), MEANS)
def test_a_mean_has_one_decimal(given, mean) -> None:
    found = of(*(entry(f"e-{n}", 8, mood=one) for n, one in enumerate(given)))
    assert str(found.mood.mean) == mean
