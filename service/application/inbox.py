"""The inbox: what two sides say differently, and what a person decides of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.application.keep_plan import next_revision
from service.application.ports import Editor, PlanPorts
from service.application.seeing import seen
from service.document import merge_patch, plan_from_document, plan_to_document
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.fhir.transitions import may_follow, status_of
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Outdated, UnitOfWork
from service.sync.inbox import chart_digest_of, sides_in
from service.sync.merge import Choice
from service.sync.reconciliation import Cause
from service.sync.sides import Sides

THIRD = "third"
"""The choice of a value that neither side has: it comes with the plan that says it."""
ACKNOWLEDGED = "acknowledged"

# There is nothing to choose: one side is gone, or lost by the rules; a person has taken note.
_TOLD = frozenset({Cause.NOT_APPLIED, Cause.VANISHED})
# Nothing of it may be read or written: only the chart can be mended.
_MENDED_THERE = frozenset({Cause.OTHER_PATIENT, Cause.NOT_UNDERSTOOD})
# The plan cannot hold what the chart says: it is restored, or said in the plan's own words.
_UNTAKEABLE = frozenset({Cause.UNREADABLE, Cause.WORDS_DISAGREE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """What a person decided of an item: by group, bound to the digest of what they were shown.

    `patch` is a JSON Merge Patch of the plan that says the third value, on top of revision `expected`.
    """

    item_id: str
    digest: str
    author: str
    choices: Mapping[str, str] = field(default_factory=dict)
    patch: JsonObject | None = None
    expected: int | None = None


def list_items(state: ItemState, *, after: str | None, limit: int, ports: PlanPorts) -> tuple[InboxItem, ...]:
    """Return items in a state, oldest first; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return work.inbox.listed(state=state, after=after, limit=limit)


def read_item(item_id: str, *, ports: PlanPorts) -> InboxItem:
    """Return an item; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return work.inbox.get(item_id)


def decide_item(command: Decide, *, ports: PlanPorts) -> InboxItem:
    """Keep a decision; the next pass carries it out, unless something else has been said by then.

    Raises `Unknown`, `Outdated` when another thing was shown or it is decided already, `Superseded` for a
    third value on an old revision, and `Invalid`.
    """
    with ports.storage.begin() as work:
        item = work.inbox.get(command.item_id)
        if item.digest != command.digest or item.state is not ItemState.OPEN:
            raise Outdated("inbox item", item.id)
        problems = list(_problems(command, item))
        if problems:
            raise Invalid(problems)
        if command.patch is not None:
            _revise(command, item.plan_id, work, ports=ports)
        decided = _decided(command, item, ports)
        work.inbox.save([decided])
        work.jobs.wake(item.connection_id, [item.plan_id])
        work.commit()
    return decided


def _decided(command: Decide, item: InboxItem, ports: PlanPorts) -> InboxItem:
    now = ports.clock.now()
    noted = replace(item, decided_by=command.author, decided_at=now)
    if item.cause in _TOLD:
        return replace(noted, state=ItemState.CLOSED, closed_at=now, outcome=ACKNOWLEDGED)
    third = THIRD in command.choices.values()
    choices = {name: Choice.OURS.value if one == THIRD else one for name, one in command.choices.items()}
    # What we say changes with a third value, so the decision then holds for what the chart said.
    digest = chart_digest_of(sides_in(item.content)) if third else item.digest
    return replace(noted, state=ItemState.DECIDED, choices=choices, digest=digest)


def _revise(command: Decide, plan_id: str, work: UnitOfWork, *, ports: PlanPorts) -> None:
    head = work.plans.head(plan_id)
    shown = seen(head, whole=False).plan
    plan = plan_from_document(merge_patch(plan_to_document(shown), command.patch or {}))
    expected = head.number if command.expected is None else command.expected
    next_revision(plan, editor=Editor(author=command.author, expected=expected), work=work, ports=ports)


def _problems(command: Decide, item: InboxItem) -> Iterator[Problem]:
    if item.cause in _MENDED_THERE:
        yield Problem("choices", "nothing can be decided here: the item closes when the chart is mended")
    elif item.cause in _TOLD:
        if command.choices or command.patch is not None:
            yield Problem("choices", "there is nothing to choose: acknowledge it without choices")
    else:
        yield from _choice_problems(command, item)


def _choice_problems(command: Decide, item: InboxItem) -> Iterator[Problem]:
    wanted, given = set(item.groups), set(command.choices)
    for name in sorted(wanted - given):
        yield Problem(f"choices.{name}", "is required: every group of the item is decided")
    for _ in given - wanted:  # what somebody calls a group is free text, and is not repeated
        yield Problem("choices.?", "is no group of this item")
    for name, choice in sorted((one, command.choices[one]) for one in given & wanted):
        if choice not in (*Choice, THIRD):
            yield Problem(f"choices.{name}", "must be ours, theirs or third")
        if choice == Choice.THEIRS and item.cause in _UNTAKEABLE:
            yield Problem(f"choices.{name}", "the plan cannot hold theirs: choose ours, or a third value")
    if (THIRD in command.choices.values()) != (command.patch is not None):
        yield Problem("patch", "goes together with the choice of a third value")
    yield from _reopening(command, sides_in(item.content))


def _reopening(command: Decide, sides: Sides | None) -> Iterator[Problem]:
    """Refuse a status after one that has ended, on either side: reopening is a new item."""
    name = next((one for one in ("status", "order") if one in command.choices), None)
    if sides is None or name is None:
        return
    ours, theirs = status_of(sides.ours), status_of(sides.theirs)
    before, after = (theirs, ours) if command.choices[name] == Choice.OURS else (ours, theirs)
    if before and after and not may_follow(sides.type, before, after):
        yield Problem(f"choices.{name}", f"{after} cannot follow {before}: an ending stays, make a new one")
