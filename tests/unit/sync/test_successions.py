"""Orders that follow one another."""

import pytest

from service.domain.medication import OrderStatus, StatusReason
from service.mapping.references import Key
from service.sync.successions import Turn, atomic_sets, lines, turn
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


ENDS, STARTS = Turn.ENDS, Turn.STARTS


@pytest.mark.parametrize(
    ("turning", "sets"),
    [
        ({FIRST: ENDS, THIRD: STARTS}, {frozenset({FIRST, THIRD})}),
        ({FIRST: ENDS, SECOND: None, THIRD: STARTS, ALONE: STARTS}, {frozenset({FIRST, THIRD})}),
        ({FIRST: ENDS, SECOND: ENDS, THIRD: STARTS}, {frozenset({FIRST, SECOND, THIRD})}),
        ({FIRST: STARTS, SECOND: STARTS}, set()),
        ({FIRST: ENDS, SECOND: ENDS}, set()),
        ({FIRST: ENDS, ALONE: STARTS}, set()),
        ({FIRST: ENDS}, set()),
        ({}, set()),
    ],
)
def test_the_end_of_one_and_the_start_of_another_are_one_step(turning, sets):
    assert {frozenset(one) for one in atomic_sets(turning, LINES)} == sets


@pytest.mark.parametrize(
    ("ours", "theirs", "turning"),
    [
        ("active", None, STARTS),
        ("on-hold", None, STARTS),
        ("stopped", None, None),
        ("draft", None, None),
        ("stopped", "active", ENDS),
        ("completed", "on-hold", ENDS),
        ("active", "draft", STARTS),
        ("active", "on-hold", None),
        ("active", "active", None),
        ("stopped", "completed", None),
    ],
)
def test_an_order_turns_when_it_starts_or_ends(ours, theirs, turning):
    there = None if theirs is None else {"status": theirs}
    assert turn({"status": ours}, there) is turning
