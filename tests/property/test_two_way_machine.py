"""Two writers, passes, lost answers and decisions in any order: the laws of the sync hold after every step.

The model is what each side said last and nobody has seen come out yet. After a pass every such edit is on
both sides, or waits in the inbox, or is told as not applied, or is replaced by a decision on record.
"""

import os
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.application.inbox import Decide, decide_item
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.fhir.subjects import patients_of
from service.ports.ehr import Unavailable
from service.ports.inbox import InboxItem, ItemState
from service.sandbox.shape import Shape
from service.sync.merge import Choice
from service.sync.reconciliation import Cause
from service.sync.report import SETTLED
from tests.builders import PSYCHIATRIST
from tests.property.two_sided import ENDINGS_HERE, ENDINGS_THERE, FIELDS, a_small_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, ours

SHAPES = (Shape(), WITHOUT_TRANSACTIONS)
TOLD = {Cause.NOT_APPLIED, Cause.VANISHED}
STEPS = 50
# `make check` takes 60: 3,000 steps.
EXAMPLES = int(os.environ.get("TWO_WAY_EXAMPLES", "10"))


class TwoWriters(RuleBasedStateMachine):
    """A plan, its chart, and what each side said since the last pass."""

    @initialize(shape=st.sampled_from(SHAPES))
    def begin(self, shape: Shape) -> None:
        self.clinic = Clinic(a_small_plan(), shape=shape)
        self.clinic.sync()
        self.number = 0
        self.said_here: dict[str, Any] = {}
        self.said_there: dict[str, Any] = {}

    @rule(name=st.sampled_from(sorted(FIELDS)))
    def edit_here(self, name: str) -> None:
        self.number += 1
        field = FIELDS[name]
        try:
            self.clinic.revise(field.write(self.clinic.head(), self.number))
        except Invalid:
            return  # such as a time for a visit that was cancelled meanwhile
        self.said_here[name] = field.here(self.clinic.head())

    @rule(name=st.sampled_from(sorted(FIELDS)))
    def edit_there(self, name: str) -> None:
        self.number += 1
        field = FIELDS[name]
        held = self.clinic.of(field.key)
        self.clinic.edit(self.clinic.address(field.key), **field.edit(held, self.number))
        self.said_there[name] = field.there(self.clinic.of(field.key))

    @rule(name=st.sampled_from(sorted(ENDINGS_HERE)))
    def end_here(self, name: str) -> None:
        before = self.clinic.head()
        try:
            after = ENDINGS_HERE[name](before)
        except Invalid:
            return
        if _may(before, after):
            self.clinic.revise(after)

    @rule(name=st.sampled_from(sorted(ENDINGS_THERE)))
    def end_there(self, name: str) -> None:
        key, elements = ENDINGS_THERE[name]
        self.clinic.edit(self.clinic.address(key), **elements)

    @rule()
    def sync(self) -> None:
        self._pass()
        self._no_edit_is_lost()

    @rule(number=st.integers(1, 4))
    def sync_over_a_bad_line(self, number: int) -> None:
        """An answer gets lost after its effect; a later pass finds out what became of it."""
        writes = iter(range(1, 100))
        self.clinic.lose = lambda request: request.method != "GET" and next(writes) == number
        try:
            self._pass()
        except Unavailable:
            pass
        finally:
            self.clinic.lose = lambda _: False
        self.clinic.later(minutes=6)

    @precondition(lambda self: self.clinic.inbox)
    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        waiting = [one for one in self.clinic.inbox if one.state is ItemState.OPEN]
        if waiting:
            item = data.draw(st.sampled_from(waiting))
            choice = data.draw(st.sampled_from(sorted(Choice)))
            choices = {} if item.cause in TOLD else dict.fromkeys(item.groups, choice.value)
            self._decide(item, choices)

    def _decide(self, item: InboxItem, choices: dict[str, str]) -> None:
        command = Decide(item_id=item.id, digest=item.digest, author=PSYCHIATRIST.id, choices=choices)
        try:
            decide_item(command, ports=self.clinic.plans)
        except Invalid:
            return  # what has ended stays so
        self.said_here.clear()
        self.said_there.clear()

    def _pass(self) -> None:
        self.report = self.clinic.sync()

    def _no_edit_is_lost(self) -> None:
        shown = [part for item in self.clinic.storage.kept.inbox.values() for part in item.content.values()]
        for name, value in list(self.said_here.items()):
            field = FIELDS[name]
            there = field.there(self.clinic.of(field.key))
            assert value in (there, *self._seen(name, shown)), f"our {name} is lost: {value}, not {there}"
            if value == there:
                del self.said_here[name]  # it came out: whoever changes it from now on has seen it
        for name, value in list(self.said_there.items()):
            here = FIELDS[name].here(self.clinic.head())
            assert value in (here, *self._seen(name, shown)), f"their {name} is lost: {value}, not {here}"
            if value == here:
                del self.said_there[name]
        if not any(one.done not in SETTLED for one in self.report.items):
            self.said_here.clear()
            self.said_there.clear()

    def _seen(self, name: str, shown: list[JsonObject]) -> list[Any]:
        """What the inbox has shown of a field, decided or not."""
        field = FIELDS[name]
        kind = field.key.type
        return [
            field.there(one) for one in shown if one["resourceType"] == kind and field.key.item in ours(one)
        ]

    @invariant()
    def nothing_is_there_twice(self) -> None:
        held = [(one["resourceType"], name) for one in self.clinic.all() for name in ours(one)]
        assert len(held) == len(set(held))

    @invariant()
    def everything_speaks_of_one_patient(self) -> None:
        assert len({one for held in self.clinic.all() for one in patients_of(held)}) == 1

    @invariant()
    def what_has_ended_in_the_chart_was_never_reopened_by_us(self) -> None:
        statuses: dict[str, list[str]] = {}
        for version in sorted(self.clinic.store.history(), key=lambda one: one.moment):
            body = version.body or {}
            statuses.setdefault(f"{version.kind}/{version.id}", []).append(
                str(body.get("lifecycleStatus") or body.get("status"))
            )
        ended = {"stopped", "completed", "cancelled", "revoked"}
        for said in statuses.values():
            assert [now for was, now in pairwise(said) if was in ended and now not in ended] == []

    def teardown(self) -> None:
        if not hasattr(self, "clinic"):
            return
        self._decide_all()
        self.clinic.later(minutes=6)
        self.clinic.sync()
        self._decide_all()
        self.clinic.sync(), self.clinic.sync()
        number = self.clinic.editor.expected
        assert self.clinic.sync().writes == 0, "a pass over two quiet sides writes into the chart"
        assert self.clinic.editor.expected == number, "a pass over two quiet sides writes into the plan"
        self._both_say_the_same()

    def _decide_all(self) -> None:
        for item in self.clinic.inbox:
            if item.state is ItemState.OPEN:
                self._decide(item, {} if item.cause in TOLD else dict.fromkeys(item.groups, "theirs"))
        for item in self.clinic.inbox:
            if item.state is ItemState.OPEN:
                self._decide(item, dict.fromkeys(item.groups, "ours"))

    def _both_say_the_same(self) -> None:
        waiting = {(one.resource_type, one.item_id) for one in self.clinic.inbox}
        for name, field in FIELDS.items():
            if (field.key.type, field.key.item) not in waiting:
                assert field.here(self.clinic.head()) == field.there(self.clinic.of(field.key)), name


def _may(before: Any, after: Any) -> bool:
    from service.domain.revision import check_succession  # noqa: PLC0415  only endings ask

    try:
        check_succession(before, after)
    except Invalid:
        return False
    return True


TestTwoWriters = pytest.mark.timeout(1200)(TwoWriters.TestCase)
# Making a failure smaller takes longer than a test may: TWO_WAY_SHRINK=1 with --timeout=0 does it.
PHASES = tuple(Phase) if os.environ.get("TWO_WAY_SHRINK") else (Phase.explicit, Phase.generate)
TestTwoWriters.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=True,
    deadline=None,
    phases=PHASES,
    report_multiple_bugs=False,
)
