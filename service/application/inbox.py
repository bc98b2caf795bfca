"""The inbox: what two sides say differently, and what a person decides of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.application.keep_plan import next_revision
from service.application.ports import Editor, PlanPorts
from service.application.seeing import seen
from service.document import merge_patch, plan_from_document, plan_to_document
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.fhir.transitions import is_withdrawn, may_follow, status_of
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Outdated, UnitOfWork
from service.sync.inbox import chart_digest_of, sides_in
from service.sync.lost import is_ours
from service.sync.merge import Choice
from service.sync.questions import AGAIN, ASKED, ONE_OF_THEM, TOLD_ONCE, Answer
from service.sync.reconciliation import Cause
from service.sync.sides import Sides

THIRD = "third"
"""The choice of a value that neither side has: it comes with the plan that says it."""
ACKNOWLEDGED = "acknowledged"
DECLINED = "declined"

# There is nothing to choose: one side is gone, or lost by the rules; a person has taken note.
_TOLD = TOLD_ONCE | {
    Cause.NOT_APPLIED, Cause.OVERWRITTEN, Cause.WORDS_LEFT, Cause.VANISHED, Cause.CANNOT_TAKE_UP,
}  # fmt: skip
# Nothing of it may be read or written: only the chart can be mended.
_MENDED_THERE = frozenset({Cause.OTHER_PATIENT, Cause.NOT_UNDERSTOOD})
_BOUND_ANEW = frozenset({Cause.PATIENT_CHANGED})
# The plan cannot hold what the chart says: it is restored, or said in the plan's own words.
_UNTAKEABLE = frozenset({Cause.UNREADABLE, Cause.WORDS_DISAGREE})

_WITHDRAWN_THERE = (
    "was entered in error there, and nothing is written over that: choose theirs, make a new one"
)


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
        if item.digest != command.digest or not _is_open(command, item):
            raise Outdated("inbox item", item.id)
        problems = [*_problems(command, item), *_not_ours(command, item, work)]
        if problems:
            raise Invalid(problems)
        if command.patch is not None:
            _revise(command, item.plan_id, work, ports=ports)
        decided = _decided(command, item, ports)
        work.inbox.save([decided])
        work.jobs.wake(item.connection_id, [item.plan_id])
        work.commit()
    return decided


def _is_open(command: Decide, item: InboxItem) -> bool:
    """Tell whether an item can be decided: of what is gone, a note taken is not the last word."""
    noted = item.cause == Cause.VANISHED and item.outcome == ACKNOWLEDGED
    return item.state is ItemState.OPEN or (noted and command.choices == AGAIN)


def _decided(command: Decide, item: InboxItem, ports: PlanPorts) -> InboxItem:
    now = ports.clock.now()
    noted = replace(item, decided_by=command.author, decided_at=now)
    if command.choices == AGAIN:
        return replace(noted, state=ItemState.DECIDED, choices=dict(AGAIN), closed_at=None, outcome=None)
    if item.cause in _TOLD:
        return replace(noted, state=ItemState.CLOSED, closed_at=now, outcome=ACKNOWLEDGED)
    if item.cause in ASKED:
        return _answered(command, noted)
    third = THIRD in command.choices.values()
    choices = {name: Choice.OURS.value if one == THIRD else one for name, one in command.choices.items()}
    # What we say changes with a third value, so the decision then holds for what the chart said.
    digest = chart_digest_of(sides_in(item.content)) if third else item.digest
    return replace(noted, state=ItemState.DECIDED, choices=choices, digest=digest)


def _answered(command: Decide, noted: InboxItem) -> InboxItem:
    """Return a question as answered: what was declined altogether is over at once."""
    answered = replace(noted, state=ItemState.DECIDED, choices=dict(command.choices))
    if Answer.CONFIRM in command.choices.values():
        return answered
    return replace(answered, state=ItemState.CLOSED, closed_at=noted.decided_at, outcome=DECLINED)


def _revise(command: Decide, plan_id: str, work: UnitOfWork, *, ports: PlanPorts) -> None:
    head = work.plans.head(plan_id)
    shown = seen(head, whole=False).plan
    plan = plan_from_document(merge_patch(plan_to_document(shown), command.patch or {}))
    expected = head.number if command.expected is None else command.expected
    next_revision(plan, editor=Editor(author=command.author, expected=expected), work=work, ports=ports)


def _problems(command: Decide, item: InboxItem) -> Iterator[Problem]:
    if item.cause in _MENDED_THERE:
        yield Problem("choices", "nothing can be decided here: the item closes when the chart is mended")
    elif item.cause in _BOUND_ANEW:
        yield Problem("choices", "nothing can be decided here: bind the plan anew")
    elif item.cause == Cause.VANISHED and command.choices:
        if command.choices != AGAIN or command.patch is not None:
            yield Problem(
                "choices", "acknowledge it without choices, or choose again for the item: item=again"
            )
    elif item.cause in _TOLD:
        if command.choices or command.patch is not None:
            yield Problem("choices", "there is nothing to choose: acknowledge it without choices")
    elif item.cause in ASKED:
        yield from _answer_problems(command, item)
    else:
        yield from _choice_problems(command, item)


def _not_ours(command: Decide, item: InboxItem, work: UnitOfWork) -> Iterator[Problem]:
    """Refuse to make what the clinic made itself: it is entered in the chart by hand."""
    if item.cause != Cause.VANISHED or command.choices != AGAIN:
        return
    system = work.connections.get(item.connection_id).identifier_system
    key = (item.resource_type, item.item_id)
    entries = work.ledger.many(item.connection_id, [key], plan_id=item.plan_id)
    if not all(is_ours(one, system) for one in entries):
        yield Problem("choices.item", "it was the clinic's own: have it entered in the chart again")


def _lacking(command: Decide, item: InboxItem) -> Iterator[Problem]:
    wanted, given = set(item.groups), set(command.choices)
    for name in sorted(wanted - given):
        yield Problem(f"choices.{name}", "is required: every group of the item is decided")
    for _ in given - wanted:  # what somebody calls a group is free text, and is not repeated
        yield Problem("choices.?", "is no group of this item")


def _answer_problems(command: Decide, item: InboxItem) -> Iterator[Problem]:
    yield from _lacking(command, item)
    given = [command.choices[name] for name in item.groups if name in command.choices]
    for name in item.groups:
        if name in command.choices and command.choices[name] not in tuple(Answer):
            yield Problem(f"choices.{name}", "must be confirm or decline")
    if item.cause in ONE_OF_THEM and given.count(Answer.CONFIRM) > 1:
        yield Problem("choices", "confirm one: only one of them can be meant")
    if item.cause == Cause.TWO_CLAIMANTS and len(item.groups) > 1 and Answer.CONFIRM not in given:
        yield Problem("choices", "confirm one: one of them is ours")
    if command.patch is not None:
        yield Problem("patch", "belongs to a third value, and a question has none")


def _choice_problems(command: Decide, item: InboxItem) -> Iterator[Problem]:
    yield from _lacking(command, item)
    wanted, given = set(item.groups), set(command.choices)
    for name, choice in sorted((one, command.choices[one]) for one in given & wanted):
        if choice not in (*Choice, THIRD):
            yield Problem(f"choices.{name}", "must be ours, theirs or third")
        if choice == Choice.THEIRS and item.cause in _UNTAKEABLE:
            yield Problem(f"choices.{name}", "the plan cannot hold theirs: choose ours, or a third value")
        if choice in (Choice.OURS, THIRD) and _spared(item):
            yield Problem(f"choices.{name}", _WITHDRAWN_THERE)
    if (THIRD in command.choices.values()) != (command.patch is not None):
        yield Problem("patch", "goes together with the choice of a third value")
    yield from _reopening(command, sides_in(item.content))


def _spared(item: InboxItem) -> bool:
    """Tell whether theirs alone can be chosen: it was entered in error there, as the plan can say too."""
    sides = sides_in(item.content)
    return sides is not None and is_withdrawn(sides.theirs) and item.cause not in _UNTAKEABLE


def _reopening(command: Decide, sides: Sides | None) -> Iterator[Problem]:
    """Refuse a status after one that has ended, on either side: reopening is a new item."""
    name = next((one for one in ("status", "order") if one in command.choices), None)
    if sides is None or name is None:
        return
    ours, theirs = status_of(sides.ours), status_of(sides.theirs)
    before, after = (theirs, ours) if command.choices[name] == Choice.OURS else (ours, theirs)
    if before and after and not may_follow(sides.type, before, after):
        yield Problem(f"choices.{name}", f"{after} cannot follow {before}: an ending stays, make a new one")
