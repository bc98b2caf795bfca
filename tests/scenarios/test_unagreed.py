"""What stands under our identifier and was never agreed on: a person decides, and nobody's words are lost."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.mapping.references import Key
from service.ports.inbox import ItemState
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from service.sync.words import shown_words
from tests.builders import PSYCHIATRIST, a_goal, the_full_plan, uid
from tests.scenarios.clinic import Clinic, attention
from tests.scenarios.two_sides import GOAL

NEW = Key("Goal", uid("goals-7"))
WALK = "Walk every day"


def after_a_lost_answer() -> tuple[Clinic, Key]:
    """A new goal reached the chart, we never heard so, and somebody reworded it there."""
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.change(goals=(*clinic.head().goals, a_goal(id=NEW.item, description=WALK)))
    clinic.arm("lost-response")
    clinic.sync()
    clinic.calm()
    clinic.edit(clinic.address(NEW), description={"text": "their words"})
    clinic.later(seconds=120)
    return clinic, NEW


def after_a_lost_ledger() -> tuple[Clinic, Key]:
    """Our database came back without what was agreed, and somebody reworded a goal meanwhile."""
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.storage.kept.ledger.clear()
    return clinic, GOAL


WAYS = {"a lost answer": after_a_lost_answer, "a lost ledger": after_a_lost_ledger}


def our_words(clinic: Clinic, goal: Key) -> str:
    (found,) = [one for one in clinic.head().goals if one.id == goal.item]
    return found.description


def their_words(clinic: Clinic, goal: Key) -> str:
    return str(clinic.of(goal)["description"]["text"])


def decide(clinic: Clinic, **answer: Any) -> None:
    (item,) = clinic.inbox
    told = Decide(item_id=item.id, digest=item.digest, author=PSYCHIATRIST.id, **answer)
    decide_item(told, ports=clinic.plans)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_person_decides_and_neither_side_moves_before(way: Any) -> None:
    clinic, goal = way()
    ours = our_words(clinic, goal)
    for _ in range(2):
        report = clinic.sync()
        assert [done for done, _ in attention(report).values()] == [Done.CONFLICT]
        (item,) = clinic.inbox
        assert (item.cause, item.groups, item.state) == (
            Cause.SAME_GROUP,
            ("description",),
            ItemState.OPEN,
        )
    assert (our_words(clinic, goal), their_words(clinic, goal)) == (ours, "their words")
    (words,) = shown_words(item.content, item.groups)
    assert words.agreed == (), "nothing was ever agreed on"
    assert (words.ours, words.theirs) == ((f"description: {ours}",), ("description: their words",))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("choice", ["ours", "theirs"])
def test_what_was_decided_is_said_on_both_sides(way: Any, choice: str) -> None:
    clinic, goal = way()
    wanted = {"ours": our_words(clinic, goal), "theirs": "their words"}[choice]
    clinic.sync()
    decide(clinic, choices={"description": choice})
    assert clinic.sync().standing is Standing.IN_STEP
    assert (our_words(clinic, goal), their_words(clinic, goal)) == (wanted, wanted)
    assert (clinic.sync().writes, clinic.inbox) == (0, ())


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_change_here_before_the_decision_asks_anew(way: Any) -> None:
    clinic, goal = way()
    clinic.sync()
    (before,) = clinic.inbox
    goals = (
        replace(one, description="third words") if one.id == goal.item else one for one in clinic.head().goals
    )
    clinic.change(goals=tuple(goals))
    clinic.sync()
    (item,) = clinic.inbox
    assert item.digest != before.digest
    assert their_words(clinic, goal) == "their words"


def test_what_says_the_same_is_agreed_on_without_a_write() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.storage.kept.ledger.clear()
    report = clinic.sync()
    assert (report.standing, report.writes, clinic.inbox) == (Standing.IN_STEP, 0, ())
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.sync()
    assert our_words(clinic, GOAL) == "their words"


def test_what_nobody_may_read_is_not_decided() -> None:
    clinic, goal = after_a_lost_ledger()
    another = clinic.made({"resourceType": "Patient"})
    clinic.edit(clinic.address(goal), subject={"reference": another})
    clinic.sync()
    (item,) = clinic.inbox
    assert item.cause == Cause.OTHER_PATIENT
