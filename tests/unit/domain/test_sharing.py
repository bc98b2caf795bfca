"""An entry that is not shared is seen by its patient alone, and outlives what others make of the plan."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.plan import Plan
from service.domain.revision import changed_groups, check_succession
from service.domain.sharing import keeping_unshared, unshared, without_unshared
from tests.builders import a_journal_entry, a_plan
from tests.refusals import refusals


def a_journal(flags: list[bool]) -> Plan:
    return a_plan(journal=tuple(a_journal_entry(id=f"e-{n}", shared=one) for n, one in enumerate(flags)))


@given(st.lists(st.booleans(), max_size=8))
def test_what_others_see_and_send_back_changes_nothing(flags: list[bool]) -> None:
    plan = a_journal(flags)
    sight = without_unshared(plan)
    assert all(one.shared for one in sight.journal)
    assert len(sight.journal) + len(unshared(plan)) == len(flags)
    assert keeping_unshared(plan, sight) == plan


@settings(max_examples=60)
@given(st.lists(st.booleans(), max_size=6), st.integers(0, 3), st.randoms(use_true_random=False))
def test_whatever_others_do_every_hidden_entry_is_kept_as_it_is(flags, more: int, mixed) -> None:
    plan = a_journal(flags)
    theirs = [*without_unshared(plan).journal]
    theirs += [a_journal_entry(id=f"new-{n}", shared=True) for n in range(more)]
    mixed.shuffle(theirs)
    after = keeping_unshared(plan, replace(plan, title="Another", journal=tuple(theirs)))
    assert unshared(after) == unshared(plan)
    assert [one for one in after.journal if one.shared] == theirs
    check_succession(plan, after)


def test_hidden_entries_stay_in_their_places_when_others_add_one() -> None:
    plan = a_journal([False, True, False])
    sight = without_unshared(plan)
    added = replace(sight, journal=(*sight.journal, a_journal_entry(id="new", shared=True)))
    assert [one.id for one in keeping_unshared(plan, added).journal] == ["e-0", "e-1", "e-2", "new"]
    assert changed_groups(plan, keeping_unshared(plan, added)) == ("journal",)


@pytest.mark.parametrize("shared", [True, False])
def test_nobody_writes_over_an_entry_that_they_do_not_see(shared: bool) -> None:
    plan = a_journal([True, False])
    theirs = a_journal_entry(id="e-1", insights="Mine", shared=shared)
    guessed = replace(plan, journal=(plan.journal[0], theirs))
    told = refusals(lambda: keeping_unshared(plan, guessed))
    assert told == {"journal[1].id": "is the id of an entry that its patient has not shared"}
