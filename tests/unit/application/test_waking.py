"""What changes a plan, or decides about it, asks for its pass in the same commit; all else does not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.application.change_plan import add_item, change_dose, replace_item
from service.application.export_plan import export_plan
from service.application.import_chart import FromBundle, ImportChart, ImportPorts, import_chart
from service.application.inbox import Decide, decide_item
from service.application.keep_plan import create_plan, replace_plan
from service.application.load_plan import load_plan
from service.application.ports import Editor, PlanPorts
from service.domain.values import Invalid
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.imports import ImportOutcome
from service.ports.inbox import InboxItem
from service.ports.storage import Superseded, Taken
from tests.builders import DIRECTORY, PSYCHIATRIST, a_goal, a_plan, a_task, uid
from tests.builders.inbox import an_item
from tests.fakes.clock import CountingIds, StillClock
from tests.fakes.jobs import JobQueue
from tests.fakes.storage import Kept, MemoryStorage
from tests.unit.application.test_plans import NEW_DOSE

PLAN = a_plan()
EDITOR = Editor(author=PSYCHIATRIST.id, expected=1)


@pytest.fixture
def ports() -> PlanPorts:
    clock = StillClock()
    storage = MemoryStorage(queue=JobQueue(new_id=CountingIds("job").new, now=clock.now))
    with storage.begin() as work:
        for person in DIRECTORY.values():
            work.people.put(person)
        work.commit()
    return PlanPorts(storage=storage, clock=clock)


def asked(ports: PlanPorts) -> list[tuple[str, str]]:
    """Gives for which plans a pass was asked for, and forgets it."""
    with ports.storage.begin() as work:
        found = list(work._working.jobs)
        work._working.jobs.clear()
        work.commit()
    return found


WAYS: dict[str, Callable[[PlanPorts], Any]] = {
    "replaced": lambda ports: replace_plan(replace(PLAN, title="Changed"), editor=EDITOR, ports=ports),
    "item added": lambda ports: add_item(PLAN.id, "tasks", a_task(), editor=EDITOR, ports=ports),
    "item replaced": lambda ports: replace_item(
        PLAN.id, "goals", a_goal(description="Changed"), editor=EDITOR, ports=ports
    ),
    "new dose": lambda ports: change_dose(PLAN.id, NEW_DOSE, editor=EDITOR, ports=ports),
}


def test_a_new_plan_asks_for_its_pass(ports: PlanPorts) -> None:
    create_plan(PLAN, author="n.okafor", ports=ports)
    assert asked(ports) == [("default", PLAN.id)]
    load_plan(a_plan(id="plan-2"), (), author="n.okafor", ports=ports)
    assert asked(ports) == [("default", "plan-2")]


@pytest.mark.parametrize("way", WAYS)
def test_a_change_of_a_plan_asks_for_its_pass(ports: PlanPorts, way: str) -> None:
    create_plan(PLAN, author="n.okafor", ports=ports)
    asked(ports)
    WAYS[way](ports)
    assert asked(ports) == [("default", PLAN.id)]


def test_what_changes_nothing_or_is_refused_asks_for_nothing(ports: PlanPorts) -> None:
    create_plan(PLAN, author="n.okafor", ports=ports)
    asked(ports)
    replace_plan(PLAN, editor=EDITOR, ports=ports)
    with pytest.raises(Superseded):
        replace_plan(replace(PLAN, title="Changed"), editor=replace(EDITOR, expected=7), ports=ports)
    with pytest.raises(Taken):
        create_plan(PLAN, author="n.okafor", ports=ports)
    with pytest.raises(Invalid):
        create_plan(a_plan(id="plan-2", author=uid("nobody")), author="n.okafor", ports=ports)
    assert asked(ports) == []


def test_a_decision_asks_for_the_pass_that_carries_it_out(ports: PlanPorts) -> None:
    create_plan(PLAN, author="n.okafor", ports=ports)
    item: InboxItem = an_item(plan_id=PLAN.id)
    with ports.storage.begin() as work:
        work.inbox.save([item])
        work.commit()
    asked(ports)
    choices = dict.fromkeys(item.groups, "ours")
    decide_item(Decide(item_id=item.id, digest=item.digest, author="n.okafor", choices=choices), ports=ports)
    assert asked(ports) == [(item.connection_id, PLAN.id)]


def test_an_import_asks_for_nothing(ports: PlanPorts) -> None:
    create_plan(PLAN, author="n.okafor", ports=ports)
    bundle = export_plan(PLAN.id, ports=ports)
    asked(ports)
    ports.storage.kept = Kept()  # another installation's plan
    record = import_chart(
        ImportChart(source=FromBundle(bundle=bundle)),
        ImportPorts(
            storage=ports.storage,
            clock=ports.clock,
            ids=CountingIds(),
            identifier_system=DEFAULT_IDENTIFIER_SYSTEM,
        ),
    )
    assert record.outcome is ImportOutcome.MADE
    assert asked(ports) == []
