"""A dry run tells what a pass would send, changes nothing, and is applied as it was told or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.application.preview_digest import Moved
from service.application.preview_sync import ApplySync, Preview, apply_sync, preview_sync
from service.application.push_plan import PatientBusy, ReadOnly
from service.application.sync_plan import SyncPlan
from service.application.writing import stop_writing
from service.domain.values import Invalid
from service.mapping.references import Key
from service.ports.ehr import Unavailable, Unforeseen
from service.ports.storage import ConnectionMode, MedicationMode
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, Incoming
from service.sync.authority import authority_of
from service.sync.barrier import Barred
from service.sync.report import Done, PushReport, Standing
from service.sync.two_way import MassVanish
from tests.builders import PSYCHIATRIST, a_goal, the_full_plan, uid
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Answering, Clinic, answering, of
from tests.scenarios.test_two_way_guards import empty
from tests.scenarios.two_sides import FLAG, GOAL, ORDER, PLAN, item

PATIENT = Key("Patient", uid("patient"))
NOTE, TASK = Key("Communication", uid("notes-0")), Key("Task", uid("tasks-0"))
LONG = timedelta(minutes=5)
SHAPES = pytest.mark.parametrize(
    "shape", [Shape(), WITHOUT_TRANSACTIONS], ids=["transaction", "single writes"]
)
MODES = pytest.mark.parametrize("mode", ConnectionMode)


def look(clinic: Clinic, **ports: Any) -> Preview:
    return preview_sync(SyncPlan(plan_id=clinic.plan.id), replace(clinic.ports, **ports))


def apply(clinic: Clinic, digest: str, **ports: Any) -> PushReport:
    clinic.asked.clear()
    return apply_sync(ApplySync(plan_id=clinic.plan.id, digest=digest), replace(clinic.ports, **ports))


def agreed(**more: Any) -> Clinic:
    clinic = Clinic(the_full_plan(), **more)
    clinic.sync()
    return clinic


def two_edits(clinic: Clinic) -> None:
    clinic.edit(clinic.address(PLAN), title="their title")
    clinic.revise(item("goals", description="our words")(clinic.head()))


def everything(clinic: Clinic) -> tuple[Any, ...]:
    return vars(clinic.storage.kept.copy()), list(clinic.store.history())


@SHAPES
@MODES
def test_a_dry_run_only_reads_and_changes_nothing_on_either_side(shape: Shape, mode: ConnectionMode) -> None:
    clinic = agreed(shape=shape)
    clinic.configure(mode=mode)
    two_edits(clinic)
    before = everything(clinic)
    clinic.asked.clear()
    seen = look(clinic)
    assert (len(seen.requests), seen.mode, seen.idle) == (1, mode, False)
    assert {one.method for one in clinic.asked} == {"GET"}
    assert everything(clinic) == before


def test_a_plan_that_was_never_sent_is_previewed_over_a_connection_that_never_asked() -> None:
    clinic = Clinic(the_full_plan(), mode=ConnectionMode.READ_ONLY)
    before = everything(clinic)
    seen = look(clinic)
    assert [(one.method, one.url) for one in seen.requests] == [("POST", "")]
    assert all(one.new for one in seen.chart)
    assert everything(clinic) == before
    assert clinic.all() == []


@SHAPES
def test_the_difference_is_told_in_words(shape: Shape) -> None:
    clinic = agreed(shape=shape)
    two_edits(clinic)
    seen = look(clinic)
    (theirs,), (ours,) = seen.plan, seen.chart
    assert (theirs.resource_type, [one.group for one in theirs.groups]) == ("CarePlan", ["title"])
    assert theirs.groups[0].after == ("title: their title",)
    assert (ours.item_id, ours.groups[0].after) == (GOAL.item, ("description: our words",))
    assert ours.groups[0].before != ours.groups[0].after
    assert (seen.revision, seen.next_revision) == (2, 3)
    assert "our words" in json.dumps(seen.requests[0].body)
    assert seen.requests[0].headers["If-Match"].startswith('W/"')


def test_what_a_person_would_have_to_decide_is_told_and_not_kept() -> None:
    clinic = agreed()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.revise(item("goals", description="our words")(clinic.head()))
    (waiting,) = look(clinic).inbox
    assert (waiting.cause, waiting.words[0].theirs) == ("same-group", ("description: their words",))
    assert clinic.inbox == ()
    clinic.sync()
    assert look(clinic).inbox == ()  # it waits already


def test_what_would_not_be_done_is_told_with_its_reason() -> None:
    clinic = Clinic(the_full_plan(), medications=MedicationMode.REFERENCE)
    left = {one.resource_type: one for one in look(clinic).left}
    assert (left["MedicationRequest"].done, left["MedicationRequest"].reason) == (
        Done.WITHHELD, "prescribing is the EHR's on this connection",
    )  # fmt: skip


def test_between_two_quiet_sides_a_dry_run_has_nothing_to_tell() -> None:
    clinic = agreed()
    seen = look(clinic)
    assert (seen.idle, seen.requests, seen.chart, seen.plan) == (True, (), (), ())
    assert apply(clinic, seen.digest).standing is Standing.IN_STEP
    assert clinic.writes == []


def test_a_chart_that_looks_emptied_stops_a_dry_run_too() -> None:
    clinic = agreed()
    empty(clinic)
    with pytest.raises(MassVanish):
        look(clinic)


@SHAPES
def test_what_was_previewed_is_applied(shape: Shape) -> None:
    clinic = agreed(shape=shape)
    two_edits(clinic)
    report = apply(clinic, look(clinic).digest)
    assert (report.standing, report.writes) == (Standing.IN_STEP, 1)
    assert clinic.head().title == "their title"
    assert clinic.of(GOAL)["description"]["text"] == "our words"


def decide(clinic: Clinic) -> None:
    (waiting,) = clinic.inbox
    choices = dict.fromkeys(waiting.groups, "theirs")
    command = Decide(item_id=waiting.id, digest=waiting.digest, author=PSYCHIATRIST.id, choices=choices)
    decide_item(command, ports=clinic.plans)


MOVES: dict[str, tuple[Callable[[Clinic], object], str]] = {
    "revision": (lambda one: one.rename("another title"), "the plan, which stands at revision 4"),
    "version": (lambda one: one.edit(one.address(FLAG), code={"text": "seen"}), "Flag/"),
    "restamped": (lambda one: one.edit(one.address(ORDER), note=[{"text": "by hand"}]), "MedicationRequest/"),
    "newcomer": (
        lambda one: one.made(
            {
                "resourceType": "MedicationRequest",
                "status": "active",
                "intent": "order",
                "subject": {"reference": one.address(PATIENT)},
                "medicationCodeableConcept": {"text": "something else"},
            }
        ),
        "the chart, in which resources came or went",
    ),
    "mode": (lambda one: one.configure(mode=ConnectionMode.SHADOW), "is shadow"),
    "medications": (
        lambda one: one.configure(medications=MedicationMode.PROPOSE), "the connection's settings",
    ),
    "decision": (decide, "what waits in the inbox"),
}  # fmt: skip


@pytest.mark.parametrize("move", MOVES)
def test_whatever_moved_is_named_and_nothing_is_written(move: str) -> None:
    clinic = agreed()
    clinic.edit(clinic.address(TASK), description="their task")
    clinic.sync(item("tasks", description="our task")(clinic.head()))  # this waits for a person
    two_edits(clinic)
    digest = look(clinic).digest
    make, told = MOVES[move]
    make(clinic)
    before = everything(clinic)
    with pytest.raises((Moved, ReadOnly), match=told):
        apply(clinic, digest)
    assert {one.method for one in clinic.asked} <= {"GET"}
    kept, chart = everything(clinic)
    assert ({**kept, "leases": None}, chart) == ({**before[0], "leases": None}, before[1])


def test_another_word_on_what_the_server_can_do_is_a_movement() -> None:
    clinic = agreed()
    two_edits(clinic)
    digest = look(clinic).digest
    with pytest.raises(Moved, match="what the server can do") as moved:
        apply(clinic, digest, override={"transaction": False})
    assert moved.value.digest == look(clinic, override={"transaction": False}).digest


def test_another_word_on_who_owns_a_group_is_a_movement() -> None:
    clinic = agreed()
    two_edits(clinic)
    digest = look(clinic).digest
    with pytest.raises(Moved, match="the connection's settings"):
        apply(clinic, digest, authority=authority_of({"Goal.target": "us"}))


def test_a_digest_of_now_is_told_with_what_moved_and_can_be_applied() -> None:
    clinic = agreed()
    digest = look(clinic).digest
    two_edits(clinic)
    with pytest.raises(Moved) as moved:
        apply(clinic, digest)
    assert moved.value.digest == look(clinic).digest
    assert apply(clinic, moved.value.digest).writes == 1


@pytest.mark.parametrize("digest", ["", "nonsense", "1.2.3", "x.a.b.c.d.e.f", "1.a.b.c.d.e.!"])
def test_what_is_no_digest_is_refused_or_has_moved(digest: str) -> None:
    clinic = agreed()
    with pytest.raises((Invalid, Moved)):
        apply(clinic, digest)
    assert clinic.writes == []


@pytest.mark.parametrize("mode", [ConnectionMode.READ_ONLY, ConnectionMode.SHADOW])
def test_only_a_connection_that_writes_applies(mode: ConnectionMode) -> None:
    clinic = agreed()
    two_edits(clinic)
    digest = look(clinic).digest
    clinic.configure(mode=mode)
    with pytest.raises(ReadOnly, match=mode):
        apply(clinic, digest)


def test_while_writing_is_stopped_nothing_is_applied() -> None:
    clinic = agreed()
    two_edits(clinic)
    digest = look(clinic).digest
    with pytest.raises(Barred):
        apply(clinic, digest, writing=False)
    stop_writing("the EHR is moved", by="cli:root", ports=clinic.plans)
    assert look(clinic).digest == digest
    with pytest.raises(Barred):
        apply(clinic, digest)
    assert clinic.writes == []


def test_while_another_run_holds_the_patient_a_dry_run_is_in_nobodys_way_and_nothing_is_applied() -> None:
    clinic = agreed()
    two_edits(clinic)
    digest = look(clinic).digest
    with clinic.storage.begin() as work:
        now, patient = clinic.clock.now(), clinic.plan.patient.id
        assert work.leases.acquire("default", patient, holder="another", now=now, ttl=LONG)
        work.commit()
    assert look(clinic).digest == digest
    with pytest.raises(PatientBusy):
        apply(clinic, digest)


def test_an_edit_of_the_chart_while_it_is_applied_is_not_written_over() -> None:
    clinic = agreed()
    two_edits(clinic)
    digest = look(clinic).digest

    def overtaking(answer: Answering, incoming: Incoming) -> Answer:
        if incoming.method == "PUT" and incoming.segments[0] == "Goal":
            clinic.spoil = lambda answer, incoming: answer(incoming)
            clinic.edit(clinic.address(GOAL), description={"text": "their words"})
        return answer(incoming)

    clinic.spoil = overtaking
    report = apply(clinic, digest)
    assert of(report, GOAL).done is Done.CONFLICT
    assert clinic.of(GOAL)["description"]["text"] == "their words"


def test_a_server_that_refuses_the_transaction_gets_no_other_requests_in_its_place() -> None:
    clinic = agreed()
    plan = item("goals", description="our words")(clinic.head())
    clinic.revise(replace(plan, title="our title"))
    digest = look(clinic).digest
    clinic.spoil = answering("POST", "", 422)
    with pytest.raises(Unforeseen):
        apply(clinic, digest)
    assert clinic.writes == ["POST "]
    assert clinic.open_rows() == 0


def test_one_by_one_a_refused_item_is_parked_and_the_others_go_as_they_were_told() -> None:
    clinic = agreed(shape=WITHOUT_TRANSACTIONS)
    plan = item("goals", description="our words")(clinic.head())
    clinic.revise(item("notes", text="our note")(plan))
    digest = look(clinic).digest
    clinic.spoil = answering("PUT", "Communication", 422)
    report = apply(clinic, digest)
    assert of(report, NOTE).done is Done.REJECTED
    assert of(report, GOAL).done is Done.UPDATED


def test_an_answer_that_is_lost_while_it_is_applied_is_looked_for_later() -> None:
    clinic = agreed()
    two_edits(clinic)
    digest = look(clinic).digest
    clinic.lose = lambda request: request.method == "PUT"
    report = apply(clinic, digest)
    assert of(report, GOAL).done is Done.UNKNOWN_OUTCOME
    clinic.lose = lambda _: False
    assert look(clinic).requests == ()  # its effect is found, and it is not sent again
    clinic.later(minutes=6)
    assert clinic.sync().standing is Standing.IN_STEP


def test_a_new_item_is_named_by_its_urn_wherever_it_is_spoken_of() -> None:
    clinic = agreed(shape=WITHOUT_TRANSACTIONS)
    goals = (*clinic.head().goals, a_goal(id="goal-new", description="a further goal"))
    clinic.revise(replace(clinic.head(), goals=goals))
    made, linked = look(clinic).requests
    assert (made.method, made.url, linked.method) == ("POST", "Goal", "PUT")
    named = [one["reference"] for one in linked.body["goal"]]
    assert sum(one.startswith("urn:uuid:") for one in named) == 1


def test_a_server_that_is_away_cannot_be_previewed() -> None:
    clinic = agreed()
    clinic.spoil = answering("GET", "", 503)
    with pytest.raises(Unavailable):
        look(clinic)
