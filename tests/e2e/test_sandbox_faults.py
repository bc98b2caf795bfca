"""A sandbox with faults, started as the page says, seen by a plain client."""

import pytest
import requests

from service.sandbox.faults.knobs import KNOBS
from tests.e2e.shell import Shell


def test_what_can_go_wrong_is_listed(shell: Shell) -> None:
    said = shell.tandem("sandbox", "--faults-list", "--json")
    assert (said.code, list(said.document["faults"])) == (0, list(KNOBS))


def test_faults_strike_and_the_door_arms_and_disarms_them(shell: Shell, port: int) -> None:
    origin = f"http://127.0.0.1:{port}"
    fault = "lost-response after=1 times=1 type=Patient"
    words = ("sandbox", "--port", str(port), "--fault", fault, "--control", "--store", "chart.db")
    sent = {"data": '{"resourceType": "Patient"}', "headers": {"Content-Type": "application/fhir+json"}}
    with shell.running(*words, until=f"{origin}/fhir/metadata"):
        assert requests.post(f"{origin}/fhir/Patient", timeout=10, **sent).status_code == 201
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{origin}/fhir/Patient", timeout=10, **sent)
        assert requests.get(f"{origin}/fhir/Patient", timeout=10).json()["total"] == 2
        requests.post(f"{origin}/control/faults", json={"fault": "clock-skew"}, timeout=10)
        date = requests.get(f"{origin}/fhir/metadata", timeout=10).headers["Date"]
        assert date.count("GMT") == 1
        requests.post(f"{origin}/control/wipe", json={}, timeout=10)
        assert requests.delete(f"{origin}/control/faults", timeout=10).json() == {"faults": []}
    with shell.running(
        "sandbox", "--port", str(port), "--store", "chart.db", until=f"{origin}/fhir/metadata"
    ):
        assert requests.get(f"{origin}/fhir/Patient", timeout=10).json()["total"] == 0, "wiped on disk too"
        assert requests.get(f"{origin}/control/faults", timeout=10).status_code == 404
