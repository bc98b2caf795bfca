"""The summary of a week holds numbers of shared entries alone, and says how well the journal is kept."""

from fractions import Fraction

from service.domain.findings.case import Case
from service.domain.findings.journals import week
from tests.builders import a_journal_entry, a_plan, a_warning_sign, day, moment


def entry(name, count, **changes):
    return a_journal_entry(**{"id": name, "written_at": moment(count), "shared": True, **changes})


def test_a_week_sums_up_what_was_shared_in_its_days() -> None:
    journal = (
        entry("before", 6, mood=0),
        entry("a", 7, mood=4, energy=None, warning_signs=("sign",)),
        entry("b", 7, mood=5, energy=3),
        entry("c", 13, mood=None, energy=None, side_effects="dry mouth"),
        entry("after", 14, mood=10),
        entry("kept", 8, mood=0, shared=False, warning_signs=("sign",)),
    )
    plan = a_plan(journal=journal, warning_signs=(a_warning_sign(id="sign"),))
    found = week(Case(plan=plan, today=day(20)), day(7))
    assert (found.days, found.mood, found.energy) == (2, Fraction(9, 2), Fraction(3))
    assert (found.warning_signs, found.with_side_effects) == (("sign",), 1)


def test_a_week_without_entries_has_no_means() -> None:
    found = week(Case(plan=a_plan(), today=day(20)), day(7))
    assert (found.days, found.mood, found.energy) == (0, None, None)
