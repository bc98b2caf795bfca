"""Whatever two plans and the chart say of one goal, in any order: nobody's words are overwritten unseen."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.plan import Plan
from tests.scenarios.pair import AIM, Pair, a_pair

STEPS = st.lists(
    st.sampled_from(("the first says", "the second says", "the chart says", "first pass", "second pass")),
    max_size=9,
)


def words_of(pair: Pair, plan: Plan) -> list[str]:
    """Every wording that a plan has ever had."""
    return [goal.description for one in pair.clinic.storage.kept.plans[plan.id] for goal in one.plan.goals]


def passed(pair: Pair, plan: Plan) -> None:
    """A pass of one plan: it has known what it overwrites, and means or asks about what it leaves."""
    before = pair.words()
    pair.sync(plan)
    known = words_of(pair, plan)
    assert pair.words() == before or before in known
    waits = any(item.resource_type == "Goal" for item in pair.inbox(plan))
    assert waits or pair.words() == known[-1]


@pytest.mark.timeout(600)
@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_no_plan_overwrites_what_it_has_not_seen(steps: list[str]) -> None:
    pair = a_pair()
    does: dict[str, Any] = {
        "the first says": lambda n: pair.goal(pair.first, f"words {n}"),
        "the second says": lambda n: pair.goal(pair.second, f"words {n}"),
        "the chart says": lambda n: pair.clinic.edit(AIM, description={"text": f"words {n}"}),
        "first pass": lambda _: passed(pair, pair.first),
        "second pass": lambda _: passed(pair, pair.second),
    }
    for number, step in enumerate(steps):
        does[step](number)
    for plan in (pair.first, pair.second, pair.first, pair.second):
        passed(pair, plan)
    assert [pair.sync(plan).writes for plan in (pair.first, pair.second)] == [0, 0]
