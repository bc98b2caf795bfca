"""Orders and phases that follow one another."""

import pytest

from service.domain.medication import OrderStatus, StatusReason
from service.mapping.references import Key
from service.sync.successions import Turn, atomic_sets, in_stages, later, lines, partners, turn
from tests.builders import a_medication, a_phase, a_plan, day, uid


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


PHASES = tuple(Key("Observation", uid(f"phases-{n}")) for n in range(4))
ONE, TWO, THREE, FOUR = PHASES
IN_TURN = lines(
    a_plan(
        phases=tuple(
            a_phase(id=key.item, start=day(n), end=None if key == FOUR else day(n + 1))
            for n, key in enumerate(PHASES)
        )
    )
)


def test_phases_are_one_line_in_their_order_and_a_single_one_is_none():
    assert dict.fromkeys(PHASES, PHASES) == IN_TURN
    assert lines(a_plan(phases=(a_phase(),))) == {}


@pytest.mark.parametrize(
    ("turning", "sets"),
    [
        ({ONE: ENDS, TWO: STARTS}, {(ONE, TWO)}),
        ({ONE: ENDS, TWO: STARTS, THREE: STARTS}, {(ONE, TWO, THREE)}),
        ({ONE: ENDS, TWO: None, THREE: STARTS}, {(ONE, THREE)}),
        ({ONE: ENDS, THREE: ENDS, FOUR: STARTS}, {(THREE, FOUR)}),
        ({ONE: STARTS, TWO: ENDS, THREE: STARTS}, {(TWO, THREE)}),
        ({ONE: STARTS, TWO: STARTS}, set()),
        ({ONE: ENDS}, set()),
    ],
)
def test_the_end_of_a_phase_and_what_starts_after_it_are_one_step(turning, sets):
    assert set(atomic_sets(turning, IN_TURN)) == sets


@pytest.mark.parametrize(
    ("key", "missing"), [(ONE, (TWO, THREE)), (TWO, (ONE,)), (THREE, (ONE,)), (FOUR, ())]
)
def test_a_phase_starts_with_the_end_of_the_one_before_it_and_ends_with_all_that_start(key, missing):
    assert partners(key, PHASES, {ONE: ENDS, TWO: STARTS, THREE: STARTS, FOUR: None}) == missing


def test_one_by_one_phases_start_before_one_ends():
    assert in_stages((ONE, TWO, THREE), {ONE: ENDS, TWO: STARTS, THREE: STARTS}) == (TWO, THREE, ONE)


def test_after_a_phase_come_those_behind_it_and_after_an_order_none():
    assert later(TWO, IN_TURN) == (THREE, FOUR)
    assert later(FIRST, LINES) == later(ALONE, LINES) == ()


def phase(**period):
    return {"resourceType": "Observation", "effectivePeriod": period}


OPEN, ENDED = phase(start="2024-01-01"), phase(start="2024-01-01", end="2024-02-01")


@pytest.mark.parametrize(
    ("ours", "theirs", "turning"),
    [
        (OPEN, None, STARTS),
        (ENDED, None, STARTS),
        (ENDED, OPEN, ENDS),
        (OPEN, OPEN, None),
        (ENDED, ENDED, None),
        (OPEN, ENDED, None),
    ],
)
def test_a_phase_turns_when_it_is_new_or_ends(ours, theirs, turning):
    assert turn(ours, theirs) is turning
