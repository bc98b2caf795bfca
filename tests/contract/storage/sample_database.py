"""A small installation that has some of everything, and what it has to read back as."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from service.domain.findings.decision import Answer, Decision
from service.domain.therapy import RequestStatus
from service.ports.access import Role, Token
from service.ports.answers import Asked, KeptAnswer
from service.ports.cards import CardAnswer, CardOutcome, ShownCard
from service.ports.feed import Sight
from service.ports.hooks import Hook
from service.ports.imports import ImportOutcome, ImportRecord, ImportSource
from service.ports.inbox import ItemState
from service.ports.journal import Interaction
from service.ports.passes import LastPass
from service.ports.sightings import WHOLE_PLAN, Sighting
from service.ports.storage import (
    Connection,
    ConnectionMode,
    KeptCapabilities,
    Lease,
    LinkState,
    PlanFilter,
    Storage,
    UnitOfWork,
)
from service.ports.writing import Switch
from tests.builders import PSYCHIATRIST, THERAPIST, a_plan, the_full_plan
from tests.builders.alerts import an_alert
from tests.builders.inbox import an_item
from tests.contract.storage.samples import NOON, a_revision, a_row, an_entry, later

_NOW = the_full_plan()
# As the first release wrote it: it asked nobody whom alerts reach, what a therapy supports came later, and
# the links of its orders were others.
_COURSES = tuple(one.id for one in _NOW.therapies)
FULL = replace(
    _NOW,
    safety=None,
    therapies=tuple(replace(one, supports=()) for one in _NOW.therapies),
    medications=tuple(replace(one, supports=_COURSES) for one in _NOW.medications),
)
BRIEF = a_plan(id="plan-2", title="Second", safety=None)
CHANGED = replace(BRIEF, status=RequestStatus.REVOKED)
CONNECTION = Connection(
    id="default",
    base_url="https://ehr.example/fhir",
    identifier_system="https://w3id.org/tandem-care/id",
    mode=ConnectionMode.WRITE,
    pinned=True,
)
ENTRY = an_entry(
    state=LinkState.NOT_KEPT,
    remote_id="17",
    version="3",
    last_updated="2026-03-02T12:00:00.000+00:00",
    agreed_ours={"resourceType": "Goal", "description": {"text": "Sleep \ud83d at 22:30"}},
    agreed_theirs={"resourceType": "Goal", "n": Decimal("1.50")},
    ours_digest="0a" * 32,
    theirs_digest="0b" * 32,
    reason="not all of it was kept",
    not_kept=("Goal.note",),
    last_tried=NOON,
    last_succeeded=later(1),
    settled_revision=1,
)
BARE = an_entry(resource_type="Practitioner", item_id="person-1", patient_id=None, state=LinkState.WAITING)
OPEN = a_row(
    interaction=Interaction.UPDATE, expected_version="3", body={"resourceType": "Goal", "n": Decimal("2.0")}
)
SETTLED = a_row(id="row-2", plan_id="plan-2")
LEASE = Lease(
    connection_id="default", patient_id="patient-1", holder="run-1", fencing=1, expires_at=later(60)
)
WAITING = an_item(plan_id=FULL.id)
DECIDED = an_item(
    id="item-2",
    plan_id=FULL.id,
    state=ItemState.DECIDED,
    choices={"description": "theirs"},
    decided_by="n.okafor",
    decided_at=later(4),
)
PASSED = LastPass(connection_id="default", plan_id=FULL.id, revision=1, standing="partly", ended_at=later(5))
TOKEN = Token(
    id="token-1",
    name="n.okafor",
    role=Role.CLINICIAN,
    digest="0c" * 32,
    created_at=NOON,
    created_by="cli:root",
    expires_at=later(600),
)
ASKED = Asked(principal="clinician:n.okafor", operation="createPlan", key="key-1", fingerprint="0d" * 32)
ANSWER = KeptAnswer(fingerprint="0d" * 32, status=201, headers=(("ETag", '"1"'),), body='{"title": "Sleep"}')
IMPORTED = ImportRecord(
    id="import-1",
    source=ImportSource.EHR,
    outcome=ImportOutcome.MADE,
    connection_id="default",
    plan_id=FULL.id,
    author="n.okafor",
    imported_at=NOON,
    content={"allergies": [{"text": "Penicillin"}], "n": Decimal("1.50")},
)
ALERT = an_alert(plan_id=FULL.id)
MARKED = Sighting(plan_id=FULL.id, who="n.okafor", item_id=WHOLE_PLAN, revision=1, seen_at=later(6))
CARD = ShownCard(id="card-1", plan_id=FULL.id, rule="risk-item", finding="0e" * 16, shown_at=later(6))
ANSWERED = CardAnswer(
    id="answer-1",
    card_id=CARD.id,
    outcome=CardOutcome.OVERRIDDEN,
    answered_at=later(7),
    content={"comment": "Seen yesterday"},
)
SEEN = Sight(reference="Goal/17", stamp="3", digest="0e" * 32)
HOOK = Hook(digest="0f" * 32, connection_id="default", made_at=NOON)
STOPPED = Switch(stopped=True, reason="the EHR is moved", by="cli:root", since=later(6))
DECIDED_ON = Decision(
    key="0e" * 16,
    rule="no-improvement",
    answer=Answer.ACCEPTED,
    reason="She wants to go on",
    decided_by=(PSYCHIATRIST.id, THERAPIST.id),
    decided_at=later(7),
    text="No improvement that means something",
    evidence=("scores-0",),
    made=("tasks-9",),
)
CAPABILITIES = KeptCapabilities(content={"fhir_version": "4.0.1"}, fetched_at=NOON)


def fill(storage: Storage) -> None:
    """Keep some of everything in an empty storage."""
    with storage.begin() as work:
        work.plans.add(a_revision(FULL))
        work.plans.add(a_revision(BRIEF, recorded_at=later(1)))
        work.plans.append(a_revision(CHANGED, number=2, recorded_at=later(2)), expected=1)
        for person in (PSYCHIATRIST, THERAPIST):
            work.people.put(person)
        work.connections.put(CONNECTION)
        work.ledger.save([ENTRY, BARE], plan_id=FULL.id)
        work.ledger.save([BARE], plan_id=BRIEF.id)
        work.journal.write([OPEN, SETTLED])
        work.journal.settle(["row-2"], "done", later(3))
        work.capabilities.put("default", CAPABILITIES)
        work.cursors.put("default", "history", "2026-03-02T12:00:00.000+00:00")
        work.inbox.save([WAITING, DECIDED])
        work.passes.put(PASSED)
        work.tokens.add(TOKEN)
        work.imports.put(IMPORTED)
        work.sights.keep("default", [SEEN])
        work.due.wake("default", [FULL.id], NOON)
        work.due.ask_for_poll("default", NOON)
        work.hooks.put(HOOK)
        work.writing.put(STOPPED)
        work.jobs.wake("default", [FULL.id])
        work.workers.beat("worker-1", NOON)
        assert work.duties.take("poll", "worker-1", now=NOON, silent_since=NOON - timedelta(seconds=10))
        assert work.answers.reserve(ASKED, now=NOON, until=later(600)) is None
        work.answers.keep(ASKED, ANSWER)
        assert work.leases.acquire("default", "patient-1", holder="run-1", now=NOON, ttl=timedelta(hours=1))
        _fill_team(work)
        work.commit()


def _fill_team(work: UnitOfWork) -> None:
    work.decisions.add(FULL.id, DECIDED_ON, revision=1)
    work.alerts.add(ALERT)
    work.sightings.put(MARKED)
    work.cards.shown([CARD])
    work.cards.answer(ANSWERED)


def contents(storage: Storage) -> dict[str, Any]:
    """Everything that `fill` kept, read back as any caller reads it."""
    with storage.begin(write=False) as work:
        (identifier, *_) = FULL.patient.identifiers
        return {
            "heads": [work.plans.head(one.id) for one in (FULL, BRIEF)],
            "first": work.plans.revision(BRIEF.id, 1),
            "titles": [one.title for one in work.plans.page(PlanFilter()).items],
            "found": [one.id for one in work.plans.page(PlanFilter(patient_identifier=identifier)).items],
            "people": work.people.page().items,
            "ledger": work.ledger.of_plan("default", FULL.id),
            "shared": work.ledger.of_plan("default", BRIEF.id),
            "open": work.journal.open_rows("default", "patient-1"),
            "connections": work.connections.all(),
            "capabilities": work.capabilities.get("default"),
            "cursor": work.cursors.get("default", "history"),
            "lease": work.leases.holds(LEASE, NOON),
            "inbox": work.inbox.of_plan("default", FULL.id),
            "passes": work.passes.get("default", FULL.id),
            "tokens": work.tokens.all(),
            "alerts": work.alerts.of_plan(FULL.id),
            "sightings": work.sightings.of_plan(FULL.id),
            "card_answers": work.cards.answers(CARD.id),
            "imports": work.imports.of_plan(FULL.id),
            "writing": work.writing.get(),
            "jobs": work.jobs.of_plan("default", FULL.id),
            "workers": work.workers.all(),
            "decisions": work.decisions.of_plan(FULL.id),
            "answers": work.answers.find(ASKED, now=NOON),
            "sights": {one: was.stamp for one, was in work.sights.before("default", [SEEN]).items()},
            "due": work.due.number("default", FULL.id),
            "polls": work.due.poll_asked("default"),
            "hooks": work.hooks.all(),
        }


# What a revision of the schema was the first to keep.
SINCE = {
    "inbox": "0003",
    "passes": "0003",
    "tokens": "0004",
    "answers": "0005",
    "imports": "0006",
    "alerts": "0012",
    "sightings": "0012",
    "card_answers": "0012",
    "writing": "0009",
    "jobs": "0008",
    "workers": "0008",
    "decisions": "0011",
} | dict.fromkeys(("sights", "due", "polls", "hooks"), "0010")


def of_revision(held: dict[str, Any], revision: str) -> dict[str, Any]:
    """What that revision of the schema kept."""
    return {name: one for name, one in held.items() if SINCE.get(name, "") <= revision}
