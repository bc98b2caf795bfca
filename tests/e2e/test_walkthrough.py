"""The commands of the README, typed as they stand there, in processes of their own."""

import json
import os
import signal
import subprocess
import sys

import pytest

from service.console.plain_http import Client
from tests.data import ROOT
from tests.e2e.shell import DEMO_PLANS, TANDEM, Shell, fetched

DEPRESSION = DEMO_PLANS / "depression.json"


def test_the_demo_does_what_it_says(shell: Shell) -> None:
    said = shell.tandem("demo", "--json")
    assert said.code == 0, said.err
    told = said.document
    assert told["writes"] > 100
    assert told["second_writes"] == 0
    assert sorted(one.partition("/")[0] for one in told["dose_writes"]) == [
        "CarePlan", "MedicationRequest", "MedicationRequest",
    ]  # fmt: skip
    assert len(told["plans"]) == 3
    for number in range(1, 9):
        assert f"{number}. " in said.err
    assert list(shell.folder.iterdir()) == []


def test_a_server_that_is_none_ends_the_demo_with_the_code_of_the_ehr(shell: Shell, port: int) -> None:
    said = shell.tandem("demo", "--ehr", f"http://127.0.0.1:{port}/fhir")
    assert (said.code, said.out) == (6, "")
    assert "Traceback" not in said.err


def test_a_plan_is_loaded_looked_at_pushed_and_found_in_the_chart(shell: Shell, chart: str) -> None:
    new = shell.tandem("plan", "new", str(DEPRESSION), "--json")
    assert new.code == 0, new.err
    plan = new.document["plan_id"]
    assert plan in shell.tandem("plan", "list").out
    assert "sertraline" in shell.tandem("plan", "show", plan).out.lower()
    exported = shell.tandem("plan", "export", plan).document
    checked = shell.tandem("validate", plan, "--ehr", "--json")
    assert (checked.code, checked.document["findings"]) == (0, [])

    pushed = shell.tandem("push", plan, "--json")
    assert pushed.code == 0, pushed.out
    report = pushed.document["pushes"][0]
    assert report["writes"] == len(report["items"]) == len(exported["entry"])
    for item in report["items"]:
        assert fetched(f"{chart}/{item['reference']}")["resourceType"] == item["key"]["type"]
    again = shell.tandem("push", "--all", "--json")
    assert (again.code, again.document["pushes"][0]["writes"]) == (0, 0)
    assert shell.tandem("health", "--json").document["ehr"]["ok"] is True


def test_a_chart_on_disk_survives_the_sandbox(shell: Shell, port: int) -> None:
    url = f"http://127.0.0.1:{port}/fhir"
    words = ("sandbox", "--port", str(port), "--store", "chart.db")
    with shell.running(*words, until=f"{url}/metadata"):
        assert Client(url).post("Basic", {"resourceType": "Basic", "code": {"text": "x"}}).ok
    with shell.running(*words, until=f"{url}/metadata"):
        assert [one["resource"]["code"] for one in fetched(f"{url}/Basic")["entry"]] == [{"text": "x"}]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["told-to-end", "interrupted"])
def test_the_service_runs_on_a_new_database_and_ends_when_told(
    shell: Shell, port: int, stop: signal.Signals
) -> None:
    with shell.running("serve", "--port", str(port), until=f"http://127.0.0.1:{port}/health/ready") as server:
        assert fetched(f"http://127.0.0.1:{port}/plans") == {"items": []}
        server.send_signal(stop)
        assert server.wait(30) == 0
    assert (shell.folder / "tandem.db").stat().st_mode & 0o777 == 0o600


def test_the_service_takes_its_port_from_the_environment_and_logs_json(shell: Shell, port: int) -> None:
    settings = {"TANDEM_PORT": str(port), "TANDEM_LOG_JSON": "true"}
    with shell.running("serve", until=f"http://127.0.0.1:{port}/health/live", **settings):
        pass
    assert '"event": "server.started"' in (shell.folder / "serve.log").read_text()


def test_the_demo_keeps_its_servers_until_it_is_told_to_end(shell: Shell) -> None:
    with subprocess.Popen(
        [*TANDEM, "demo", "--keep", "--json"],
        cwd=shell.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        assert demo.stderr is not None
        try:
            told = next(line for line in demo.stderr if line.startswith("Both run until"))
            service = json.loads(demo.stdout.readline())["service"]
            ready = fetched(f"{service}/health/ready")
        finally:
            demo.send_signal(signal.SIGTERM)
        assert demo.wait(30) == 0
    assert "Ctrl-C" in told
    assert ready == {"status": "ready", "writing": "on"}


def test_another_wsgi_server_finds_the_same_application(shell: Shell) -> None:
    words = "from service.wsgi import app; print(app.test_client().get('/health/live').json)"
    shell.tandem("key", "new", "keys.json")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TANDEM_KEYS_FILE": "keys.json"}
    ran = subprocess.run(
        [sys.executable, "-c", words],
        cwd=shell.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "{'status': 'alive'}\n"
