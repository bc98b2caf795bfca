"""One id leads from a request, or a run of the command line, to every call that the EHR gets."""

from pathlib import Path

import pytest

from service.application.push_plan import PushPlan
from service.document import person_to_document, plan_to_document
from service.sandbox.wire import Answer, Incoming
from tests.builders import DIRECTORY, a_plan
from tests.leaks.house import Answering, House, opened

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PLAN = a_plan()


class Listening:
    """An EHR that remembers under which names it was asked."""

    def __init__(self, house: House) -> None:
        self.names: list[str] = []
        self.traces: set[str] = set()
        house.spoil = self._answer
        people = tuple(person_to_document(one) for one in DIRECTORY.values())
        house.keep(people, plan_to_document(PLAN))
        house.leaks()  # forget what was logged until here

    def _answer(self, answer: Answering, incoming: Incoming) -> Answer:
        self.names.append(incoming.header("x-request-id"))
        self.traces.add(incoming.header("traceparent").split("-")[1])
        return answer(incoming)


def test_the_id_of_a_request_reaches_the_ehr_and_tells_its_calls_apart(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        ehr = Listening(house)
        headers = {"X-Request-Id": "desk-7", "traceparent": CALLER}
        assert house.ask("POST", f"/plans/{PLAN.id}/sync", headers=headers).status_code == 200
        assert ehr.names == [f"desk-7.{number}" for number in range(1, len(ehr.names) + 1)]
        assert len(ehr.names) > 3
        assert ehr.traces == {CALLER.split("-")[1]}
        lines = house.log.getvalue().splitlines()
        assert [line for line in lines if '"request_id": "desk-7"' not in line] == []
        assert {
            name for name in ehr.names if not any(f'"call_id": "{name}"' in one for one in lines)
        } == set()


@pytest.mark.parametrize("given", ["", "two words"])
def test_a_request_without_a_fitting_id_gets_one_that_reaches_the_ehr_too(tmp_path: Path, given: str) -> None:
    with opened(tmp_path) as house:
        ehr = Listening(house)
        answer = house.ask("POST", f"/plans/{PLAN.id}/sync", headers={"X-Request-Id": given})
        made = answer.headers["X-Request-Id"]
        assert {name.partition(".")[0] for name in ehr.names} == {made}


def test_a_run_has_one_id_for_all_that_it_pushes(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        ehr = Listening(house)
        for _ in range(2):
            house.tandem.push(PushPlan(plan_id=PLAN.id))
        run = house.tandem.correlation.id
        assert ehr.names == [f"{run}.{number}" for number in range(1, len(ehr.names) + 1)]


def test_what_a_push_did_is_in_the_metrics_with_what_waits(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        Listening(house)
        house.ask("POST", f"/plans/{PLAN.id}/sync")
        told = house.ask("GET", "/metrics").text
        assert 'tandem_pushes_total{connection="default",outcome="in-step"} 1.0' in told
        assert (
            'tandem_ehr_calls_total{connection="default",interaction="transaction",status="200"} 1.0' in told
        )
        assert 'tandem_push_items_total{connection="default",done="created"} 11.0' in told
        assert "tandem_storage_up 1.0" in told


def test_metrics_are_told_while_the_database_is_away(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        house.tandem.database.close()
        (tmp_path / "plans.db").unlink()
        (tmp_path / "plans.db").mkdir()
        told = house.ask("GET", "/metrics").text
        assert "tandem_storage_up 0.0" in told
        assert "tandem_open_writes{" not in told
