"""Edits of the chart on their way into the plan: judged, read, and proved to have been read.

Nothing is called taken in that the plan cannot say back: what is still different after the reading is shown
to a person, or restored where the group is ours.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from service.domain.plan import Plan
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.fhir.subjects import patients_of
from service.mapping.absorption import Entry, absorb
from service.mapping.references import Key
from service.mapping.soundness import obstacles
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.companions import comparable, disagree, in_dispute
from service.sync.drafts import Meant, meant, rendered_by_name, symbols
from service.sync.groups import Owner
from service.sync.inbox import content_of, digest_of
from service.sync.merge import LINKS, Both, Ours, Rules, Theirs, Verdict
from service.sync.narratives import beside, digest_of_narrative
from service.sync.planner import Vanished
from service.sync.questions import Question
from service.sync.reconciliation import Action, Agree, Cause, Contest, TakeIn, reconcile
from service.sync.restored import in_doubt
from service.sync.sides import Agreed, Sides, changed_groups, put_group, symbolic
from service.sync.tracked import Seen
from service.sync.unagreed import sides_of

RulesOf: TypeAlias = Callable[[Key, Sides], Rules]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A resource that a person has to look at: why, in which groups, and all that both sides said of it."""

    key: Key
    reference: str
    cause: Cause
    groups: frozenset[str] = frozenset()
    sides: Sides | None = None
    held: Held | None = None
    question: Question | None = None

    @property
    def content(self) -> JsonObject:
        """All that is shown."""
        return content_of(self.sides) if self.question is None else self.question.content

    @property
    def digest(self) -> str:
        """The digest of all that is shown."""
        if self.cause is Cause.WORDS_LEFT and self.held is not None:
            return digest_of_narrative(self.held.resource)
        return digest_of(self.sides) if self.question is None else self.question.digest


def asked(question: Question) -> Contested:
    """Return a question as what a person has to look at."""
    reference = next(iter(sorted(question.candidates)), str(question.key))
    return Contested(
        key=question.key,
        reference=reference,
        cause=question.cause,
        groups=question.groups,
        question=question,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What came of looking at the chart: the plan, the ledger's new entries, and what people have to see.

    `open` resources are neither read nor written until they are decided; `told` are edits that lost to the
    owner of their group and are shown as not applied, and questions beside which everything goes on. Where
    `barred` is set, the pass ended at the patient: nothing else was looked at.
    """

    plan: Plan
    entries: Mapping[Key, LedgerEntry]
    open: tuple[Contested, ...] = ()
    told: tuple[Contested, ...] = ()
    barred: bool = False


@dataclass(slots=True, kw_only=True)
class _Looking:
    """One look at the chart: `taking` shrinks as edits turn out not to be readable."""

    agenda: Agenda
    rules_of: RulesOf
    said: Meant
    urns: Mapping[str, str]
    taking: dict[Key, "Edit"] = field(default_factory=dict)
    restamped: dict[Key, LedgerEntry] = field(default_factory=dict)
    open: list[Contested] = field(default_factory=list)
    told: list[Contested] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """An edit of theirs that is to come in: what the plan should read, and what becomes of each group."""

    key: Key
    held: Held
    sides: Sides
    rules: Rules
    resource: JsonObject | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


def take_in(agenda: Agenda, seen: Seen, rules_of: RulesOf) -> Intake:
    """Return the plan with the chart's edits in it; `seen` is what the chart holds of tracked items now."""
    looking = _Looking(agenda=agenda, rules_of=rules_of, said=meant(agenda), urns=symbols(agenda))
    for key in sorted(seen.keys() & looking.said.ours.keys()):
        held = seen[key]
        if isinstance(held, Vanished):
            address = str(remote_of(agenda.entry(key)))
            looking.open.append(Contested(key=key, reference=address, cause=Cause.VANISHED))
        else:
            _judge(looking, key, held)
    plan, back = _read(looking)
    entries = {key: _entry(looking, edit, back[key]) for key, edit in looking.taking.items()}
    stuck = {one.key for one in looking.open}
    told = [one for one in looking.told if one.key not in stuck]
    told += [one for edit in looking.taking.values() for one in _told(edit, back[edit.key])]
    stopped = {one.key: _stopped(agenda, one) for one in looking.open}
    entries |= looking.restamped | stopped
    return Intake(plan=plan, entries=entries, open=tuple(looking.open), told=tuple(told))


def _sides(looking: _Looking, key: Key, theirs: JsonObject) -> Sides:
    """Return the three sides of a resource with urns."""
    entry, ours, urns = looking.agenda.entry(key), looking.said.ours[key], looking.urns
    base = Agreed(ours=entry.agreed_ours or ours, theirs=symbolic(entry.agreed_theirs or {}, urns))
    return Sides(agreed=base, ours=ours, theirs=symbolic(theirs, urns))


def _judge(looking: _Looking, key: Key, held: Held) -> None:
    agenda = looking.agenda
    if agenda.entry(key).agreed_theirs is None:
        _judge_unagreed(looking, key, held)
        return
    sides = _sides(looking, key, held.resource)
    rules = looking.rules_of(key, sides)
    cause = closed(agenda, held) or _doubt(agenda.entry(key), sides, rules)
    action = Contest(cause=cause, groups=sides.changed_there) if cause else reconcile(sides, rules)
    if not isinstance(action, Contest) and not rules.choices and disagree(sides.agreed.theirs, sides.theirs):
        action = Contest(cause=Cause.WORDS_DISAGREE, groups=in_dispute(sides))
    edit = Edit(key=key, held=held, sides=sides, rules=rules)
    if not isinstance(action, Contest) and not rules.choices:
        action = _narrated(looking, edit, action)
    _carry(looking, edit, action)


def _judge_unagreed(looking: _Looking, key: Key, held: Held) -> None:
    """Leave to a person what differs where nothing was ever agreed on; equal sides are agreed on later."""
    ours, theirs = looking.said.ours[key], symbolic(held.resource, looking.urns)
    over = rendered_by_name(looking.agenda, {key: theirs}, looking.said.absent)[key]
    sides, apart = sides_of(ours, theirs, over=over)
    rules = looking.rules_of(key, sides)
    cause = closed(looking.agenda, held) or (None if rules.choices else Cause.SAME_GROUP)
    if apart:
        action = reconcile(sides, rules) if cause is None else Contest(cause=cause, groups=apart)
        _carry(looking, Edit(key=key, held=held, sides=sides, rules=rules), action)


def _carry(looking: _Looking, edit: Edit, action: Action) -> None:
    match action:
        case Contest(cause=cause, groups=groups):
            looking.open.append(contested(edit, cause, groups))
        case Agree(verdicts):
            looking.taking[edit.key] = replace(edit, verdicts=verdicts)
        case TakeIn(resource=resource, verdicts=verdicts):
            looking.taking[edit.key] = replace(edit, resource=resource, verdicts=verdicts)
        case _:
            _note_restamped(looking, edit.key, edit.held)


def _narrated(looking: _Looking, edit: Edit, action: Action) -> Action:
    """Let a person hear of what we change beside a person's narrative, before it leaves or once it may."""
    match beside(edit.sides, edit.rules, looking.agenda):
        case (Cause.BESIDE_WORDS, groups):
            return Contest(cause=Cause.BESIDE_WORDS, groups=groups)
        case (cause, groups):
            looking.told.append(contested(edit, cause, groups))
    return action


def _doubt(entry: LedgerEntry, sides: Sides, rules: Rules) -> Cause | None:
    """Tell of a server that went back: what it says otherwise than was agreed is no edit of anybody."""
    doubted = in_doubt(entry) and sides.changed_there and not rules.choices
    return Cause.RESTORED if doubted else None


def _note_restamped(looking: _Looking, key: Key, held: Held) -> None:
    """Keep the version of what was written anew without a change that the plan knows."""
    entry = looking.agenda.entry(key)
    if held.version != entry.version or in_doubt(entry):
        looking.restamped[key] = replace(
            entry,
            version=held.version,
            last_updated=held.last_updated,
            agreed_theirs=held.resource,
            theirs_digest=digest(held.resource),
        )


def closed(agenda: Agenda, held: Held) -> Cause | None:
    """Return why a resource must not even be read, if so: no R4, not understood, or another patient."""
    if obstacles(held.resource):
        return Cause.NOT_UNDERSTOOD
    patient = agenda.address(agenda.patient)
    foreign = [one for one in patients_of(held.resource) if one != patient]
    return Cause.OTHER_PATIENT if foreign else None


def _read(looking: _Looking) -> tuple[Plan, dict[Key, "_Back"]]:
    """Read all edits at once; leave out, and contest, those that the plan cannot say back, and read again."""
    while True:
        plan = _absorbed(looking.agenda, looking.taking.values())
        back = _said_back(looking, plan)
        unreadable = [key for key, one in back.items() if one.unread]
        if not unreadable:
            return plan, back
        for key in unreadable:
            edit = looking.taking.pop(key)
            looking.open.append(contested(edit, Cause.UNREADABLE, back[key].unread))


def _absorbed(agenda: Agenda, edits: Iterable[Edit]) -> Plan:
    entries = [
        Entry(address=edit.key.urn, resource=edit.resource) for edit in edits if edit.resource is not None
    ]
    if not entries:
        return agenda.plan
    whole = absorb(agenda.plan, entries, agenda.refs(), people=agenda.people).plan
    if whole is not None and whole != agenda.plan:
        return whole
    return _one_by_one(agenda, entries)


def _one_by_one(agenda: Agenda, entries: Iterable[Entry]) -> Plan:
    """Read each edit on its own: one that makes no plan leaves the others in."""
    plan = agenda.plan
    for entry in entries:
        plan = absorb(plan, [entry], agenda.refs(), people=agenda.people).plan or plan
    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back:
    """What the plan says of a resource after the reading; `restored` groups are ours and not as theirs."""

    ours: JsonObject
    unread: frozenset[str] = frozenset()
    restored: frozenset[str] = frozenset()


def _said_back(looking: _Looking, plan: Plan) -> dict[Key, _Back]:
    after = replace(looking.agenda, plan=plan)
    said = meant(after)
    onto = {key: edit.sides.theirs for key, edit in looking.taking.items()}
    over = rendered_by_name(after, onto, said.absent)
    return {key: _back(edit, said.ours[key], over[key]) for key, edit in looking.taking.items()}


def _back(edit: Edit, ours: JsonObject, over: JsonObject) -> _Back:
    """Compare what the plan says now, laid over theirs, with theirs: any difference was not read.

    What the chart adds to the links, such as an identifier of its own, stays there; what else it changes in
    them is restored.
    """
    kind, authority = edit.sides.kind, edit.rules.authority
    taken = [group for group in edit.sides.groups if isinstance(edit.verdicts[group.name], Theirs)]
    theirs, rendered = comparable(edit.sides.theirs, over)
    lost = changed_groups(tuple(taken), theirs, rendered)
    mine = frozenset(
        group.name
        for group in taken
        if group.name in lost and not group.critical and authority.owner(kind, group) is Owner.US
    )
    return _Back(ours=ours, unread=lost - mine, restored=mine | _ties(edit, rendered, theirs))


def _ties(edit: Edit, rendered: JsonObject, theirs: JsonObject) -> frozenset[str]:
    undone = edit.verdicts.get(LINKS) == Ours(over=True)
    ties = tuple(group for group in edit.sides.groups if undone and group.name == LINKS)
    return changed_groups(ties, theirs, rendered)


def _entry(looking: _Looking, edit: Edit, back: _Back) -> LedgerEntry:
    """Return the entry with theirs as its base, and with ours but for what is still to be sent."""
    held, entry = edit.held, looking.agenda.entry(edit.key)
    agreed = _agreed_ours(edit, back, dropped=entry.not_kept)
    waiting = digest(agreed) != digest(back.ours)
    return replace(
        entry,
        state=LinkState.WAITING if waiting else LinkState.IN_SYNC,
        reason=None,
        not_kept=(),
        version=held.version,
        last_updated=held.last_updated,
        agreed_ours=agreed,
        agreed_theirs=held.resource,
        ours_digest=digest(agreed),
        theirs_digest=digest(held.resource),
    )


def _agreed_ours(edit: Edit, back: _Back, *, dropped: tuple[str, ...]) -> JsonObject:
    """Return what we now say, but as it was before in the groups that the chart has not got yet.

    Where ours stands against theirs the base is theirs, so that an element that we leave out is taken out.
    So it is where the server `dropped` something (FHIR paths): their new version is a reason to try again.
    """
    agreed = dict(back.ours)
    lost = {path.partition(".")[2] for path in dropped}
    for group in edit.sides.groups:
        verdict = edit.verdicts[group.name]
        again = not lost.isdisjoint(group.elements) and not isinstance(verdict, Theirs)
        if again or group.name in back.restored or verdict == Ours(over=True):
            put_group(agreed, group, edit.sides.theirs)
        elif isinstance(verdict, Ours | Both):
            put_group(agreed, group, edit.sides.agreed.ours)
    return agreed


def _told(edit: Edit, back: _Back) -> Iterable[Contested]:
    """Return the edits that lost to the owner of their group, which nobody decided."""
    groups = overruled(edit) | back.restored
    if groups:
        yield contested(edit, Cause.NOT_APPLIED, groups)


def overruled(edit: Edit) -> frozenset[str]:
    """Return the groups in which an edit lost to the owner, which nobody decided."""
    return frozenset(
        name
        for name, verdict in edit.verdicts.items()
        if verdict in (Ours(over=True), Theirs(over=True))
        and name not in edit.rules.choices
        and name != LINKS
    )


def contested(edit: Edit, cause: Cause, groups: frozenset[str]) -> Contested:
    """Return an edit as what a person has to look at."""
    return Contested(
        key=edit.key,
        reference=edit.held.reference,
        cause=cause,
        groups=groups,
        sides=edit.sides,
        held=edit.held,
    )


def _stopped(agenda: Agenda, one: Contested) -> LedgerEntry:
    state = LinkState.DETACHED if one.cause is Cause.VANISHED else LinkState.CONFLICT
    return replace(agenda.entry(one.key), state=state, reason=one.cause.value)
