"""Whatever fails on the line: nothing is made twice, nothing is lost, and the report is true."""

import pytest
import requests

from service.application.push_plan import PatientBusy
from service.mapping.references import Key
from service.ports.ehr import Denied, EhrError, NotFhir, Throttled, Unavailable
from service.ports.storage import LinkState
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, complaint
from service.sync.report import Done, Standing
from tests.builders import a_goal, a_plan, the_full_plan, uid
from tests.scenarios.clinic import (
    WITHOUT_TRANSACTIONS,
    Clinic,
    answering,
    attention,
    counted,
    done,
    named,
    of,
    ours,
    usual,
)
from tests.scenarios.test_push_shapes import EVERY_SHAPE

GOAL, PLAN = Key("Goal", uid("goals-0")), Key("CarePlan", uid("plan"))
SETTLED_AFTER = {"seconds": 90}


def writing(request):
    return request.method in {"POST", "PUT"}


class Losing:
    """Loses the answer to the n-th write, after its effect."""

    def __init__(self, nth):
        self.left = nth

    def __call__(self, request):
        self.left -= writing(request)
        return writing(request) and self.left == -1


class Cutting:
    """Never lets the n-th write reach the server, nor anything after it."""

    def __init__(self, nth, status=None):
        self.left = nth
        self.status = status

    def __call__(self, answer, incoming):
        self.left -= incoming.method in {"POST", "PUT"}
        if self.left >= 0:
            return answer(incoming)
        return Answer(status=self.status or 503, body=complaint("down for maintenance"))


@EVERY_SHAPE
def test_after_a_lost_answer_the_effect_is_found_and_nothing_is_made_twice(shape):
    clinic, reference = Clinic(the_full_plan(), shape=shape), Clinic(the_full_plan())
    reference.push()
    clinic.lose = Losing(0)
    report = clinic.push()
    assert Done.UNKNOWN_OUTCOME in counted(report)
    assert report.standing is Standing.PARTLY
    assert clinic.open_rows() == counted(report)[Done.UNKNOWN_OUTCOME]
    clinic.lose = lambda _: False
    again = clinic.push()
    assert attention(again) == {}
    assert clinic.open_rows() == 0
    assert without_decisions(clinic) == without_decisions(reference)
    assert clinic.push().writes == 0


def without_decisions(clinic):
    return named(one for one in clinic.all() if one["resourceType"] != "Provenance")


@pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS])
def test_what_was_written_before_a_lost_answer_is_not_written_again(shape):
    clinic = Clinic(shape=shape)
    clinic.lose = Losing(0)
    clinic.push()
    made = len(clinic.all())
    clinic.lose = lambda _: False
    report = clinic.push()
    assert report.writes == len(report.items) - made


@pytest.mark.parametrize("nth", range(13))
def test_wherever_the_answer_gets_lost_one_by_one_the_next_push_finishes(nth):
    reference = Clinic()
    reference.push()
    clinic = Clinic(shape=WITHOUT_TRANSACTIONS)
    clinic.lose = Losing(nth)
    report = clinic.push()
    lost = nth < 12
    assert (Done.UNKNOWN_OUTCOME in counted(report)) is lost
    assert (report.standing is Standing.IN_STEP) is not lost
    clinic.lose = lambda _: False
    assert clinic.push().standing is Standing.IN_STEP
    assert named(clinic.all()) == named(reference.all())
    assert clinic.push().writes == 0


@pytest.mark.parametrize("nth", range(12))
def test_wherever_the_line_is_cut_one_by_one_the_next_push_finishes(nth):
    reference = Clinic()
    reference.push()
    clinic = Clinic(shape=WITHOUT_TRANSACTIONS)
    clinic.spoil = Cutting(nth, status=429)
    if nth == 0:
        with pytest.raises(Throttled):
            clinic.push()
        assert clinic.all() == []
    else:
        report = clinic.push()
        assert report.standing is Standing.PARTLY
        assert report.writes == len(clinic.all())
        assert set(counted(report)) <= {Done.CREATED, Done.WAITING}
        assert len(report.items) == 11
    assert clinic.open_rows() == 0
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP
    assert named(clinic.all()) == named(reference.all())


def test_a_plan_that_was_cut_off_is_not_called_made():
    clinic = Clinic(shape=WITHOUT_TRANSACTIONS)
    clinic.spoil = Cutting(11, status=429)
    report = clinic.push()
    assert of(report, PLAN).done is Done.WAITING
    assert of(report, PLAN).wrote
    assert clinic.of(PLAN)["status"] == "draft"


def test_a_completed_plan_whose_reading_failed_is_not_called_made():
    """Before the plan is completed it is read: that read fails, or finds it gone."""
    for status, what in ((500, Done.WAITING), (404, Done.DETACHED)):
        clinic = Clinic(shape=WITHOUT_TRANSACTIONS)
        clinic.spoil = answering("GET", "CarePlan/", status)
        report = clinic.push()
        assert of(report, PLAN).done is what
        assert of(report, PLAN).wrote
        clinic.spoil = usual
        clinic.push()
        assert clinic.of(PLAN)["status"] == "active"


@EVERY_SHAPE
def test_what_never_arrived_is_sent_again_only_when_it_can_no_longer_arrive(shape):
    """The answer is a bad gateway's: the request may still be on its way to the server behind it."""
    clinic = Clinic(shape=shape)
    clinic.spoil = Cutting(0, status=502)
    report = clinic.push()
    assert Done.UNKNOWN_OUTCOME in counted(report)
    clinic.spoil = usual
    early = clinic.push()
    unknown = [item for item in early.items if item.done is Done.UNKNOWN_OUTCOME]
    assert unknown
    assert all("not sent again before" in str(item.reason) for item in unknown)
    there = {Key(one["resourceType"], value) for one in clinic.all() for value in ours(one)}
    assert there.isdisjoint(item.key for item in unknown)
    clinic.later(**SETTLED_AFTER)
    assert clinic.push().standing is Standing.IN_STEP
    assert len(named(clinic.all())) == 11
    assert clinic.open_rows() == 0
    assert clinic.push().writes == 0


@EVERY_SHAPE
def test_a_lost_update_is_found_or_sent_again_once(shape):
    for arrives in (True, False):
        clinic = Clinic(shape=shape)
        clinic.push()
        clinic.change(goals=(a_goal(description="other words"),))
        if arrives:
            clinic.lose = writing
        else:
            clinic.spoil = Cutting(0, status=502)
        report = clinic.push()
        assert of(report, GOAL).done is Done.UNKNOWN_OUTCOME
        clinic.lose, clinic.spoil = (lambda _: False), usual
        early = clinic.push()
        assert (of(early, GOAL).done is Done.UNKNOWN_OUTCOME) is not arrives
        clinic.later(**SETTLED_AFTER)
        assert clinic.push().standing is Standing.IN_STEP
        assert clinic.of(GOAL)["description"]["text"] == "other words"
        assert clinic.of(GOAL)["meta"]["versionId"] == "2"


def test_an_update_that_arrived_and_was_edited_since_is_a_conflict():
    clinic = Clinic()
    clinic.push()
    clinic.change(goals=(a_goal(description="our words"),))
    clinic.lose = writing
    clinic.push()
    clinic.lose = lambda _: False
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    report = clinic.push()
    assert of(report, GOAL).done is Done.CONFLICT
    assert clinic.of(GOAL)["description"]["text"] == "their words"


def test_a_create_that_arrived_and_was_edited_since_is_a_conflict():
    clinic = Clinic(a_plan(goals=()))
    clinic.push()
    clinic.change(goals=(a_goal(),))
    clinic.lose = writing
    clinic.push()
    clinic.lose = lambda _: False
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    report = clinic.push()
    assert of(report, GOAL).done is Done.CONFLICT
    assert clinic.of(GOAL)["description"]["text"] == "their words"


def test_a_create_that_arrived_twice_is_a_conflict():
    clinic = Clinic(a_plan(goals=()))
    clinic.push()
    clinic.change(goals=(a_goal(),))
    clinic.lose = writing
    clinic.push()
    clinic.lose = lambda _: False
    clinic.made(clinic.of(GOAL))
    early = clinic.push()
    assert of(early, GOAL).done is Done.UNKNOWN_OUTCOME
    clinic.later(**SETTLED_AFTER)
    assert of(clinic.push(), GOAL).done is Done.CONFLICT
    assert len(clinic.all("Goal")) == 2


def test_an_answer_that_says_nothing_is_read_back():
    clinic = Clinic()
    clinic.spoil = silent
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    assert of(report, GOAL).done is Done.CREATED


def silent(answer, incoming):
    """Answers writes without a body, as a server does that does not know Prefer."""
    said = answer(incoming)
    if incoming.method == "GET" or said.body is None or said.status >= 300:
        return said
    if said.body["resourceType"] != "Bundle":
        return Answer(status=said.status, headers=said.headers)
    entries = [{"response": one["response"]} for one in said.body["entry"]]
    return Answer(status=said.status, headers=said.headers, body={**said.body, "entry": entries})


@pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS])
def test_what_was_written_and_could_not_be_read_back_is_of_unknown_outcome(shape):
    clinic = Clinic(shape=shape)

    def spoiled(answer, incoming):
        wrote = bool(clinic.all())
        failing = incoming.method == "GET" and wrote and incoming.segments[0] != "metadata"
        return Answer(status=404, body=complaint("gone")) if failing else silent(answer, incoming)

    clinic.spoil = spoiled
    report = clinic.push()
    assert Done.UNKNOWN_OUTCOME in counted(report)
    assert report.touched
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP
    assert len(named(clinic.all())) == 11


BROKEN = {
    "a server error": (answering("GET", "", 500), Unavailable),
    "too many requests": (answering("GET", "", 429), Throttled),
    "credentials refused": (answering("GET", "", 401), Denied),
    "a door closed": (answering("GET", "", 403), Denied),
    "another kind of server": (lambda answer, asked: Answer(status=200, body={"hello": "world"}), NotFhir),
    "no such place": (answering("GET", "metadata", 404), NotFhir),
}


@pytest.mark.parametrize(("spoil", "error"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("known", [False, True], ids=["first push", "later push"])
def test_a_server_that_fails_leaves_the_chart_as_it_was(spoil, error, known):
    clinic = Clinic()
    if known:
        clinic.push()
        clinic.rename("Another title")
        clinic.later(days=2)
    before = clinic.all()
    clinic.spoil = spoil
    with pytest.raises(error) as told:
        clinic.push()
    assert "Sørensen" not in str(told.value)
    assert clinic.all() == before
    assert clinic.open_rows() == 0
    assert free(clinic)
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP


def free(clinic):
    """Tells whether the patient can be written by another run."""
    return all(is_free for _, is_free in clinic.storage.kept.leases.values())


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_write_that_is_not_let_in_had_no_effect(status):
    clinic = Clinic()
    clinic.spoil = answering("POST", "", status)
    with pytest.raises(EhrError):
        clinic.push()
    assert clinic.open_rows() == 0
    entry = clinic.entry(GOAL)
    assert entry is not None
    assert entry.state is LinkState.WAITING
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP


@pytest.mark.parametrize("version", ["5.0.0", "1.0.2"])
def test_a_server_of_another_version_of_fhir_is_not_written_to(version):
    clinic = Clinic(shape=Shape(fhir_version=version))
    with pytest.raises(NotFhir, match=r"4\.0"):
        clinic.push()
    assert clinic.all() == []


def test_a_server_that_is_not_there_is_said_not_to_be_there():
    clinic = Clinic()

    def refused(_):
        raise requests.ConnectionError

    clinic.lose = refused
    with pytest.raises(Unavailable):
        clinic.push()
    assert free(clinic)


def test_while_another_run_writes_the_patient_ours_waits():
    clinic = Clinic()

    def second(answer, incoming):
        clinic.spoil = usual
        with pytest.raises(PatientBusy):
            clinic.push()
        return answer(incoming)

    clinic.push()
    clinic.rename("Another title")
    clinic.spoil = second
    assert clinic.push().standing is Standing.IN_STEP


def test_a_run_whose_lease_is_over_sends_nothing_more():
    clinic = Clinic(shape=WITHOUT_TRANSACTIONS)

    def slow(answer, incoming):
        if incoming.method == "POST":
            clinic.later(minutes=6)
        return answer(incoming)

    clinic.spoil = slow
    with pytest.raises(PatientBusy, match="taken over"):
        clinic.push()
    assert len(clinic.all()) == 1
    clinic.spoil = usual
    assert clinic.push().standing is Standing.IN_STEP
    assert len(named(clinic.all())) == 11


def test_an_open_row_of_another_plan_of_the_patient_is_left_to_that_plan():
    clinic = Clinic()
    clinic.lose = writing
    first = clinic.plan
    clinic.push()
    clinic.lose = lambda _: False
    clinic.revise(a_plan(id=uid("plan-2"), goals=(), therapies=(), medications=(), conditions=()))
    report = clinic.push()
    people = {"Patient", "Practitioner", "PractitionerRole"}
    assert {str(item.key).partition("/")[0] for item in report.items} == people | {"CarePlan", "CareTeam"}
    assert report.standing is Standing.IN_STEP
    assert clinic.open_rows() == 11 - 4, "clinicians are settled for every plan"
    clinic.plan = first
    assert clinic.push().standing is Standing.IN_STEP
    assert clinic.open_rows() == 0
    assert len(clinic.all("Patient")) == 1
    assert done(clinic.push())[str(GOAL)] is Done.UNCHANGED
