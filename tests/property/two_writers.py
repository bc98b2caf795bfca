"""A machine of two writers of one chart, of passes in every kind of trouble, and of people who decide.

The model is what each side said last and nobody has seen come out yet. After a pass in peace every such edit
is on both sides, or waits in the inbox, or is told as not applied, or is replaced by a decision on record.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from service.application.bind_patient import BindPatient, LookAtPatient, bind_patient, look_at_binding
from service.application.halting import accept_server
from service.application.inbox import Decide, decide_item
from service.application.push_plan import PatientBusy
from service.domain.revision import check_succession
from service.domain.values import Invalid
from service.mapping.references import Key
from service.ports.ehr import EhrError
from service.ports.inbox import InboxItem, ItemState
from service.ports.links import LinkState
from service.ports.storage import Superseded
from service.sandbox.faults.notation import read_text
from service.sandbox.shape import Shape
from service.sync.merge import Choice
from service.sync.questions import AGAIN, Answer
from service.sync.reconciliation import Cause
from service.sync.restored import ServerReset
from service.sync.two_way import MassVanish
from tests.builders import PSYCHIATRIST, a_goal, uid
from tests.crash.boundaries import Crash, CrossedEhr, CrossedStorage, Gate, When, crash_at, meanwhile
from tests.crash.remains import Remains
from tests.property.laws import Laws
from tests.property.replay import Step, step
from tests.property.troubles import EVENTS, TEXTS
from tests.property.two_sided import ENDINGS_HERE, ENDINGS_THERE, FIELDS, GOAL, PLAN, a_small_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic
from tests.scenarios.foreign import PATIENT

SHAPES = (
    Shape(),
    WITHOUT_TRANSACTIONS,
    Shape(page_size=1),
    Shape(transaction=False, batch=False, conditional_create=False),
    Shape(transaction=False, batch=False, conditional_create=False, update_create=False, page_size=1),
)
TOLD = {Cause.NOT_APPLIED, Cause.VANISHED}
MOST_GOALS = 3
MOST_ADDED_THERE = 2
# What a pass says when it could not do its work; anything else is a fault of ours.
SAID = (EhrError, MassVanish, PatientBusy, ServerReset, Superseded)
NAMES = st.sampled_from(sorted(FIELDS))


class Trouble(StrEnum):
    """What becomes of a pass on its way."""

    NONE = "none"
    DEATH = "death"
    EDITS = "edits"
    OVERTAKEN = "overtaken"
    DISASTER = "disaster"


class TwoWriters(RuleBasedStateMachine):
    """A plan, its chart, and what each side said since the last pass."""

    tally: ClassVar[Counter[str]] = Counter()

    def clinic_of(self, shape: Shape) -> Clinic:
        """Return the clinic; a machine without a safeguard makes another one."""
        return Clinic(a_small_plan(), shape=shape)

    @initialize(shape=st.integers(0, len(SHAPES) - 1))
    def begin(self, shape: int) -> None:
        self.shape = shape
        self.schedule: list[Step] = []
        self.clinic = self.clinic_of(SHAPES[shape])
        self.laws = Laws(self.clinic)
        self.number = 0
        self.clinic.sync()

    @step(name=NAMES)
    def edit_here(self, name: str) -> None:
        self._edit_here(name)

    @step(name=NAMES)
    def edit_there(self, name: str) -> None:
        self._edit_there(name)

    def _edit_here(self, name: str) -> None:
        self.number += 1
        self.laws.seen_by_now(name)
        field = FIELDS[name]
        before = field.here(self.clinic.head())
        try:
            self.clinic.revise(field.write(self.clinic.head(), self.number))
        except Invalid:
            return  # such as a time for a visit that was cancelled meanwhile
        after = field.here(self.clinic.head())
        if after != before:  # a dose is changed in the chart alone: here it takes a new order
            self.laws.said_here[name] = after

    def _edit_there(self, name: str) -> None:
        self.number += 1
        self.laws.seen_by_now(name)
        field = FIELDS[name]
        held = self.clinic.of(field.key)
        self.clinic.edit(self.clinic.address(field.key), **field.edit(held, self.number))
        self.laws.said_there[name] = field.there(self.clinic.of(field.key))

    @step(name=NAMES)
    def note_there(self, name: str) -> None:
        """Somebody keeps something in the chart that no plan knows."""
        key = FIELDS[name].key
        self.number += 1
        url = f"http://clinic.test/fhir/StructureDefinition/{self.number}"
        known = self.clinic.of(key).get("extension", [])
        self.clinic.edit(self.clinic.address(key), extension=[*known, {"url": url, "valueString": "kept"}])
        self.laws.unknown.add((key, url))

    @step()
    def add_here(self) -> None:
        """A new goal, which is to be made in the chart once."""
        self.number += 1
        plan = self.clinic.head()
        if len(plan.goals) < MOST_GOALS:
            more = replace(a_goal(), id=uid(f"goals-{self.number}"), description=f"goal {self.number}")
            self.clinic.revise(replace(plan, goals=(*plan.goals, more)))

    @step(named=st.booleans())
    def add_there(self, named: bool) -> None:
        """Somebody sets a goal in the chart, and may put it into the plan's CarePlan."""
        self.number += 1
        if len(self.laws.added_there) == MOST_ADDED_THERE:
            return
        address = self.clinic.made({
            "resourceType": "Goal",
            "lifecycleStatus": "active",
            "description": {"text": f"goal {self.number} of the chart"},
            "subject": {"reference": self.clinic.address(PATIENT)},
        })  # fmt: skip
        self.laws.added_there.append(address)
        self.tally["added there"] += 1
        if named:
            known = self.clinic.of(PLAN).get("goal", [])
            self.clinic.edit(self.clinic.address(PLAN), goal=[*known, {"reference": address}])

    @step(place=st.integers(0, MOST_ADDED_THERE - 1), here=st.booleans())
    def edit_added(self, place: int, here: bool) -> None:
        """Somebody words a goal of the chart anew, there or, once it is taken up, here."""
        self.number += 1
        if place >= len(self.laws.added_there):
            return
        address = self.laws.added_there[place]
        if not here:
            self.clinic.edit(address, description={"text": f"there {self.number}"})
            return
        plan, item = self.clinic.head(), self.laws.taken_up().get(address)
        words = f"here {self.number}"
        goals = tuple(replace(one, description=words) if one.id == item else one for one in plan.goals)
        if goals != plan.goals:
            self.clinic.revise(replace(plan, goals=goals))

    @step(name=st.sampled_from(sorted(ENDINGS_HERE)))
    def end_here(self, name: str) -> None:
        before = self.clinic.head()
        try:
            after = ENDINGS_HERE[name](before)
            check_succession(before, after)
        except Invalid:
            return
        self.clinic.revise(after)

    @step(name=st.sampled_from(sorted(ENDINGS_THERE)))
    def end_there(self, name: str) -> None:
        key, elements = ENDINGS_THERE[name]
        self.clinic.edit(self.clinic.address(key), **elements)

    @step(text=st.sampled_from(TEXTS), number=st.integers(0, 12))
    def arm(self, text: str, number: int) -> None:
        """From now on something is wrong on the way to the chart, until a pass in peace."""
        self.tally[f"fault {text.partition(' ')[0]}"] += 1
        self.clinic.arm(text.format(n=number))

    @step()
    def sync(self) -> None:
        """A pass in peace: faults are over, what was under way has arrived, nobody holds the lease."""
        self.clinic.calm()
        self.clinic.later(minutes=6)
        self._pass()
        self.laws.after_a_pass_in_peace()

    @step(
        trouble=st.sampled_from(Trouble),
        minutes=st.sampled_from((0, 0, 1, 6)),
        number=st.integers(1, 90),
        when=st.sampled_from(When),
        there=NAMES,
        here=NAMES,
    )
    def sync_in_trouble(self, trouble: Trouble, minutes: int, **more: Any) -> None:
        """A pass with whatever is wrong, soon or late after the one before it."""
        self._later(minutes)
        match trouble:
            case Trouble.NONE:
                self._pass()
            case Trouble.DEATH:
                self._pass(crash_at(more["number"], more["when"]))
            case Trouble.EDITS:
                self._disturbed(more, lambda: self._edit_both(more["here"], more["there"]))
            case Trouble.OVERTAKEN:
                self._disturbed(more, lambda: self._overtake(more["here"], more["there"]), spare=self.spared)
            case Trouble.DISASTER:
                self._disaster(EVENTS[more["number"] % len(EVENTS)])

    @property
    def spared(self) -> frozenset[str]:
        """The calls before which no run sleeps past its lease.

        Between the last look at the lease and the request itself only the server can tell a late create from
        a new one, by its condition: docs/reliability.md says so of servers without conditional create.
        """
        return frozenset() if SHAPES[self.shape].conditional_create else frozenset({"Ehr.write"})

    def _disturbed(
        self, more: Mapping[str, Any], happens: Callable[[], None], spare: frozenset[str] = frozenset()
    ) -> None:
        """Make a pass in the middle of which something happens, at one of its calls of the chart."""
        self._pass(meanwhile(1 + more["number"] % 50, more["when"], happens, spare=spare))

    def _edit_both(self, here: str, there: str) -> None:
        self.tally["edited in mid-pass"] += 1
        self._edit_there(there)
        self._edit_here(here)

    def _overtake(self, here: str, there: str) -> None:
        """The pass stands still past its lease; others work meanwhile, and then it goes on."""
        self.tally["overtaken"] += 1
        self._later(6)
        self._edit_there(there)
        self._pass()
        self._edit_here(here)

    def _disaster(self, event: str) -> None:
        """The chart is emptied, swapped or merged: a pass touches nothing, and it is mended."""
        self.clinic.calm()
        self._later(6)
        self._pass()  # what is left to say is said, so that only what is struck could be written
        self._edit_here("reason of a goal")  # the narrative of the CarePlan says nothing of it
        before, number = Remains.of(self.clinic), self.clinic.editor.expected
        self.tally[f"event {event}"] += 1
        self._struck_by(event)
        after = len(list(self.clinic.store.history()))
        self._pass()
        written = len(list(self.clinic.store.history())) - after
        self.laws.demand(not written, f"a pass writes after {event}")
        self.laws.demand(self.clinic.editor.expected == number, f"a pass takes something in after {event}")
        self.clinic.calm()
        self.clinic.hold(before.chart)
        self._see_to_it()

    def _see_to_it(self) -> None:
        """A person accepts the server that is back, and binds the plan to its patient again."""
        with self.clinic.storage.begin(write=False) as work:
            halted = bool(work.cursors.get("default", "halted"))
        if halted:
            self.tally["accepted"] += 1
            accept_server("default", ports=self.clinic.plans)
        patient = Key("Patient", self.clinic.plan.patient.id)
        entry = self.clinic.entry(patient)
        if entry is not None and entry.state is LinkState.FROZEN:
            self.tally["bound anew"] += 1
            whose = {
                "plan_id": self.clinic.plan.id,
                "patient": self.clinic.address(patient).partition("/")[2],
            }
            shown = look_at_binding(LookAtPatient(**whose), self.clinic.ports)
            command = BindPatient(**whose, digest=shown.digest, author=PSYCHIATRIST.id)
            bind_patient(command, self.clinic.ports)

    def _struck_by(self, event: str) -> None:
        if event == "swapped-server":
            self.clinic.arm(event)
        elif event == "moved-resource":
            self.clinic.faulty.happen(
                replace(read_text(event).effect, resource=self.clinic.address(GOAL))  # type: ignore[arg-type]  # of one kind
            )
        else:
            self.clinic.faulty.happen(read_text(event).effect)

    @step(place=st.integers(0, 5), choice=st.sampled_from(sorted(Choice)))
    def decide(self, place: int, choice: Choice) -> None:
        waiting = [one for one in self.clinic.inbox if one.state is ItemState.OPEN]
        if waiting:
            self._decide(waiting[place % len(waiting)], choice.value)

    def _decide(self, item: InboxItem, choice: str) -> None:
        if item.cause == Cause.EXISTS_THERE:
            choice = Answer.CONFIRM if choice == Choice.THEIRS else Answer.DECLINE
        choices = {} if item.cause in TOLD else dict.fromkeys(item.groups, choice)
        if item.cause == Cause.VANISHED and choice == Choice.OURS:
            choices = AGAIN
        command = Decide(item_id=item.id, digest=item.digest, author=PSYCHIATRIST.id, choices=choices)
        try:
            decide_item(command, ports=self.clinic.plans)
        except Invalid:
            return  # what has ended stays so
        self.tally["decided"] += 1
        self.laws.decided(item)

    def _later(self, minutes: int) -> None:
        """Let time pass; whatever was sent has arrived after a minute (`Ports.settle_time`)."""
        if minutes:
            self.clinic.faulty.settle()
            self.clinic.later(minutes=minutes)

    def _pass(self, gate: Gate | None = None) -> None:
        self.tally["passes"] += 1
        ports: dict[str, Any] = {}
        if gate is not None:
            ports = {
                "ehr": CrossedEhr(self.clinic.ehr, gate),
                "storage": CrossedStorage(self.clinic.storage, gate),
            }
        try:
            self.clinic.sync(**ports)
        except SAID as said:
            self.tally[f"said {type(said).__name__}"] += 1
        except Crash:
            self.tally["crashes"] += 1

    @invariant()
    def the_laws_hold(self) -> None:
        self.tally["steps"] += 1
        self.laws.at_any_instant()

    def teardown(self) -> None:
        if not hasattr(self, "laws") or self.laws.broken:
            return
        self.clinic.calm()
        for choice in ("theirs", "ours"):
            self._decide_all(choice)
            self.clinic.later(minutes=6)
            self.clinic.sync()
        self.clinic.sync()
        self.laws.once_both_are_quiet()

    def _decide_all(self, choice: str) -> None:
        for item in self.clinic.inbox:
            if item.state is ItemState.OPEN:
                self._decide(item, choice)
        for item in self.clinic.inbox:
            if item.state is ItemState.OPEN:
                self._decide(item, "ours")


def seeded(machine: type[TwoWriters], number: int) -> type[TwoWriters]:
    """Return a machine that draws from one seed."""
    return type(machine.__name__, (machine,), {"_hypothesis_internal_use_seed": number})
