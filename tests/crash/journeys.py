"""Pieces of work that a crash may hit: what is there before, what is done, and in which chart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from service.application.change_plan import change_dose
from service.application.inbox import Decide, decide_item
from service.application.keep_plan import create_plan, replace_plan
from service.application.poll_chart import PollChart, poll_chart
from service.application.ports import PlanPorts
from service.domain.dosing import NewDose
from service.domain.plan import Plan
from service.ports.inbox import ItemState
from service.ports.storage import Unknown
from service.sandbox.shape import Shape
from service.sync.questions import Answer
from tests.builders import PSYCHIATRIST, a_dosage_step, day, mg, uid
from tests.crash.boundaries import CrossedEhr, CrossedStorage, Gate
from tests.property.two_sided import FIELDS, GOAL, PLAN, a_small_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic
from tests.scenarios.foreign import PATIENT

NEITHER = Shape(transaction=False, batch=False, conditional_create=False, update_create=False)
A_GOAL_AND_A_VISIT = replace(a_small_plan(), medications=(), therapies=(), notes=(), tasks=())
UNGUARDED = Shape(honours_if_match=False)
OUR_IDS = Shape(transaction=False, batch=False, conditional_create=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One piece of work: `before` makes the clinic ready, `work` is done through a gate.

    People whose process died do their part again: `work` begins with what they still find undone.
    """

    shape: Shape = Shape()  # noqa: RUF009  a frozen value
    plan: Plan = field(default_factory=a_small_plan)
    before: Callable[[Clinic], object] = lambda _: None
    work: Callable[[Clinic, Gate], object]

    def clinic(self) -> Clinic:
        """Return a clinic in which the work can begin."""
        clinic = Clinic(self.plan, shape=self.shape)
        self.before(clinic)
        return clinic


def synced(clinic: Clinic, gate: Gate | None = None) -> None:
    """Make one pass, through a gate if there is one."""
    gate = gate or Gate()
    clinic.sync(ehr=CrossedEhr(clinic.ehr, gate), storage=CrossedStorage(clinic.storage, gate))


def _plans(clinic: Clinic, gate: Gate) -> PlanPorts:
    return PlanPorts(storage=CrossedStorage(clinic.storage, gate), clock=clinic.clock)  # type: ignore[arg-type]  # it stands for the storage by its methods


def _revised(clinic: Clinic, gate: Gate, change: Callable[[Plan], Plan]) -> None:
    """Keep a change of the plan, unless it is there already, and make a pass."""
    head = clinic.head()
    if change(head) != head:
        replace_plan(change(head), editor=clinic.editor, ports=_plans(clinic, gate))
    synced(clinic, gate)


def _edited_here(plan: Plan) -> Plan:
    for name in ("words of a goal", "comment on a visit", "title"):
        plan = FIELDS[name].write(plan, 7)
    return plan


def _edit_there(clinic: Clinic) -> None:
    for name in ("words of a task", "time of a visit", "dose"):
        field = FIELDS[name]
        clinic.edit(clinic.address(field.key), **field.edit(clinic.of(field.key), 9))


def _new_dose(clinic: Clinic, gate: Gate) -> None:
    if len(clinic.head().medications) == 1:
        decision = NewDose(
            order_id=uid("medications-0"),
            new_order_id=uid("medications-1"),
            dosage=(a_dosage_step(dose=mg("100")),),
            prescriber=PSYCHIATRIST.id,
            authored_on=day(42),
        )
        change_dose(clinic.plan.id, decision, editor=clinic.editor, ports=_plans(clinic, gate))
    synced(clinic, gate)


def _dispute(clinic: Clinic) -> None:
    clinic.sync()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.revise(FIELDS["words of a goal"].write(clinic.head(), 5))
    clinic.sync()


def _decided(clinic: Clinic, gate: Gate, choice: str = "ours") -> None:
    for item in clinic.inbox:
        if item.state is ItemState.OPEN:
            choices = dict.fromkeys(item.groups, choice)
            command = Decide(item_id=item.id, digest=item.digest, author=PSYCHIATRIST.id, choices=choices)
            decide_item(command, ports=_plans(clinic, gate))
    synced(clinic, gate)


def _added(clinic: Clinic) -> None:
    """Somebody set a goal in the chart and put it into the plan's CarePlan; it is offered."""
    clinic.sync()
    goal = clinic.made({
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "their goal"},
        "subject": {"reference": clinic.address(PATIENT)},
    })  # fmt: skip
    clinic.edit(clinic.address(PLAN), goal=[*clinic.of(PLAN)["goal"], {"reference": goal}])
    clinic.sync()


def _losing(clinic: Clinic) -> None:
    """A pass whose writes had their effect and got no answer."""
    clinic.sync()
    clinic.revise(_edited_here(clinic.head()))
    clinic.arm("lost-response")
    clinic.sync()
    clinic.calm()
    clinic.later(minutes=6)


def _made(clinic: Clinic, gate: Gate) -> None:
    """Keep a second plan of the same patient, and bring it into the chart."""
    other = replace(clinic.plan, id=uid("another-plan"), title="Another plan", goals=(), appointments=(),
                    medications=(), therapies=(), notes=(), tasks=())  # fmt: skip
    try:
        with clinic.storage.begin(write=False) as work:
            work.plans.head(other.id)
    except Unknown:
        create_plan(other, author=PSYCHIATRIST.id, ports=_plans(clinic, gate))
    clinic.plan = other
    synced(clinic, gate)


def _polled_once(clinic: Clinic) -> None:
    """A chart that was read before, in which somebody wrote since."""
    clinic.sync()
    clinic.later(minutes=10)
    clinic.poll()
    clinic.sync()
    clinic.later(minutes=10)
    _edit_there(clinic)


def _polled(clinic: Clinic, gate: Gate) -> None:
    """Read what changed in the chart, and make a pass over each plan that it concerns."""
    ports = replace(
        clinic.ports,
        ehr=CrossedEhr(clinic.ehr, gate),
        storage=CrossedStorage(clinic.storage, gate),  # type: ignore[arg-type]  # it stands for the storage by its methods
    )
    poll_chart(PollChart(), ports)
    if clinic.due:
        synced(clinic, gate)


def _both(clinic: Clinic) -> None:
    clinic.sync()
    _edit_there(clinic)


JOURNEYS: Mapping[str, Journey] = {
    "a new plan in one transaction": Journey(work=synced),
    "a new plan, one by one": Journey(shape=WITHOUT_TRANSACTIONS, work=synced),
    "a new plan under ids of ours": Journey(shape=OUR_IDS, plan=A_GOAL_AND_A_VISIT, work=synced),
    "a new plan found by identifier": Journey(shape=NEITHER, plan=A_GOAL_AND_A_VISIT, work=synced),
    "edits of the plan": Journey(before=Clinic.sync, work=lambda c, g: _revised(c, g, _edited_here)),
    "edits of the plan, one by one": Journey(
        shape=WITHOUT_TRANSACTIONS, before=Clinic.sync, work=lambda c, g: _revised(c, g, _edited_here)
    ),
    "edits of the plan, on a server without If-Match": Journey(
        shape=UNGUARDED, before=Clinic.sync, work=lambda c, g: _revised(c, g, _edited_here)
    ),
    "edits of the chart": Journey(before=_both, work=synced),
    "edits of both sides": Journey(before=_both, work=lambda c, g: _revised(c, g, _edited_here)),
    "a new dose": Journey(before=Clinic.sync, work=_new_dose),
    "a decision": Journey(before=_dispute, work=_decided),
    "taking up what was added there": Journey(
        before=_added, work=lambda c, g: _decided(c, g, choice=Answer.CONFIRM)
    ),
    "looking for what got no answer": Journey(before=_losing, work=synced),
    "reading the chart": Journey(before=_polled_once, work=_polled),
    "a second plan of the patient": Journey(before=Clinic.sync, work=_made),
}
