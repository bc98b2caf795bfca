"""What a push leaves to a sync because a person's narrative stands beside it, and what it does not."""

from dataclasses import replace

from service.domain.plan import Plan
from service.mapping.references import Key
from service.ports.storage import ConnectionMode, LinkState
from service.sync.agenda import Agenda
from service.sync.drafts import meant
from service.sync.narratives import hold_back
from tests.builders import a_goal, a_plan, uid
from tests.unit.sync.bench import CONNECTION, agreed, an_agenda, an_entry

GOAL = Key("Goal", uid("goals-0"))
AUTHORED = {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Sleep</div>'}


def plan(words: str) -> Plan:
    return a_plan(goals=(a_goal(id=GOAL.item, description=words),))


def reworded(state: LinkState = LinkState.IN_SYNC, *, deceased: bool = False) -> Agenda:
    """A goal that was agreed with a person's narrative in the chart, and is worded anew here."""
    before = meant(an_agenda(plan("as agreed"))).ours[GOAL]
    base = agreed(before, {**before, "text": AUTHORED})
    return an_agenda(plan("anew"), an_entry(GOAL, "1", **{**base, "state": state}), deceased=deceased)


def test_a_change_beside_a_persons_narrative_is_left_to_a_sync() -> None:
    agenda = reworded()
    (report,) = hold_back(agenda, set())
    assert (report.key, report.reference, agenda.entry(GOAL).state) == (GOAL, "Goal/1", LinkState.CONFLICT)


def test_what_is_open_or_lost_stays_so() -> None:
    assert hold_back(reworded(LinkState.UNKNOWN_OUTCOME), {GOAL}) == ()
    assert hold_back(reworded(LinkState.DETACHED), set()) == ()


def test_what_does_not_leave_is_not_held_back() -> None:
    reading = replace(CONNECTION, mode=ConnectionMode.SHADOW)
    assert hold_back(replace(reworded(), connection=reading), set()) == ()
    assert hold_back(reworded(deceased=True), set()) == ()


def test_what_stayed_the_same_is_not_held_back() -> None:
    agenda = reworded()
    agenda.plan = plan("as agreed")
    assert hold_back(agenda, set()) == ()
