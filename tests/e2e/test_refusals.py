"""Whatever goes wrong, the shell gets the exit code of the table and a person a line without a stack."""

import pytest

from tests.e2e.shell import DEMO_PLANS, Shell
from tests.e2e.test_walkthrough import DEPRESSION

NOT_THERE = {"TANDEM_EHR_URL": "http://127.0.0.1:9/fhir", "TANDEM_EHR_SANDBOX": "true"}
REAL = {"TANDEM_EHR_URL": "http://h/fhir", "TANDEM_PATIENT_IDENTIFIER_SYSTEM": "urn:oid:1.2"}
MISSING_FOLDER = "sqlite:////nowhere/at/all/tandem.db"
CASES = {
    "no command": ((), {}, 2),
    "no such command": (("nothing",), {}, 2),
    "no such plan": (("plan", "show", "nope"), {}, 5),
    "no EHR": (("push", "nope"), {}, 2),
    "a server that is away": (("health",), NOT_THERE, 6),
    "a setting that makes no sense": (("plan", "list"), {"TANDEM_PORT": "high"}, 2),
    "a rate that is none": (("plan", "list"), {"TANDEM_RATE_LIMIT": "often"}, 2),
    "a rate of nothing": (("plan", "list"), {"TANDEM_RATE_LIMIT": "0/minute"}, 2),
    "every origin": (("plan", "list"), {"TANDEM_CORS_ORIGINS": "https://clinic.example *"}, 2),
    "an origin with a path": (("plan", "list"), {"TANDEM_CORS_ORIGINS": "https://clinic.example/"}, 2),
    "no time for a request": (("plan", "list"), {"TANDEM_REQUEST_SECONDS": "0"}, 2),
    "no room for a body": (("plan", "list"), {"TANDEM_MAX_BODY_BYTES": "0"}, 2),
    "no time for a key": (("plan", "list"), {"TANDEM_IDEMPOTENCY_HOURS": "0"}, 2),
    "a port that is none": (("serve", "--port", "70000"), {}, 2),
    "an address for everybody": (("serve",), {"TANDEM_HOST": "0.0.0.0"}, 2),  # noqa: S104  refused
    "a database that cannot be": (("plan", "list"), {"TANDEM_DATABASE_URL": MISSING_FOLDER}, 8),
    "a database that is none": (("plan", "list"), {"TANDEM_DATABASE_URL": "mysql://x"}, 2),
    "a database that is no URL": (("plan", "list"), {"TANDEM_DATABASE_URL": "tandem.db"}, 2),
    "a chart that is a folder": (("sandbox", "--store", "."), {}, 2),
    "a fault that there is not": (("sandbox", "--port", "8099", "--fault", "earthquake"), {}, 2),
    "a patient system that is missing": (("plan", "list"), {"TANDEM_EHR_URL": "http://h/fhir"}, 2),
    "a chart of real patients without a key": (("plan", "list"), REAL, 2),
    "keys that are not there": (("plan", "list"), {"TANDEM_KEYS_FILE": "none.json"}, 2),
    "a rekey without a key": (("db", "rekey"), {}, 2),
    "a key in a folder that is not there": (("key", "new", "nowhere/keys.json"), {}, 2),
    "a backup of no database": (("backup", "b"), {}, 8),
    "a backup that is not there": (("restore", "none.backup"), {}, 4),
    "a dose that cannot be": (("plan", "new", "-"), {}, 4),
}


@pytest.mark.parametrize("name", CASES)
def test_every_failure_has_its_exit_code_and_no_stack(shell: Shell, name: str) -> None:
    words, settings, code = CASES[name]
    stdin = DEPRESSION.read_text(encoding="utf-8").replace('"value": 25,', '"value": 25000,')
    said = shell.tandem(*words, stdin=stdin, **settings)
    assert said.code == code, said.err
    assert (said.err != "") is (said.out == ""), "health is an answer, everything else an error"
    assert "Traceback" not in said.err
    for held in ("Demopatientin", "Clara", "DEMO-P-001"):
        assert held not in said.err


def test_a_chart_in_use_is_told_as_such(shell: Shell, chart: str, port: int) -> None:
    assert chart
    said = shell.tandem("sandbox", "--store", "chart.db", "--port", str(port))
    assert said.code == 2
    assert "chart.db" in said.err


def test_a_server_of_another_kind_is_refused_and_nothing_is_kept(shell: Shell, port: int) -> None:
    shell.tandem("plan", "new", str(DEMO_PLANS / "ocd.json"))
    with shell.running("serve", "--port", str(port), until=f"http://127.0.0.1:{port}/health/live"):
        url = f"http://127.0.0.1:{port}"
        settings = {"TANDEM_EHR_URL": url, "TANDEM_EHR_SANDBOX": "true", "TANDEM_EHR_MODE": "write"}
        said = shell.tandem("push", "--all", "--json", **settings)
        assert said.code == 9
        assert "not_tried" not in said.document["pushes"][0]
        assert shell.tandem("demo", "--ehr", url).code == 9


def test_a_connection_that_is_read_only_is_not_written(shell: Shell, chart: str) -> None:
    assert chart
    shell.tandem("plan", "new", str(DEPRESSION))
    said = shell.tandem("push", "--all", TANDEM_EHR_MODE="read-only")
    assert said.code == 2
    assert "TANDEM_EHR_MODE" in said.err
    shadow = shell.tandem("push", "--all", "--json", TANDEM_EHR_MODE="shadow")
    assert shadow.code == 3
    assert (shadow.document["pushes"][0]["standing"], shadow.document["pushes"][0]["writes"]) == ("shadow", 0)
