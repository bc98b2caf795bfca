"""The report is true, and nothing leaves that should not."""

import json

import pytest

from service.application.push_plan import PushPlan, ReadOnly, push_plan
from service.mapping.references import Key
from service.ports.storage import ConnectionMode, LinkState, Unknown
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer
from service.sync.report import Done, Standing
from tests.builders import a_goal, a_plan, the_full_plan, uid
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, attention, counted, done, of, usual
from tests.scenarios.test_push_prescriptions import decide, dose

GOAL, PLAN = Key("Goal", uid("goals-0")), Key("CarePlan", uid("plan"))
PATIENT = Key("Patient", uid("patient"))
BOTH = pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS], ids=["transaction", "single writes"])


def dropping(kind, element):
    """Stores and answers a type without one of its elements, as a server does that does not know it."""

    def spoiled(answer, incoming):
        if incoming.method in {"POST", "PUT"} and incoming.body:
            body = json.loads(incoming.body)
            for one in [entry["resource"] for entry in body.get("entry", [{"resource": body}])]:
                if one["resourceType"] == kind:
                    one.pop(element, None)
            return answer(type(incoming)(**fields(incoming) | {"body": json.dumps(body).encode()}))
        return answer(incoming)

    return spoiled


def fields(value):
    return {name: getattr(value, name) for name in value.__slots__}


@BOTH
def test_what_the_server_dropped_is_never_called_in_step_and_not_sent_again(shape):
    clinic = Clinic(shape=shape)
    clinic.spoil = dropping("Goal", "target")
    for expected in (1, 0):
        report = clinic.push()
        assert attention(report) == {str(GOAL): (Done.NOT_KEPT, "the server did not keep all of it")}
        assert of(report, GOAL).not_kept == ("Goal.target",)
        assert report.standing is Standing.PARTLY
        assert of(report, GOAL).wrote is bool(expected)
    assert clinic.writes == []
    entry = clinic.entry(GOAL)
    assert entry is not None
    assert (entry.state, entry.not_kept) == (LinkState.NOT_KEPT, ("Goal.target",))


def test_what_was_not_kept_is_sent_again_when_we_mean_something_else():
    clinic = Clinic()
    clinic.spoil = dropping("Goal", "target")
    clinic.push()
    clinic.spoil = usual
    clinic.change(goals=(a_goal(description="other words"),))
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    assert clinic.of(GOAL)["target"]


def test_a_server_that_says_yes_and_changes_nothing_is_found_out():
    clinic = Clinic()
    clinic.push()

    def lying(answer, incoming):
        if incoming.method != "PUT":
            return answer(incoming)
        said = clinic.ask("GET", "/".join(incoming.segments))
        return Answer(status=200, body=said.body, headers=said.headers)

    clinic.spoil = lying
    clinic.rename("Another title")
    report = clinic.push()
    assert of(report, PLAN).done is Done.NOT_KEPT
    assert "CarePlan.title" in of(report, PLAN).not_kept
    assert report.standing is Standing.PARTLY


@pytest.mark.parametrize("mode", ConnectionMode)
def test_only_an_open_connection_writes(mode):
    clinic = Clinic(mode=mode)
    if mode is ConnectionMode.READ_ONLY:
        with pytest.raises(ReadOnly):
            clinic.push()
        assert clinic.asked == []
    else:
        clinic.push()
    assert bool(clinic.all()) is (mode is ConnectionMode.WRITE)


def test_a_connection_that_is_closed_while_we_wait_for_the_patient_is_not_written_to():
    clinic = Clinic()

    def closing(answer, incoming):
        if incoming.segments == ("metadata",):
            clinic.configure(mode=ConnectionMode.READ_ONLY)
        return answer(incoming)

    clinic.spoil = closing
    with pytest.raises(ReadOnly):
        clinic.push()
    assert clinic.all() == []


def test_a_shadow_says_what_it_would_write_and_writes_nothing():
    clinic = Clinic(the_full_plan(), mode=ConnectionMode.SHADOW)
    report = clinic.push()
    assert counted(report) == {Done.WOULD_CREATE: len(report.items)}
    assert report.standing is Standing.SHADOW
    assert clinic.all() == []
    assert clinic.writes == []
    assert clinic.open_rows() == 0
    assert not clinic.storage.kept.connections["default"].pinned


def test_a_shadow_says_what_it_would_change():
    clinic = Clinic()
    clinic.push()
    clinic.configure(mode=ConnectionMode.SHADOW)
    decide(clinic, dose(0, 1, "100"))
    report = clinic.push()
    would = {key: what for key, what in done(report).items() if what is not Done.UNCHANGED}
    old, new = (f"MedicationRequest/{uid(f'medications-{n}')}" for n in (0, 1))
    assert would == {old: Done.WOULD_UPDATE, new: Done.WOULD_CREATE, str(PLAN): Done.WOULD_UPDATE}
    assert of(report, PLAN).reference == clinic.address(PLAN)
    assert clinic.writes == []


def test_a_shadow_says_what_would_be_left_to_hand():
    clinic = Clinic(shape=WITHOUT_TRANSACTIONS)
    clinic.push()
    clinic.configure(mode=ConnectionMode.SHADOW)
    decide(clinic, dose(0, 1, "100"))
    report = clinic.push()
    assert counted(report)[Done.MANUAL_ENTRY] == 2
    assert clinic.writes == []


def test_a_shadow_finds_what_is_there():
    clinic = Clinic()
    clinic.push()
    clinic.edit(clinic.address(GOAL), description={"text": "theirs"})
    clinic.configure(mode=ConnectionMode.SHADOW)
    clinic.change(goals=(a_goal(description="ours"),))
    report = clinic.push()
    assert of(report, GOAL).done is Done.CONFLICT
    assert clinic.writes == []


def test_a_plan_or_connection_that_is_not_there_is_unknown():
    clinic = Clinic()
    for command in (PushPlan(plan_id="none"), PushPlan(plan_id=clinic.plan.id, connection_id="none")):
        with pytest.raises(Unknown):
            push_plan(command, clinic.ports)


@BOTH
def test_what_was_not_shared_never_reaches_the_chart(shape):
    clinic = Clinic(the_full_plan(), shape=shape)
    clinic.push()
    decide(clinic, dose(1, 2, "75"))
    clinic.push()
    requests = " ".join(str(one.body) + str(one.url) for one in clinic.asked)
    stored = json.dumps([version.body for version in clinic.store.history()])
    assert "The breathing exercise works" in stored
    assert "UNSHARED" not in stored + requests


def test_the_ledger_of_matched_people_holds_no_patient():
    clinic = Clinic()
    clinic.push()
    for entry in clinic.storage.kept.ledger.values():
        about = None if entry.resource_type.startswith("Practitioner") else PATIENT.item
        assert entry.patient_id == about


def test_the_first_push_pins_the_identifier_system():
    clinic = Clinic()
    clinic.push()
    assert clinic.storage.kept.connections["default"].pinned


def test_a_server_is_asked_once_a_day_what_it_can_do():
    clinic = Clinic()
    for step, asked in (({}, 1), ({"hours": 23}, 0), ({"hours": 2}, 1)):
        clinic.later(**step)
        clinic.push()
        assert sum("metadata" in str(one.url) for one in clinic.asked) == asked


def test_another_address_is_another_server():
    clinic = Clinic(mode=ConnectionMode.SHADOW)
    clinic.push()
    clinic.configure(base_url="http://ehr.test/other")
    clinic.push()
    assert any("metadata" in str(one.url) for one in clinic.asked)


def test_the_operators_word_wins_over_the_servers():
    clinic = Clinic()
    report = clinic.push(override={"transaction": False})
    assert report.standing is Standing.IN_STEP
    assert len(clinic.writes) == len(report.items) + 1


def test_every_journal_row_of_a_push_names_its_plan_and_lease():
    clinic = Clinic(a_plan())
    clinic.push()
    rows = clinic.storage.kept.journal.values()
    assert {(row.plan_id, row.fencing, row.outcome) for row in rows} == {(clinic.plan.id, 1, "done")}
