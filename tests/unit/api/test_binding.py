"""A plan's patient in the chart is shown, and bound by a word on exactly that."""

from service.application.bind_patient import BindPatient, LookAtPatient
from tests.unit.api.conftest import Api, Surroundings


def test_a_patient_is_compared_before_anybody_is_bound(api: Api, around: Surroundings) -> None:
    response = api.get("/plans/plan-1/binding?patient=7")
    assert response.status_code == 200
    assert response.json is not None
    assert (response.json["patient"], response.json["digest"]) == ("Patient/7", "d1")
    assert response.json["compared"] == [
        {"element": "birth date", "plan": ["1988-05-17"], "chart": [], "same": False}
    ]
    assert around.looked == [LookAtPatient(plan_id="plan-1", patient="7")]
    assert api.get("/plans/plan-1/binding").status_code == 422


def test_a_word_binds_to_what_was_shown(api: Api, around: Surroundings) -> None:
    response = api.post("/plans/plan-1/binding", {"patient": "7", "digest": "d1"})
    assert response.status_code == 200
    assert around.looked == [BindPatient(plan_id="plan-1", patient="7", digest="d1", author="n.okafor")]


def test_a_word_that_makes_no_sense_names_the_field(api: Api) -> None:
    response = api.post("/plans/plan-1/binding", {"patient": 7, "digest": "d1", "name": "x"})
    assert response.status_code == 422
    assert response.json is not None
    assert {one["field"] for one in response.json["errors"]} == {"patient", "?"}


def test_without_an_ehr_nobody_is_bound(around: Surroundings) -> None:
    client = Api(around.app(ehr=False))
    assert client.get("/plans/plan-1/binding?patient=7").status_code == 503
