"""`tandem bind` and `tandem connection`: a person's word on the patient, an operator's on the server."""

from dataclasses import replace

from service.console.exit_codes import ExitCode
from service.ports.storage import Connection
from tests.unit.console.running import A_BINDING, Desk


def test_a_patient_is_shown_and_bound_by_the_digest(desk: Desk) -> None:
    shown = desk.type("bind", "plan-1", "--patient", "7")
    assert "bound to nobody" in shown.out
    assert "1988-05-18" in shown.out
    assert desk.installation.did == ["LookAtPatient 7"]
    word = ("--digest", "d1", "--author", "dr-okafor")
    assert desk.type("bind", "plan-1", "--patient", "7", *word, "--json").document["digest"] == "d1"
    assert desk.installation.did[-1] == "BindPatient 7"
    assert desk.type("bind", "plan-1", "--patient", "7", "--digest", "d1").code == ExitCode.USAGE


def test_what_stands_in_the_way_is_said(desk: Desk) -> None:
    desk.installation.binding = replace(
        A_BINDING, deceased=True, obstacle="the patient is inactive in the chart", bound_to="Patient/7"
    )
    said = desk.type("bind", "plan-1", "--patient", "7", "--digest", "d1", "--author", "x").out
    assert "is bound to Patient/7" in said
    assert "has died" in said
    assert "inactive" in said


def test_a_server_that_went_back_is_accepted(desk: Desk) -> None:
    assert desk.type("connection", "accept-reset").code == ExitCode.NOT_FOUND
    with desk.installation.storage.begin() as work:
        work.connections.put(Connection(id="default", base_url="http://ehr.test", identifier_system="urn:x"))
        work.cursors.put("default", "halted", "3 resources of this plan have older versions")
        work.commit()
    said = desk.type("connection", "accept-reset", "--json").document
    assert said == {
        "connection_id": "default",
        "reason": "3 resources of this plan have older versions",
        "doubted": 0,
    }
    assert "was not halted" in desk.type("connection", "accept-reset").out
