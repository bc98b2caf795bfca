"""Tokens are recognised until they end, roles may what the table says, operations leave an entry."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from service.application.access import GRANTS, Permission, permit, sees_unshared
from service.application.audit import Trail, count_refused, outcome_of, read_refused, read_trail
from service.application.keep_plan import create_plan, replace_plan
from service.application.ports import Editor, PlanPorts
from service.application.read_plan import read_plan
from service.application.recognise import LOCAL, Everybody, Recogniser
from service.application.seeing import seen
from service.application.tokens import NewToken, TokenPorts, add_token, caller_of, list_tokens, revoke_token
from service.ports.access import (
    AuditEntry,
    AuditFilter,
    Caller,
    Doubt,
    Entrance,
    NotAllowed,
    NotRecognised,
    Outcome,
    Role,
)
from service.ports.storage import StorageUnavailable, Superseded, Unknown
from tests.builders import DIRECTORY, the_full_plan
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage
from tests.refusals import refusals

PLAN = the_full_plan()


class World:
    """A storage with one plan, a clock, and secrets that count."""

    def __init__(self) -> None:
        self.storage, self.clock, self.count = MemoryStorage(), StillClock(), 0
        self.plans = PlanPorts(storage=self.storage, clock=self.clock)
        self.tokens = TokenPorts(storage=self.storage, clock=self.clock, random_hex=self.random_hex)
        with self.storage.begin() as work:
            for person in DIRECTORY.values():
                work.people.put(person)
            work.commit()
        create_plan(PLAN, author="n.okafor", ports=self.plans)

    def random_hex(self, length: int) -> str:
        self.count += 1
        return f"{self.count:0{2 * length}x}"

    def give(self, name: str = "ward-3", role: Role = Role.READER, plan_id: str | None = None) -> str:
        wanted = NewToken(name=name, role=role, days=30, plan_id=plan_id, created_by="cli:operator")
        return add_token(wanted, ports=self.tokens)[1]

    def recognise(self, text: str) -> Caller:
        return caller_of(text, storage=self.storage, now=self.clock.now())

    def doubt_of(self, text: str) -> Doubt:
        with pytest.raises(NotRecognised) as told:
            self.recognise(text)
        return told.value.doubt

    def trail(self, **changes: object) -> Trail:
        entry = AuditEntry(
            at=self.clock.now(), who="n.okafor", role="clinician", entrance=Entrance.TOKEN,
            operation="readPlan", outcome=Outcome.DONE, status=200, plan_id=PLAN.id,
        )  # fmt: skip
        return Trail(self.storage, self.clock, replace(entry, **changes))  # type: ignore[arg-type]  # a test's shorthand

    def entries(self) -> list[tuple[Outcome, int]]:
        found = read_trail(AuditFilter(), before=None, limit=99, storage=self.storage)
        return [(one.outcome, one.status) for one in reversed(found)]


@pytest.fixture
def world() -> World:
    return World()


def test_a_token_is_recognised_and_its_secret_is_kept_nowhere(world: World) -> None:
    text = world.give()
    assert world.recognise(text) == Caller(subject="ward-3", role=Role.READER, entrance=Entrance.TOKEN)
    secret = text.rpartition("_")[2]
    assert secret not in repr(world.storage.kept)
    assert sha256(secret.encode()).hexdigest() in repr(world.storage.kept)


def test_a_patients_token_is_bound_to_one_plan_that_is_there(world: World) -> None:
    assert world.recognise(world.give(role=Role.PATIENT, plan_id=PLAN.id)).plan_id == PLAN.id
    with pytest.raises(Unknown):
        world.give("other", Role.PATIENT, "nope")
    assert "plan" in refusals(lambda: world.give("other", Role.PATIENT))
    assert "plan" in refusals(lambda: world.give("other", Role.READER, PLAN.id))
    assert "name" in refusals(lambda: world.give("Maja Sørensen"))
    assert [one.name for one in list_tokens(storage=world.storage)] == ["ward-3"]


def test_a_token_ends_on_its_day_or_when_it_is_revoked(world: World) -> None:
    text, other = world.give(), world.give("ward-4")
    gone = revoke_token(other.split("_")[1], storage=world.storage, clock=world.clock)
    assert gone.name == "ward-4"
    assert world.doubt_of(other) is Doubt.REVOKED
    world.clock.forward(timedelta(days=30) - timedelta(seconds=1))
    assert world.recognise(text)
    world.clock.forward(timedelta(seconds=1))
    assert world.doubt_of(text) is Doubt.EXPIRED


def test_a_token_that_is_not_right_in_every_letter_is_not_known(world: World) -> None:
    text = world.give()
    spoilt = text[:-1] + ("0" if text[-1] != "0" else "1")
    stranger = text.replace(text.split("_")[1], "f" * 16)
    assert world.doubt_of(spoilt) is world.doubt_of(stranger) is Doubt.UNKNOWN
    assert world.doubt_of(text + "0") is world.doubt_of("tandem_x") is Doubt.MALFORMED


class Anybody:
    """Verifies every token."""

    def caller_of(self, token: str) -> Caller:
        return Caller(subject=token, role=Role.READER, entrance=Entrance.JWT)


HEADERS = {
    None: Doubt.MISSING,
    "": Doubt.MALFORMED,
    "Basic YTpi": Doubt.MALFORMED,
    "Bearer": Doubt.MALFORMED,
    "Bearer a b": Doubt.MALFORMED,
    "Bearer a, Bearer b": Doubt.MALFORMED,
    "Bearer " + "a" * 9000: Doubt.MALFORMED,
    "Bearer eyJhbGciOiJub25lIn0.e30.": Doubt.UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=str)
def test_a_header_that_shows_nobody_is_told_why(world: World, header: str | None) -> None:
    with pytest.raises(NotRecognised) as told:
        Recogniser(storage=world.storage, clock=world.clock).caller_of(header)
    assert told.value.doubt is HEADERS[header]


def test_a_token_of_ours_never_goes_to_the_provider_and_others_do(world: World) -> None:
    recogniser = Recogniser(storage=world.storage, clock=world.clock, verifier=Anybody())
    assert recogniser.caller_of(f"bearer {world.give()}").entrance is Entrance.TOKEN
    assert recogniser.caller_of("Bearer a.b.c").subject == "a.b.c"
    assert Everybody().caller_of(None) == LOCAL


def test_every_permission_is_some_roles_and_every_role_reads(world: World) -> None:
    assert set().union(*GRANTS.values()) == set(Permission)
    assert set(GRANTS) == set(Role)
    assert all(Permission.READ_PLAN in granted for granted in GRANTS.values())


@pytest.mark.parametrize("plan_id", [None, "plan-2"])
def test_a_patient_does_nothing_beyond_their_own_plan(plan_id: str | None) -> None:
    patient = Caller(subject="app-7", role=Role.PATIENT, entrance=Entrance.TOKEN, plan_id="plan-1")
    permit(patient, Permission.READ_PLAN, "plan-1")
    with pytest.raises(NotAllowed):
        permit(patient, Permission.READ_PLAN, plan_id)
    unbound = replace(patient, plan_id=None)
    with pytest.raises(NotAllowed):
        permit(unbound, Permission.READ_PLAN, plan_id)
    assert sees_unshared(patient)
    assert not sees_unshared(LOCAL)


def test_a_change_keeps_its_entry_in_its_own_commit_and_once(world: World) -> None:
    trail = world.trail(operation="replacePlan")
    ports = replace(world.plans, storage=trail)
    shown = seen(read_plan(PLAN.id, ports=ports), whole=False)
    assert shown.withheld == 1
    replace_plan(replace(shown.plan, title="Another"), editor=Editor(author="a", expected=1), ports=ports)
    assert world.entries() == [(Outcome.DONE, 200)]
    trail.close(Outcome.DONE, 200)
    assert world.entries() == [(Outcome.DONE, 200)]
    trail.close(Outcome.FAILED, 500)
    assert world.entries()[1:] == [(Outcome.FAILED, 500)]


def test_a_change_that_is_not_kept_leaves_its_refusal(world: World) -> None:
    trail = world.trail()
    ports = replace(world.plans, storage=trail)
    with pytest.raises(Superseded):
        replace_plan(PLAN, editor=Editor(author="a", expected=7), ports=ports)
    assert world.entries() == []
    trail.close(Outcome.REFUSED, 412)
    trail.close(Outcome.REFUSED, 412)
    assert world.entries() == [(Outcome.REFUSED, 412)]


def test_two_commits_of_one_operation_are_one_entry(world: World) -> None:
    trail = world.trail(plan_id=None)
    trail.about(plan_id=PLAN.id)
    for _ in range(2):
        with trail.begin() as work:
            work.cursors.put("default", "x", "1")
            work.commit()
    assert world.entries() == [(Outcome.DONE, 200)]
    with trail.begin(write=False) as work:
        assert [one.patient_id for one in work.audit.page(AuditFilter())] == [PLAN.patient.id]


class Failing(MemoryStorage):
    """Fails at its commits."""

    def begin(self, *, write: bool = True):
        work = super().begin(write=write)
        if write:

            def fail() -> None:
                raise StorageUnavailable("the disk of the database is full")

            work.commit = fail  # type: ignore[method-assign]  # the fault under test
        return work


def test_an_entry_is_not_taken_for_kept_when_its_commit_fails(world: World) -> None:
    broken = Failing()
    broken.kept = world.storage.kept
    entry = AuditEntry(
        at=world.clock.now(), who="a", role="reader", entrance=Entrance.TOKEN, operation="x",
        outcome=Outcome.DONE, status=200,
    )  # fmt: skip
    trail = Trail(broken, world.clock, entry)
    with pytest.raises(StorageUnavailable), trail.begin() as work:
        work.commit()
    with pytest.raises(StorageUnavailable):
        trail.close(Outcome.DONE, 200)


def test_what_cannot_be_undone_is_written_down_before(world: World) -> None:
    trail = world.trail(operation="pushPlan")
    trail.begun()
    assert world.entries() == [(Outcome.BEGUN, 200)]
    trail.close(Outcome.DONE, 200)
    assert world.entries() == [(Outcome.BEGUN, 200), (Outcome.DONE, 200)]


def test_an_operation_about_several_plans_stands_in_the_trail_of_each(world: World) -> None:
    other = replace(PLAN, id="other")
    with world.storage.begin() as work:
        work.plans.add(replace(work.plans.head(PLAN.id), plan=other))
        work.commit()
    trail = world.trail()
    for plan_id in (PLAN.id, other.id, other.id):
        trail.about(plan_id=plan_id, item_id="card")
    trail.close(Outcome.DONE, 200)
    found = read_trail(AuditFilter(), before=None, limit=9, storage=world.storage)
    assert [(one.plan_id, one.item_id) for one in reversed(found)] == [(PLAN.id, "card"), (other.id, "card")]


def test_an_item_is_named_by_the_entry_of_what_was_done_alone(world: World) -> None:
    trail = world.trail(item_id="whatever-somebody-typed")
    trail.begun()
    trail.close(Outcome.REFUSED, 404)
    trail.close(Outcome.DONE, 200)
    found = read_trail(AuditFilter(), before=None, limit=9, storage=world.storage)
    assert [one.item_id for one in reversed(found)] == [None, None, "whatever-somebody-typed"]


def test_requests_without_an_identity_are_counted_for_as_long_as_is_asked(world: World) -> None:
    for _ in range(3):
        count_refused("readPlan", Doubt.MISSING, storage=world.storage, now=world.clock.now())
    assert [one.count for one in read_refused(days=1, storage=world.storage, clock=world.clock)] == [3]
    world.clock.forward(timedelta(days=2))
    assert read_refused(days=1, storage=world.storage, clock=world.clock) == ()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DONE),
        (304, Outcome.DONE),
        (403, Outcome.REFUSED),
        (499, Outcome.REFUSED),
        (503, Outcome.FAILED),
    ],
)
def test_a_status_says_what_became_of_a_request(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


def test_the_patients_own_edit_may_change_what_others_do_not_see(world: World) -> None:
    changed = replace(PLAN, journal=tuple(replace(one, shared=True) for one in PLAN.journal))
    own = Editor(author="app-7", expected=1, sees_unshared=True)
    assert replace_plan(changed, editor=own, ports=world.plans).plan == changed
