"""Every request has an id, a line in the log without a record in it, and an end."""

import pytest

from service.domain.plan import Plan
from service.domain.values import Problem


@pytest.mark.parametrize("given", ["abc-1", "A.b_c", "x" * 64])
def test_a_request_keeps_the_id_that_it_came_with(api, around, given: str) -> None:
    response = api.get("/health/live", X_Request_Id=given)
    assert response.headers["X-Request-Id"] == given
    assert around.bound == [given, ""]


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "ü", "a;b"])
def test_an_id_that_does_not_fit_is_not_taken(api, given: str) -> None:
    assert api.get("/health/live", X_Request_Id=given).headers["X-Request-Id"].startswith("req-")


def test_an_answer_is_logged_by_its_rule_and_never_by_its_path(api, around, plan: Plan) -> None:
    around.events.clear()
    api.get(f"/plans/{plan.id}?limit=Sorensen", X_Request_Id="abc")
    api.get("/Sorensen", X_Request_Id="def")
    (name, first), (_, second) = around.events
    assert name == "request.answered"
    assert first.pop("milliseconds") >= 0
    assert first == {"request_id": "abc", "method": "GET", "route": "/plans/<id:plan_id>", "status": 200}
    assert (second["route"], second["status"]) == ("none", 404)


def test_a_crash_is_told_without_its_words_and_logged_with_its_place(api, around) -> None:
    around.outcome = LookupError("Maja Sørensen")
    response = api.ask("POST", "/plans/plan-1/sync", headers={"X-Request-Id": "abc"})
    assert response.status_code == 500
    assert response.json["detail"] == "The service failed; nothing was kept. Its log has the request id."
    assert response.json["request_id"] == "abc"
    assert [name for name, _ in around.events] == ["request.failed", "request.answered"]
    assert around.events[0][1]["error"].startswith("LookupError in Surroundings.push, line ")
    assert "Maja" not in response.text + repr(around.events)
    assert around.bound == ["abc", ""]


def test_a_database_that_is_away_is_waited_for(api, around) -> None:
    around.storage.away = True
    response = api.get("/plans")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json["detail"] == "the database is busy with another writer"


def test_a_service_that_runs_is_alive_and_ready(api) -> None:
    assert api.get("/health/live").json == {"status": "alive"}
    assert api.get("/health/ready").json == {"status": "ready", "writing": "on"}


def test_a_service_that_cannot_work_says_what_it_lacks(api, around) -> None:
    around.lacks = (Problem("migrations", "are behind: run `tandem db upgrade`"),)
    response = api.get("/health/ready")
    assert response.status_code == 503
    assert response.json["errors"] == [
        {"field": "migrations", "reason": "are behind: run `tandem db upgrade`"}
    ]
    assert api.get("/health/live").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_the_service_answers_to_its_own_names(api, host: str) -> None:
    assert api.get("/plans", Host=host).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a b", "[::1", ""])
def test_a_page_that_leads_its_name_here_reads_nothing(api, plan: Plan, host: str) -> None:
    response = api.get(f"/plans/{plan.id}", Host=host)
    assert response.status_code == 400
    assert plan.title not in response.text
