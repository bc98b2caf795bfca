"""Orders that follow one another."""

import pytest

from service.domain.medication import OrderStatus, StatusReason
from service.mapping.references import Key
from service.sync.successions import atomic_sets, lines, turns
from tests.builders import a_medication, a_plan, uid


def order(number, replaces=None):
    before = None if replaces is None else uid(f"medications-{replaces}")
    return a_medication(
        id=uid(f"medications-{number}"),
        replaces=before,
        status=OrderStatus.STOPPED,
        status_reason=StatusReason.DOSE_CHANGED,
    )


FIRST, SECOND, THIRD, ALONE = (Key("MedicationRequest", uid(f"medications-{n}")) for n in range(4))
LINES = lines(a_plan(medications=(order(2, 1), order(0), order(3), order(1, 0))))


def test_a_line_holds_all_orders_that_follow_one_another():
    assert {key: set(line) for key, line in LINES.items()} == {
        one: {FIRST, SECOND, THIRD} for one in (FIRST, SECOND, THIRD)
    }


@pytest.mark.parametrize(
    ("turning", "sets"),
    [
        ((FIRST, THIRD), {(FIRST, THIRD)}),
        ((FIRST, THIRD, ALONE), {(FIRST, THIRD)}),
        ((FIRST,), set()),
        ((ALONE,), set()),
        ((), set()),
    ],
)
def test_the_end_of_one_and_the_start_of_another_are_one_step(turning, sets):
    assert {tuple(sorted(one)) for one in atomic_sets(turning, LINES)} == {tuple(sorted(one)) for one in sets}


@pytest.mark.parametrize(
    ("ours", "theirs", "turning"),
    [
        ("active", None, True),
        ("on-hold", None, True),
        ("stopped", None, False),
        ("draft", None, False),
        ("stopped", "active", True),
        ("completed", "on-hold", True),
        ("active", "on-hold", False),
        ("active", "active", False),
        ("stopped", "completed", False),
    ],
)
def test_an_order_turns_when_it_starts_or_ends(ours, theirs, turning):
    there = None if theirs is None else {"status": theirs}
    assert turns({"status": ours}, there) is turning
