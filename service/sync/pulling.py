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
from service.mapping.graph import project
from service.mapping.references import Key, Refs
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.adopting import Copying, medication_entries
from service.sync.agenda import Agenda, remote_of
from service.sync.companions import comparable, disagree, in_dispute
from service.sync.drafts import subject_of, symbols
from service.sync.groups import Group, Owner
from service.sync.imported import plainly_said
from service.sync.intake import Contested, Intake, RulesOf, closed
from service.sync.planner import Vanished
from service.sync.reconciliation import Agree, Cause, Contest, TakeIn, reconcile
from service.sync.restored import in_doubt
from service.sync.sides import Agreed, Sides, changed_groups, symbolic
from service.sync.tracked import Seen

LOST_THEIRS = "the clinic's own is gone"
# What must be in the plan afterwards as the chart says it, or nothing of the edit is called taken in.
_PROOF: Mapping[str, tuple[str, ...]] = {
    "Appointment": ("status", "start", "end"),
    "Condition": ("clinicalStatus", "verificationStatus", "severity"),
    "MedicationRequest": ("status", "dosageInstruction"),
}


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
            self._contest(key, held, sides, cause=cause, groups=sides.changed_there)
            return
        self._judge(key, held, sides)

    def _sides(self, entry: LedgerEntry, ours: JsonObject, held: Held) -> Sides:
        base = Agreed(ours=entry.agreed_ours or ours, theirs=symbolic(entry.agreed_theirs or {}, self.urns))
        return Sides(agreed=base, ours=ours, theirs=symbolic(held.resource, self.urns))

    def _judge(self, key: Key, held: Held, sides: Sides) -> None:
        rules, entry = self.rules_of(key, sides), self.agenda.entry(key)
        if in_doubt(entry) and sides.changed_there and not rules.choices and key not in self.confirmed:
            self._contest(key, held, sides, cause=Cause.RESTORED, groups=sides.changed_there)
            return
        match reconcile(sides, rules):
            case Contest(cause=cause, groups=groups):
                self._contest(key, held, sides, cause=cause, groups=groups)
            case _ if self._words_apart(key, sides) and not rules.choices:
                self._contest(key, held, sides, cause=Cause.WORDS_DISAGREE, groups=in_dispute(sides))
            case TakeIn(resource=resource):
                self._read(key, held, sides, resource=resource)
            case action if isinstance(action, Agree) or held.version != entry.version or in_doubt(entry):
                self._agree(key, held)

    def _words_apart(self, key: Key, sides: Sides) -> bool:
        """Tell whether a dose and its words went apart; of a renewal, the person has seen both."""
        return key not in self.confirmed and disagree(sides.agreed.theirs, sides.theirs)

    def _read(self, key: Key, held: Held, sides: Sides, *, resource: JsonObject) -> None:
        copy = self.copying.copy(resource, key.item, None)
        entries = (Entry(address=key.urn, resource=copy), *medication_entries(self.agenda))
        plan = absorb(self.plan, entries, self.agenda.refs(), people=self.agenda.people).plan
        if plan is None or self._lost(plan, key, copy):
            self._contest(key, held, sides, cause=Cause.UNREADABLE, groups=sides.changed_there)
            return
        self.plan = plan
        self._agree(key, held)

    def _lost(self, plan: Plan, key: Key, copy: JsonObject) -> bool:
        """Tell whether the plan, laid over what was to be read, says something else than that."""
        after = replace(self.agenda, plan=plan)
        nameless = Refs(system=self.agenda.connection.identifier_system)
        over = project(subject_of(after), nameless, onto={key: copy})[key]
        proof = Group(name="proof", owner=Owner.EHR, elements=_PROOF[key.type])
        theirs, ours = comparable(copy, over)
        return bool(changed_groups((proof,), theirs, ours))

    def _agree(self, key: Key, held: Held) -> None:
        entry = self.agenda.entry(key)
        ours = plainly_said(replace(self.agenda, plan=self.plan))[key]
        taken = ours != self.said[key]
        kept = ours if taken or entry.agreed_ours is None else entry.agreed_ours
        self.entries[key] = replace(
            entry,
            version=held.version,
            last_updated=held.last_updated,
            agreed_ours=kept,
            agreed_theirs=held.resource,
            ours_digest=None if entry.ours_digest is None else digest(kept),
            theirs_digest=digest(held.resource),
        )

    def _contest(self, key: Key, held: Held, sides: Sides, *, cause: Cause, groups: frozenset[str]) -> None:
        self.open.append(
            Contested(key=key, reference=held.reference, cause=cause, groups=groups, sides=sides, held=held)
        )


def is_pulled(agenda: Agenda, key: Key) -> bool:
    """Tell whether a resource is the clinic's own, and its edits come into the plan."""
    entry = agenda.entry(key)
    known = entry.agreed_ours is not None and entry.agreed_theirs is not None
    return agenda.matched(key) and key.type in _PROOF and known


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
    return Intake(plan=looking.plan, entries=looking.entries, open=tuple(looking.open))
