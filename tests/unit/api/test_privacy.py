"""What a patient keeps to themselves reaches nobody else through any door, and no door undoes it."""

import re

import pytest

from service.document import item_to_document, plan_to_document
from service.domain.plan import Plan
from service.domain.sharing import without_unshared
from service.ports.access import Role
from service.ports.storage import LedgerEntry, LinkState
from tests.builders import a_journal_entry
from tests.unit.api.visitors import PLAN_ID, Clinic, path_of, routes, the_clinic

CLINIC = the_clinic()
ROUTES = list(routes(CLINIC.app))
OF_PLANS = [one for one in ROUTES if "plan_id" in one[1]]
OTHERS = [role.value for role in Role if role is not Role.PATIENT]
JOURNAL = f"/plans/{PLAN_ID}/journal"


@pytest.fixture
def clinic() -> Clinic:
    return CLINIC


@pytest.fixture
def plan(clinic: Clinic) -> Plan:
    return clinic.open_anew()


def hidden(plan: Plan):
    return next(one for one in plan.journal if not one.shared)


@pytest.mark.parametrize("role", OTHERS)
def test_no_route_gives_an_unshared_entry_to_another_role(clinic: Clinic, plan: Plan, role: str) -> None:
    answered = 0
    for method, rule in ROUTES:
        path = path_of(rule).replace("/journal/x", f"/journal/{hidden(plan).id}")
        headers = {"Host": "tandem.example", "Authorization": f"Bearer {role}", "If-Match": '"1"'}
        response = clinic.client.open(path, method=method, headers=headers)
        answered += response.status_code == 200
        assert "UNSHARED" not in response.text, (method, rule)
    assert answered > 20


def test_the_patient_sees_every_entry_and_others_how_many_they_do_not(clinic: Clinic, plan: Plan) -> None:
    for path, place in ((f"/plans/{PLAN_ID}", None), (f"/plans/{PLAN_ID}/revisions/1", "plan")):
        own, others = (clinic.ask(who, "GET", path) for who in ("patient", "clinician"))
        assert (own.json[place] if place else own.json) == plan_to_document(plan)
        assert (others.json[place] if place else others.json) == plan_to_document(without_unshared(plan))
        assert (own.headers["X-Tandem-Withheld"], others.headers["X-Tandem-Withheld"]) == ("0", "1")
    own, others = (clinic.ask(who, "GET", JOURNAL) for who in ("patient", "reader"))
    assert (len(own.json["items"]), len(others.json["items"])) == (2, 1)
    assert others.headers["X-Tandem-Withheld"] == "1"
    one = f"{JOURNAL}/{hidden(plan).id}"
    assert clinic.ask("patient", "GET", one).status_code == 200
    assert clinic.ask("clinician", "GET", one).status_code == 404


@pytest.mark.parametrize(
    "path", [f"/plans/{PLAN_ID}", f"/plans/{PLAN_ID}/revisions/1", JOURNAL, f"/plans/{PLAN_ID}/goals"]
)
def test_having_it_as_one_role_is_not_having_it_as_another(clinic: Clinic, plan: Plan, path: str) -> None:
    own, others = (clinic.ask(who, "GET", path).headers["ETag"] for who in ("patient", "clinician"))
    assert own != others
    assert clinic.ask("patient", "GET", path, If_None_Match=own).status_code == 304
    assert clinic.ask("clinician", "GET", path, If_None_Match=others).status_code == 304
    assert clinic.ask("patient", "GET", path, If_None_Match=others).status_code == 200
    assert clinic.ask("clinician", "GET", path, If_None_Match=own).status_code == 200


def as_the_patient_sees(clinic: Clinic) -> dict:
    return clinic.ask("patient", "GET", f"/plans/{PLAN_ID}").json


def test_what_a_clinician_read_and_sends_back_is_no_change(clinic: Clinic, plan: Plan) -> None:
    read = clinic.ask("clinician", "GET", f"/plans/{PLAN_ID}")
    back = clinic.ask("clinician", "PUT", f"/plans/{PLAN_ID}", read.json, If_Match=read.headers["ETag"])
    assert (back.status_code, back.headers["ETag"]) == (200, '"1"')


def test_every_change_by_another_role_keeps_the_entry_as_it_is(clinic: Clinic, plan: Plan) -> None:
    read = clinic.ask("clinician", "GET", f"/plans/{PLAN_ID}").json
    more = item_to_document(a_journal_entry(id="j-3", shared=True, warning_signs=()))
    changes = [
        ("PUT", f"/plans/{PLAN_ID}", read | {"title": "Another"}),
        ("PATCH", f"/plans/{PLAN_ID}", {"journal": [*read["journal"], more]}),
        ("POST", JOURNAL, more | {"id": "j-4"}),
        ("PUT", f"{JOURNAL}/j-4", more | {"id": "j-4", "mood": 9}),
    ]
    for number, (method, path, body) in enumerate(changes, start=1):
        response = clinic.ask("clinician", method, path, body, If_Match=f'"{number}"')
        assert response.status_code in {200, 201}, response.text
        assert "UNSHARED" not in response.text.replace(more["insights"], "")
        own = as_the_patient_sees(clinic)
        assert item_to_document(hidden(plan)) in own["journal"]
    assert [one["id"] for one in own["journal"]][-2:] == ["j-3", "j-4"]


def test_nobody_else_shares_or_rewrites_an_entry_by_guessing_its_id(clinic: Clinic, plan: Plan) -> None:
    guess = item_to_document(hidden(plan)) | {"shared": True, "insights": "Not what was written"}
    read = clinic.ask("clinician", "GET", f"/plans/{PLAN_ID}").json
    tries = [
        ("PUT", f"{JOURNAL}/{guess['id']}", guess, 404),
        ("POST", JOURNAL, guess, 422),
        ("PATCH", f"/plans/{PLAN_ID}", {"journal": [*read["journal"], guess]}, 422),
        ("PUT", f"/plans/{PLAN_ID}", read | {"journal": [guess, *read["journal"]]}, 422),
    ]
    for method, path, body, status in tries:
        response = clinic.ask("integrator", method, path, body, If_Match='"1"')
        assert response.status_code == status, (method, path)
        assert "UNSHARED" not in response.text
    assert as_the_patient_sees(clinic) == plan_to_document(plan)


def test_a_patient_writes_shares_and_withdraws_their_own_entries(clinic: Clinic, plan: Plan) -> None:
    tag = clinic.ask("patient", "GET", JOURNAL).headers["ETag"]
    entry = item_to_document(a_journal_entry(id="mine", warning_signs=()))
    steps = [
        ("POST", JOURNAL, entry, 201, False),
        ("PUT", f"{JOURNAL}/mine", entry | {"shared": True}, 200, True),
        ("PUT", f"{JOURNAL}/mine", entry | {"shared": True, "status": "entered-in-error"}, 200, True),
    ]
    for method, path, body, status, seen_by_others in steps:
        response = clinic.ask("patient", method, path, body, If_Match=tag)
        assert response.status_code == status, response.text
        tag = response.headers["ETag"]
        found = clinic.ask("clinician", "GET", f"{JOURNAL}/mine").status_code
        assert found == (200 if seen_by_others else 404)
    [*_, last] = clinic.ask("clinician", "GET", f"/plans/{PLAN_ID}/revisions").json["items"]
    assert (last["author"], last["groups"], last["number"]) == ("patient-1", ["journal"], 4)


@pytest.mark.parametrize("tag", ['"1"', '"1-patient-patient"', '"0-patient"'])
def test_a_patient_writes_on_what_they_read_themselves(clinic: Clinic, plan: Plan, tag: str) -> None:
    entry = item_to_document(a_journal_entry(id="mine"))
    assert clinic.ask("patient", "POST", JOURNAL, entry, If_Match=tag).status_code == 412


def test_a_clinician_does_not_write_on_what_only_the_patient_read(clinic: Clinic, plan: Plan) -> None:
    response = clinic.ask("clinician", "PATCH", f"/plans/{PLAN_ID}", {"title": "x"}, If_Match='"1-patient"')
    assert response.status_code == 412


def test_a_patient_opens_no_other_plan_whether_it_is_there_or_not(clinic: Clinic, plan: Plan) -> None:
    headers = {"Host": "tandem.example", "Authorization": "Bearer patient"}
    for method, rule in OF_PLANS:
        path = path_of(rule).replace(PLAN_ID, "plan-2")
        assert clinic.client.open(path, method=method, headers=headers).status_code == 403, (method, rule)


def test_a_token_of_a_plan_that_is_gone_finds_no_plan(clinic: Clinic) -> None:
    clinic.around.begin_anew()
    response = clinic.ask("patient", "GET", f"/plans/{PLAN_ID}")
    assert (response.status_code, response.json["detail"]) == (404, "There is no such plan.")
    assert re.search("/unknown$", response.json["type"])


def test_what_clinicians_wrote_beside_the_plan_is_not_shown_to_a_patients_token(
    clinic: Clinic, plan: Plan
) -> None:
    goal = plan.goals[0]
    ours = {"resourceType": "Goal", "description": {"text": goal.description}}
    entry = LedgerEntry(
        connection_id="default",
        resource_type="Goal",
        item_id=goal.id,
        patient_id=plan.patient.id,
        state=LinkState.IN_SYNC,
        remote_id="1",
        agreed_ours=ours,
        agreed_theirs={**ours, "note": [{"text": "for the team alone"}]},
    )
    with clinic.around.storage.begin() as work:
        work.ledger.save([entry], plan_id=plan.id)
        work.commit()
    path = f"/plans/{plan.id}/sync/{goal.id}"
    for role in OTHERS:
        assert clinic.ask(role, "GET", path).json["items"][0]["beside"] == ["note: for the team alone"]
    answer = clinic.ask("patient", "GET", path)
    assert answer.status_code == 200
    assert "for the team alone" not in answer.text
