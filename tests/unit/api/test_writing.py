"""The switch over REST: an integrator turns it, whoever watches sees it."""

from typing import Any

import pytest

from tests.unit.api.visitors import Clinic, the_clinic

CLINIC = the_clinic()


@pytest.fixture
def clinic() -> Clinic:
    CLINIC.open_anew()
    return CLINIC


def test_an_integrator_stops_all_writing_and_everybody_sees_it(clinic: Clinic) -> None:
    answer = clinic.ask("integrator", "POST", "/writing/stop", {"reason": "the EHR is moved"})
    assert answer.status_code == 200
    for role in ("integrator", "clinician", "reader"):
        now = clinic.ask(role, "GET", "/writing").json
        assert (now["state"], now["reason"], now["by"]) == ("stopped", "the EHR is moved", "integrator-1")
    assert clinic.client.get("/health/ready", headers=HOST).json["writing"] == "stopped"
    assert ("writing.turned", {"stopped": True}) in clinic.around.events
    assert [one.who for one in clinic.trail(operation="stopWriting")] == ["integrator-1"]


def test_it_goes_on_when_an_integrator_says_so(clinic: Clinic) -> None:
    clinic.ask("integrator", "POST", "/writing/stop", {"reason": "the EHR is moved"})
    assert clinic.ask("integrator", "POST", "/writing/resume").json["state"] == "on"
    assert clinic.client.get("/health/ready", headers=HOST).json["writing"] == "on"


@pytest.mark.parametrize("role", ["clinician", "reader", "patient"])
def test_nobody_else_turns_it(clinic: Clinic, role: str) -> None:
    for path, body in (("/writing/stop", {"reason": "x"}), ("/writing/resume", None)):
        assert clinic.ask(role, "POST", path, body).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": 7}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": " " + 200 * "x"}, "reason"),
        ({"reason": "x", "why": 1}, "?"),
    ],
)
def test_a_stop_that_says_no_reason_is_refused_by_field(clinic: Clinic, body: Any, field: str) -> None:
    answer = clinic.ask("integrator", "POST", "/writing/stop", body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert clinic.ask("reader", "GET", "/writing").json["state"] == "on"


HOST = {"Host": "tandem.example"}
