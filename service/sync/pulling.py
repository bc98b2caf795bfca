"""Edits of what is the clinic's own: its bookings, orders and problems come in, and are never written.

An item of the plan that stands for such a resource has the same base of two halves as any other; what both
sides changed waits for a person, and what was changed here alone is entered in the chart by hand.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from service.domain.plan import Plan
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.absorption import Entry, absorb
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.adopting import Copying, medication_entries
from service.sync.agenda import Agenda, remote_of
from service.sync.companions import disagree, in_dispute
from service.sync.drafts import symbols
from service.sync.imported import plainly_said
from service.sync.intake import Contested, Edit, Intake, RulesOf, closed, contested, overruled
from service.sync.merge import LINKS, Both, Choice, Ours, Rules
from service.sync.planner import Vanished
from service.sync.prescriptions import RUNNING_THERE, is_chart_order
from service.sync.proof import PROOF, apart, entered_by_hand, proof_of, with_silence
from service.sync.reconciliation import Agree, Cause, Contest, TakeIn, reconcile
from service.sync.restored import in_doubt
from service.sync.sides import Agreed, Sides, put_group, symbolic
from service.sync.tracked import Seen

LOST_THEIRS = "the clinic's own is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit(Edit):
    """What both sides say of one resource; in `settled` groups both say by now what was changed here."""

    settled: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class _Pull:
    """One look at what is the clinic's own; `plan` grows as edits come in."""

    agenda: Agenda
    rules_of: RulesOf
    copying: Copying
    confirmed: Set[Key]
    plan: Plan
    urns: Mapping[str, str]
    said: Mapping[Key, JsonObject]
    entries: dict[Key, LedgerEntry] = field(default_factory=dict)
    open: list[Contested] = field(default_factory=list)
    told: list[Contested] = field(default_factory=list)

    def look(self, key: Key, held: Held | Vanished) -> None:
        """Take one resource in, or note what a person has to see of it."""
        entry = self.agenda.entry(key)
        if isinstance(held, Vanished):
            address = str(remote_of(entry))
            self.open.append(Contested(key=key, reference=address, cause=Cause.VANISHED))
            self.entries[key] = replace(entry, state=LinkState.DETACHED, reason=LOST_THEIRS)
            return
        sides = self._sides(entry, self.said[key], held)
        cause = closed(self.agenda, held)
        if cause is not None:
            if cause is Cause.OTHER_PATIENT:  # nothing of ours that refers to it is written either
                self.entries[key] = replace(entry, reason=cause.value)
            edit = _Edit(key=key, held=held, sides=sides, rules=Rules())
            self._contest(edit, cause, sides.changed_there)
            return
        self._judge(key, held, sides)

    def _sides(self, entry: LedgerEntry, ours: JsonObject, held: Held) -> Sides:
        base = Agreed(ours=entry.agreed_ours or ours, theirs=symbolic(entry.agreed_theirs or {}, self.urns))
        return Sides(agreed=base, ours=ours, theirs=symbolic(held.resource, self.urns))

    def _judge(self, key: Key, held: Held, sides: Sides) -> None:
        rules, entry = self.rules_of(key, sides), self.agenda.entry(key)
        if in_doubt(entry) and sides.changed_there and not rules.choices and key not in self.confirmed:
            edit = _Edit(key=key, held=held, sides=sides, rules=rules)
            self._contest(edit, Cause.RESTORED, sides.changed_there)
            return
        settled = self._entered(key, sides)
        found = replace(rules, choices={**dict.fromkeys(settled, Choice.OURS), **rules.choices})
        edit = _Edit(key=key, held=held, sides=sides, rules=rules, settled=settled)
        match reconcile(sides, found):
            case Contest(cause=cause, groups=groups):
                self._contest(edit, cause, groups)
            case _ if self._words_apart(key, sides) and not found.choices:
                self._contest(edit, Cause.WORDS_DISAGREE, in_dispute(sides))
            case TakeIn() if self._became_no_order(sides) and Choice.OURS not in found.choices.values():
                self._contest(edit, Cause.UNREADABLE, sides.changed_there)
            case TakeIn(resource=resource, verdicts=verdicts):
                self._read(replace(edit, verdicts=verdicts), resource)
            case Agree(verdicts):
                self._agree(key, held, _agreed_ours(replace(edit, verdicts=verdicts), self.said[key]))
            case _ if held.version != entry.version or in_doubt(entry):
                self._agree(key, held, entry.agreed_ours or self.said[key])

    def _entered(self, key: Key, sides: Sides) -> frozenset[str]:
        """Return the groups that were changed here, and that somebody has entered in the chart since."""
        if not sides.changed_here or self._is_no_order(sides):
            return frozenset()
        return entered_by_hand(self._now(), key, sides, copy=self._copy(key, sides.theirs))

    def _words_apart(self, key: Key, sides: Sides) -> bool:
        """Tell whether a dose and its words went apart; of a renewal, the person has seen both."""
        return key not in self.confirmed and disagree(sides.agreed.theirs, sides.theirs)

    def _became_no_order(self, sides: Sides) -> bool:
        system = self.agenda.connection.identifier_system
        return is_chart_order(sides.agreed.theirs, system) and self._is_no_order(sides)

    def _is_no_order(self, sides: Sides) -> bool:
        """Tell whether a request runs in the chart that is no order there: a proposal, or one of our name."""
        runs = sides.type == "MedicationRequest" and sides.theirs.get("status") in RUNNING_THERE
        return runs and not is_chart_order(sides.theirs, self.agenda.connection.identifier_system)

    def _read(self, edit: _Edit, resource: JsonObject) -> None:
        key, copy = edit.key, self._copy(edit.key, with_silence(edit.sides, resource))
        entries = (Entry(address=key.urn, resource=copy), *medication_entries(self.agenda))
        plan = absorb(self.plan, entries, self.agenda.refs(), people=self.agenda.people).plan
        proof = proof_of(edit.sides)
        if plan is None or apart(replace(self.agenda, plan=plan), key, copy, elements=proof):
            self._contest(edit, Cause.UNREADABLE, edit.sides.changed_there)
            return
        self.plan = plan
        self._agree(key, edit.held, _agreed_ours(edit, plainly_said(self._now())[key]))
        lost = overruled(edit) - edit.settled
        if lost:
            self.told.append(contested(edit, Cause.NOT_APPLIED, lost))

    def _now(self) -> Agenda:
        return replace(self.agenda, plan=self.plan)

    def _copy(self, key: Key, resource: JsonObject) -> JsonObject:
        return self.copying.copy(resource, key.item, None)

    def _agree(self, key: Key, held: Held, ours: JsonObject) -> None:
        self.entries[key] = replace(
            self.agenda.entry(key),
            version=held.version,
            last_updated=held.last_updated,
            agreed_ours=ours,
            agreed_theirs=held.resource,
            ours_digest=digest(ours),
            theirs_digest=digest(held.resource),
        )

    def _contest(self, edit: _Edit, cause: Cause, groups: frozenset[str]) -> None:
        self.open.append(contested(edit, cause, groups))


def _agreed_ours(edit: _Edit, said: JsonObject) -> JsonObject:
    """Return what we say now, but as it was before in the groups that a person enters in the chart by hand.

    Where ours stands against theirs it is theirs that was agreed: nothing of ours is in the chart.
    """
    agreed = dict(said)
    for group in edit.sides.groups:
        verdict = edit.verdicts[group.name]
        if group.name in edit.settled:
            continue
        if verdict == Ours(over=True) and (group.name != LINKS or group.name in edit.rules.choices):
            put_group(agreed, group, edit.sides.theirs)
        elif isinstance(verdict, Ours | Both):
            put_group(agreed, group, edit.sides.agreed.ours)
    return agreed


def is_pulled(agenda: Agenda, key: Key) -> bool:
    """Tell whether a resource is the clinic's own, and its edits come into the plan."""
    entry = agenda.entry(key)
    known = entry.agreed_ours is not None and entry.agreed_theirs is not None
    return agenda.matched(key) and key.type in PROOF and known


def pull(
    agenda: Agenda, seen: Seen, *, rules_of: RulesOf, copying: Copying, confirmed: Set[Key] = frozenset()
) -> Intake:
    """Return the plan with the edits of what is the clinic's own; `confirmed` are orders just renewed."""
    said = plainly_said(agenda)
    looking = _Pull(
        agenda=agenda,
        rules_of=rules_of,
        copying=copying,
        confirmed=confirmed,
        plan=agenda.plan,
        urns=symbols(agenda),
        said=said,
    )
    for key in sorted(seen):
        if key in said and is_pulled(agenda, key):
            looking.look(key, seen[key])
    return Intake(
        plan=looking.plan, entries=looking.entries, open=tuple(looking.open), told=tuple(looking.told)
    )
