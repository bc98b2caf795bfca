"""One bad item parks itself with its reason; the others go on, and it follows when it is mended."""

import pytest

from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, complaint
from service.sync.report import Done, Standing
from tests.builders import (
    a_goal,
    a_plan,
    a_score,
    a_session,
    an_appointment,
    the_full_plan,
    uid,
)
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, attention, of, usual, written
from tests.scenarios.test_push_prescriptions import decide, dose, running

GOAL, PLAN = Key("Goal", uid("goals-0")), Key("CarePlan", uid("plan"))
PATIENT = Key("Patient", uid("patient"))
MEETING, SESSION = Key("Appointment", uid("appointments-0")), Key("Encounter", uid("sessions-0"))
ORDER = Key("MedicationRequest", uid("medications-0"))
BOTH = pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS], ids=["transaction", "single writes"])
WORDS = "Goal.description: may not say that"


def refusing(kind, when=lambda body, method: True):
    """Refuses resources of a type, as a server with rules of its own does."""

    def spoiled(answer, incoming):
        if any(one["resourceType"] == kind and when(one, incoming.method) for one in written(incoming)):
            refused = complaint(WORDS)
            refused["issue"][0]["expression"] = [f"{kind}.description"]
            return Answer(status=422, body=refused)
        return answer(incoming)

    return spoiled


@BOTH
def test_a_refused_item_parks_with_the_servers_words_and_the_others_are_written(shape):
    clinic = Clinic(shape=shape)
    clinic.spoil = refusing("Goal")
    report = clinic.push()
    assert report.standing is Standing.PARTLY
    assert attention(report) == {str(GOAL): (Done.REJECTED, "the server refused it")}
    (issue,) = of(report, GOAL).issues
    assert (issue.diagnostics, issue.expression) == (WORDS, ("Goal.description",))
    assert clinic.all("Goal") == []
    assert "goal" not in clinic.of(PLAN)
    assert clinic.of(PLAN)["status"] == "active"
    assert len(clinic.of(PLAN)["activity"]) == 2
    entry = clinic.entry(GOAL)
    assert entry is not None
    assert (entry.state, entry.remote_id) == (LinkState.PARKED, None)


@BOTH
def test_while_an_item_is_refused_the_plan_without_it_is_not_written_again(shape):
    clinic = Clinic(shape=shape)
    clinic.spoil = refusing("Goal")
    clinic.push()
    versions = len(list(clinic.store.history()))
    report = clinic.push()
    assert report.writes == 0
    assert of(report, PLAN).done is Done.UNCHANGED
    assert len(list(clinic.store.history())) == versions


@BOTH
def test_what_was_mended_is_added_by_the_next_push(shape):
    clinic = Clinic(shape=shape)
    clinic.spoil = refusing("Goal")
    clinic.push()
    clinic.spoil = usual
    clinic.change(goals=(a_goal(description="in other words"),))
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    assert {item.key for item in report.items if item.wrote} == {GOAL, PLAN}
    assert clinic.of(PLAN)["goal"] == [{"reference": clinic.address(GOAL)}]
    assert clinic.push().writes == 0


def a_meeting_plan():
    session = a_session(appointment=MEETING.item)
    return a_plan(appointments=(an_appointment(),), sessions=(session,), scores=(a_score(),))


@BOTH
def test_what_refers_to_a_refused_item_waits_for_it(shape):
    clinic = Clinic(a_meeting_plan(), shape=shape)
    clinic.spoil = refusing("Appointment")
    report = clinic.push()
    assert attention(report) == {
        str(MEETING): (Done.REJECTED, "the server refused it"),
        str(SESSION): (Done.WAITING, f"waits for {MEETING}"),
    }
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP


@BOTH
def test_a_type_that_the_server_does_not_take_is_entered_by_hand(shape):
    types = frozenset(
        {
            "Patient",
            "Practitioner",
            "CarePlan",
            "CareTeam",
            "Condition",
            "Goal",
            "ServiceRequest",
            "Observation",
        }
    )
    chosen = Shape(transaction=shape.transaction, batch=shape.batch, writable=types)
    clinic = Clinic(a_meeting_plan(), shape=chosen)
    report = clinic.push()
    by_hand = {key for key, (what, _) in attention(report).items() if what is Done.MANUAL_ENTRY}
    assert {str(MEETING), str(SESSION), str(ORDER)} <= by_hand
    assert "enter this Appointment by hand" in str(of(report, MEETING).reason)
    assert of(report, PLAN).done is Done.CREATED
    assert clinic.push().writes == 0


def test_a_type_that_the_server_lets_nobody_change_is_changed_by_hand():
    clinic = Clinic()
    clinic.push()
    override = {"types": {"Goal": {"interactions": ["read", "create", "search-type"]}}}
    clinic.change(goals=(a_goal(description="other words"),))
    report = clinic.push(override=override)
    assert of(report, GOAL).done is Done.MANUAL_ENTRY
    assert "takes no change of a Goal" in str(of(report, GOAL).reason)


def test_what_has_no_version_is_changed_by_hand():
    clinic = Clinic()
    clinic.push()
    clinic.spoil = without_versions
    clinic.change(goals=(a_goal(description="other words"),))
    report = clinic.push()
    assert of(report, GOAL).done is Done.MANUAL_ENTRY
    assert "version" in str(of(report, GOAL).reason)
    assert clinic.writes == []


def without_versions(answer, incoming):
    """Answers as a server that keeps no versions."""
    said = answer(incoming)
    body = {name: one for name, one in (said.body or {}).items() if name != "meta"}
    return Answer(status=said.status, body=body)


def test_a_strict_server_takes_all_that_we_write():
    clinic = Clinic(the_full_plan(), shape=Shape(validates=True))
    assert clinic.push().standing is Standing.IN_STEP


def test_what_is_no_valid_resource_is_not_sent_and_its_place_is_named(monkeypatch):
    clinic = Clinic()
    spoil_rendering(monkeypatch, "Goal", lambda goal: {**goal, "lifecycleStatus": "bogus"})
    report = clinic.push()
    assert of(report, GOAL).done is Done.INVALID
    assert any("lifecycleStatus" in path for issue in of(report, GOAL).issues for path in issue.expression)
    assert clinic.all("Goal") == []
    assert "goal" not in clinic.of(PLAN)


def test_a_resource_of_another_patient_is_not_sent(monkeypatch):
    clinic = Clinic(a_plan(goals=()))
    clinic.push()
    other = clinic.made({"resourceType": "Patient"})
    clinic.change(goals=(a_goal(),))
    spoil_rendering(monkeypatch, "Goal", lambda goal: {**goal, "subject": {"reference": other}})
    report = clinic.push()
    assert of(report, GOAL).done is Done.INVALID
    assert any("one-patient" in issue.diagnostics for issue in of(report, GOAL).issues)
    assert clinic.all("Goal") == []


def spoil_rendering(monkeypatch, kind, change):
    """Lets the mapping make a mistake, which no plan can bring it to."""
    from service.sync import drafts  # noqa: PLC0415  the name that the drafts use

    right = drafts.project

    def wrong(*args, **more):
        made = right(*args, **more)
        return {key: change(body) if key.type == kind else body for key, body in made.items()}

    monkeypatch.setattr(drafts, "project", wrong)


@BOTH
def test_without_its_patient_nothing_is_written(shape):
    clinic = Clinic(a_meeting_plan(), shape=shape)
    clinic.spoil = refusing("Patient")
    report = clinic.push()
    assert of(report, PATIENT).done is Done.REJECTED
    assert of(report, PLAN).done is Done.WAITING
    assert {one["resourceType"] for one in clinic.all()} <= {"Practitioner", "PractitionerRole"}


@BOTH
def test_a_refused_plan_is_named_and_its_parts_wait(shape):
    clinic = Clinic(a_meeting_plan(), shape=shape)
    clinic.spoil = refusing("CarePlan")
    report = clinic.push()
    assert of(report, PLAN).done is Done.REJECTED
    assert of(report, GOAL).done is Done.CREATED
    assert of(report, SESSION).done is Done.WAITING
    assert clinic.all("CarePlan") == []
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP


def test_a_plan_that_cannot_be_completed_says_so_and_stays_a_draft():
    clinic = Clinic(shape=WITHOUT_TRANSACTIONS)
    clinic.spoil = refusing("CarePlan", lambda body, method: body["status"] == "active")
    report = clinic.push()
    assert of(report, PLAN).done is Done.REJECTED
    assert of(report, PLAN).wrote
    assert clinic.of(PLAN)["status"] == "draft"
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP
    assert clinic.of(PLAN)["status"] == "active"


def test_a_refused_new_dose_leaves_the_old_one_running():
    clinic = Clinic()
    clinic.push()
    decide(clinic, dose(0, 1, "100"))
    clinic.spoil = refusing("MedicationRequest", lambda body, method: body["status"] == "active")
    report = clinic.push()
    new = Key("MedicationRequest", uid("medications-1"))
    assert {of(report, key).done for key in (ORDER, new)} == {Done.REJECTED}
    assert running(clinic) == [clinic.address(ORDER)]
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP
    assert running(clinic) == [clinic.address(new)]


def test_whoever_goes_with_a_guilty_order_waits_for_it():
    """The server's words name the entry: only that one is refused, the other has done nothing wrong."""
    clinic = Clinic()
    clinic.push()
    decide(clinic, dose(0, 1, "100"))
    old = clinic.address(ORDER)

    def refuse(answer, incoming):
        if incoming.method == "POST" and any(
            one.get("id") == old.partition("/")[2] for one in written(incoming)
        ):
            words = f"HAPI-0989: Trying to update {old}/_history/1 but this is not the current version"
            return Answer(status=409, body=complaint(words))
        return answer(incoming)

    clinic.spoil = refuse
    report = clinic.push()
    new = Key("MedicationRequest", uid("medications-1"))
    assert of(report, ORDER).done is Done.CONFLICT
    assert (of(report, new).done, of(report, new).reason) == (Done.WAITING, f"waits for {ORDER}")
    assert running(clinic) == [old]
