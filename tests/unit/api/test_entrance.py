"""Every route asks who comes, but for those of a short list, and every role may what the one table says."""

import re
from typing import Any

import pytest
from flask import Flask

from service.api.guard import OPEN, Guard, Unguarded
from service.application.access import GRANTS, Permission
from service.ports.access import Doubt, Outcome, Role
from service.ports.storage import StorageUnavailable
from tests.unit.api.visitors import DOUBTS, PLAN_ID, Clinic, path_of, routes, the_clinic

CLINIC = the_clinic()
# What each operation needs, said a second time and by other rules than the doors'.
NEEDS = [
    (r"GET /plans/<id:plan_id>/(findings|decisions)", Permission.LIST_PLANS),
    (r"POST /plans/<id:plan_id>/findings/<id:key>/preview", Permission.LIST_PLANS),
    (r"GET /plans", Permission.LIST_PLANS),
    (r"(GET|POST) /plans/<id:plan_id>/(alerts|agenda|seen)", Permission.READ_ALERTS),
    (r"(GET|POST) /plans/<id:plan_id>/binding", Permission.PUSH_PLAN),
    (r"GET /plans/.*", Permission.READ_PLAN),
    (r"POST /cds-services/.*", Permission.LIST_PLANS),
    (r"GET /alerts(/.*)?", Permission.READ_ALERTS),
    (r"POST /alerts/<id:item_id>/.*", Permission.ANSWER_ALERTS),
    (r"POST /plans/<id:plan_id>/sync(/preview)?", Permission.PUSH_PLAN),
    (r"(POST|PUT) /plans/<id:plan_id>/journal(/.*)?", Permission.WRITE_JOURNAL),
    (r"(POST|PUT|PATCH) /plans(/.*)?", Permission.WRITE_PLAN),
    (r"GET /people/<id:person_id>/calendar.ics", Permission.LIST_PLANS),
    (r"GET /people(/.*)?", Permission.READ_PEOPLE),
    (r"(POST|PUT) /people(/.*)?", Permission.WRITE_PEOPLE),
    (r"GET /imports/.*", Permission.LIST_PLANS),
    (r"POST /imports", Permission.WRITE_PLAN),
    (r"GET /metrics", Permission.READ_METRICS),
    (r"GET /inbox(/.*)?", Permission.LIST_PLANS),
    (r"POST /inbox/<id:item_id>/decision", Permission.WRITE_PLAN),
    (r"GET /writing", Permission.READ_METRICS),
    (r"POST /writing/(stop|resume)", Permission.STOP_WRITING),
    (r"GET /audit(/refused)?", Permission.READ_AUDIT),
]
OPEN_ROUTES = {"/health/live", "/health/ready", "/docs", "/docs/<id:file>", "/openapi.json"} | {
    "/cds-services",
    "/hooks/fhir/<id:token>",
    "/hooks/fhir/<id:token>/<id:kind>/<id:resource_id>",
}


# A hook's token is no identity: an unknown one gets the answer of a path that is not there.
ASKED_OPENLY = {
    "/hooks/fhir/<id:token>": ("POST", 404),
    "/hooks/fhir/<id:token>/<id:kind>/<id:resource_id>": ("PUT", 404),
}


def needed(method: str, rule: str) -> Permission:
    said = f"{'GET' if method == 'HEAD' else method} {rule}"
    return next(permission for pattern, permission in NEEDS if re.fullmatch(pattern, said))


GUARDED = [route for route in routes(CLINIC.app) if route[1] not in OPEN_ROUTES]


@pytest.fixture
def clinic() -> Clinic:
    CLINIC.open_anew()
    return CLINIC


def test_the_open_routes_are_a_committed_list_with_reasons() -> None:
    assert set(OPEN) == OPEN_ROUTES
    assert all(len(reason) > 20 for reason in OPEN.values())


def test_no_route_answers_somebody_without_a_token(clinic: Clinic) -> None:
    for method, rule in GUARDED:
        response = clinic.client.open(path_of(rule), method=method, headers={"Host": "tandem.example"})
        assert response.status_code == 401, (method, rule)
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="tandem"'
        assert "Sørensen" not in response.text


@pytest.mark.parametrize("role", Role)
def test_every_role_may_what_the_table_says_on_every_route(clinic: Clinic, role: Role) -> None:
    headers = {"Host": "tandem.example", "Authorization": f"Bearer {role}"}
    for method, rule in GUARDED:
        response = clinic.client.open(path_of(rule), method=method, headers=headers)
        may = needed(method, rule) in GRANTS[role]
        assert (response.status_code not in {401, 403}) is may, (method, rule)
        if not may:
            assert response.status_code == 403
            assert response.headers["WWW-Authenticate"].endswith('error="insufficient_scope"')
            assert method == "HEAD" or response.json["type"].endswith("/not-allowed")


@pytest.mark.parametrize("rule", sorted(OPEN_ROUTES))
def test_an_open_route_asks_nobody_and_leaves_no_entry(clinic: Clinic, rule: str) -> None:
    before = clinic.trail()
    method, said = ASKED_OPENLY.get(rule, ("GET", 200))
    response = clinic.client.open(path_of(rule), method=method, headers={"Host": "tandem.example"})
    assert response.status_code == said
    assert clinic.trail() == before


def test_a_route_without_a_permission_or_a_reason_keeps_the_service_from_starting() -> None:
    app = Flask("sample", static_folder=None)
    app.add_url_rule("/metrics", "metrics", lambda: "all")
    with pytest.raises(Unguarded, match="/metrics"):
        Guard(CLINIC.around.services(), []).check(app)


@pytest.mark.parametrize("name", sorted(DOUBTS))
def test_every_doubt_is_a_problem_that_says_why_and_repeats_no_token(clinic: Clinic, name: str) -> None:
    response = clinic.ask(name, "GET", f"/plans/{PLAN_ID}")
    assert response.status_code == 401
    assert response.json["type"].endswith("/not-recognised")
    assert response.json["errors"] == [{"field": "Authorization", "reason": name}]
    challenge = response.headers["WWW-Authenticate"]
    assert ('error="invalid_token"' in challenge) is (DOUBTS[name] is not Doubt.MISSING)
    assert f"Bearer {name}" not in response.text
    assert clinic.around.events[-1][1].keys() <= {
        "request_id", "method", "route", "status", "milliseconds",
    }  # fmt: skip


def test_keys_that_cannot_be_had_are_waited_for(clinic: Clinic) -> None:
    response = clinic.ask("keys-away", "GET", "/plans")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json["type"].endswith("/keys-unavailable")


def test_who_shows_no_identity_is_counted_and_not_named(clinic: Clinic) -> None:
    before = clinic.trail()
    for who in (None, None, "expired"):
        clinic.ask(who, "GET", f"/plans/{PLAN_ID}")
    assert clinic.trail() == before
    said = clinic.ask("integrator", "GET", "/audit/refused").json["items"]
    assert [(one["operation"], one["doubt"], one["count"]) for one in said] == [
        ("readPlan", "expired", 1),
        ("readPlan", "missing", 2),
    ]


def test_a_scrape_of_the_metrics_leaves_no_entry_and_who_is_turned_away_there_does(clinic: Clinic) -> None:
    before = clinic.trail()
    assert clinic.ask("integrator", "GET", "/metrics").status_code == 200
    assert clinic.trail() == before
    assert clinic.ask("patient", "GET", "/metrics").status_code == 403
    assert len(clinic.trail()) == len(before) + 1


def test_a_refusal_stands_even_if_it_cannot_be_counted(clinic: Clinic) -> None:
    clinic.around.storage.away = True
    assert clinic.ask(None, "GET", "/plans").status_code == 401


def test_a_request_for_another_host_is_refused_before_anything_else(clinic: Clinic) -> None:
    assert clinic.ask("reader", "GET", "/plans", Host="localhost").status_code == 400
    assert clinic.ask("reader", "GET", "/plans", Host="tandem.example:8443").status_code == 200


def test_a_path_that_is_no_route_tells_nobody_anything(clinic: Clinic) -> None:
    assert clinic.ask(None, "GET", "/nothing").status_code == 404


def test_no_answer_is_kept_by_a_cache_or_given_to_another(clinic: Clinic) -> None:
    for who in ("reader", None):
        response = clinic.ask(who, "GET", f"/plans/{PLAN_ID}")
        assert response.headers["Cache-Control"] == "no-store"
        assert "Authorization" in response.headers["Vary"]


AUTHORS: list[tuple[str, str | None, int, str]] = [
    ("clinician", None, 200, "clinician-1"),
    ("clinician", "clinician-1", 200, "clinician-1"),
    ("clinician", "n.okafor", 403, ""),
    ("integrator", None, 200, "integrator-1"),
    ("integrator", "n.okafor", 200, "n.okafor"),
    ("integrator", "Maja Lin", 422, ""),
]


@pytest.mark.parametrize(("who", "named", "status", "author"), AUTHORS)
def test_the_author_is_whom_the_token_names_or_for_whom_an_integrator_acts(
    clinic: Clinic, who: str, named: str | None, status: int, author: str
) -> None:
    headers: dict[str, Any] = {"If_Match": '"1"'} | ({} if named is None else {"X_Tandem_Author": named})
    response = clinic.ask(who, "PATCH", f"/plans/{PLAN_ID}", {"title": "Another"}, **headers)
    assert response.status_code == status
    if status == 200:
        [revision] = clinic.ask(who, "GET", f"/plans/{PLAN_ID}/revisions?after=1").json["items"]
        assert revision["author"] == author
        [entry] = clinic.trail(operation="patchPlan")
        assert entry.who == f"{who}-1"
        assert entry.acting_for == (None if author == entry.who else author)


def test_every_request_leaves_one_entry_and_a_change_keeps_it_in_its_commit(clinic: Clinic) -> None:
    before = len(clinic.trail())
    clinic.ask("reader", "GET", f"/plans/{PLAN_ID}", X_Request_Id="abc")
    clinic.ask("clinician", "PATCH", f"/plans/{PLAN_ID}", {"title": "Another"}, If_Match='"1"')
    clinic.ask("clinician", "PATCH", f"/plans/{PLAN_ID}", {"title": "Again"}, If_Match='"1"')
    clinic.ask("reader", "PATCH", f"/plans/{PLAN_ID}", {"title": "Mine"}, If_Match='"2"')
    clinic.ask("reader", "GET", f"/plans/{PLAN_ID}/revisions/1")
    clinic.ask("reader", "GET", "/people/x")
    said = [
        (one.who, one.role, one.operation, one.outcome, one.status, one.plan_id, one.item_id)
        for one in clinic.trail()[before:]
    ]
    assert said == [
        ("reader-1", "reader", "readPlan", Outcome.DONE, 200, PLAN_ID, None),
        ("clinician-1", "clinician", "patchPlan", Outcome.DONE, 200, PLAN_ID, None),
        ("clinician-1", "clinician", "patchPlan", Outcome.REFUSED, 412, PLAN_ID, None),
        ("reader-1", "reader", "patchPlan", Outcome.REFUSED, 403, PLAN_ID, None),
        ("reader-1", "reader", "readRevision", Outcome.DONE, 200, PLAN_ID, "1"),
        ("reader-1", "reader", "readPerson", Outcome.REFUSED, 404, None, None),
    ]
    assert clinic.trail()[before].request_id == "abc"
    assert clinic.trail()[before].patient_id is not None


def test_a_new_plan_is_in_the_trail_by_its_id(clinic: Clinic) -> None:
    [entry] = clinic.trail(operation="createPlan")
    assert (entry.plan_id, entry.status, entry.who) == (PLAN_ID, 201, "clinician-1")


def test_a_push_is_written_down_before_it_begins(clinic: Clinic) -> None:
    clinic.ask("clinician", "POST", f"/plans/{PLAN_ID}/sync")
    said = [(one.outcome, one.status) for one in clinic.trail(operation="syncPlan")]
    assert said == [(Outcome.BEGUN, 200), (Outcome.FAILED, 500)]


def test_what_cannot_be_written_down_is_not_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = clinic.around.storage.begin

    def reading_only(*, write: bool = True):
        if write:
            raise StorageUnavailable("the disk of the database is full")
        return begin(write=write)

    monkeypatch.setattr(clinic.around.storage, "begin", reading_only)
    response = clinic.ask("reader", "GET", f"/plans/{PLAN_ID}")
    assert response.status_code == 503
    assert "Sørensen" not in response.text


def test_the_trail_is_read_page_by_page_and_narrowed(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.ask("reader", "GET", f"/plans/{PLAN_ID}")
    path, seen = f"/audit?limit=2&who=reader-1&plan={PLAN_ID}", []
    while path:
        response = clinic.ask("integrator", "GET", path)
        seen.append([one["operation"] for one in response.json["items"]])
        link = response.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""
    assert seen == [["readPlan", "readPlan"], ["readPlan"]]
    counts = {
        query: len(clinic.ask("integrator", "GET", f"/audit?limit=200&{query}").json["items"])
        for query in ("outcome=refused", "operation=createPlan", "since=2030-01-01T00:00:00Z", "patient=x")
    }
    assert counts == {
        "outcome=refused": 0, "operation=createPlan": 1, "since=2030-01-01T00:00:00Z": 0, "patient=x": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["after=x", "after=0", "limit=0", "plan=a b", "outcome=maybe", "since=yesterday", "?=x"]
)
def test_a_question_about_the_trail_that_makes_no_sense_is_named(clinic: Clinic, query: str) -> None:
    response = clinic.ask("integrator", "GET", f"/audit?{query}".replace("?=", "name="))
    assert response.status_code == 422
    assert [one["field"] for one in response.json["errors"]] == [query.partition("=")[0]]


def test_the_trail_holds_no_word_of_a_record(clinic: Clinic) -> None:
    said = clinic.ask("integrator", "GET", "/audit").text + repr(clinic.around.events)
    assert not [word for word in ("Sørensen", "Maja", "UNSHARED", "MRN-4711") if word in said]
