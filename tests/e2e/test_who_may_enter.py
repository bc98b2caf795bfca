"""The service that asks who comes, in a process of its own, with tokens of both kinds."""

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.e2e.shell import DEMO_PLANS, DIRECT, Shell

DEPRESSION = DEMO_PLANS / "depression.json"
KEY = ECKey.generate_key("P-256", {"kid": "k-1"})
SECRET = "s3cr3t-of-the-chart"  # looked for in every output
ASKS = {
    "TANDEM_AUTH": "required",
    "TANDEM_ALLOWED_HOSTS": "127.0.0.2, tandem.example",
    "TANDEM_JWT_ISSUER": "https://login.example",
    "TANDEM_JWT_AUDIENCE": "tandem",
}


@pytest.fixture
def asking(shell: Shell) -> Shell:
    """A shell whose service asks everybody, with a key set and a secret in files."""
    (shell.folder / "keys.json").write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    (shell.folder / "ehr-token").write_text(SECRET)
    shell.settings |= ASKS | {"TANDEM_JWT_KEYS": "keys.json", "TANDEM_EHR_TOKEN_FILE": "ehr-token"}
    return shell


def a_jwt(**changes: object) -> str:
    claims = {
        "iss": "https://login.example", "aud": "tandem", "sub": "n.okafor", "nbf": 0, "exp": 4_000_000_000,
        "tandem_role": "clinician",
    }  # fmt: skip
    return jwt.encode({"alg": "ES256", "kid": "k-1"}, claims | changes, KEY)


def asked(url: str, token: str | None = None) -> tuple[int, str]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        with DIRECT.open(Request(url, headers=headers), timeout=30) as response:  # noqa: S310  our own http
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_who_shows_a_token_comes_in_and_nobody_else(asking: Shell, port: int) -> None:
    plan = asking.tandem("plan", "new", str(DEPRESSION), "--json").document["plan_id"]
    other = asking.tandem("plan", "new", str(DEMO_PLANS / "ocd.json"), "--json").document["plan_id"]
    reader = asking.tandem("token", "add", "ward-3", "--role", "reader", "--json").document
    patient = asking.tandem("token", "add", "app-7", "--role", "patient", "--plan", plan).out.strip()
    base = f"http://127.0.0.2:{port}"
    words = ("serve", "--host", "127.0.0.2", "--port", str(port))
    with asking.running(*words, until=f"{base}/health/live"):
        assert asked(f"{base}/plans")[0] == 401
        assert asked(f"{base}/plans", reader["token"])[0] == 200
        assert asked(f"{base}/plans", a_jwt())[0] == 200
        assert asked(f"{base}/plans", a_jwt(exp=1))[0] == 401
        assert asked(f"{base}/plans", a_jwt(aud="payroll"))[0] == 401
        assert asked(f"{base}/plans", patient)[0] == 403
        assert asked(f"{base}/plans/{other}", patient)[0] == 403
        assert "For myself only" in asked(f"{base}/plans/{plan}", patient)[1]
        assert "For myself only" not in asked(f"{base}/plans/{plan}", a_jwt())[1]
        assert asking.tandem("token", "revoke", reader["id"]).code == 0
        status, told = asked(f"{base}/plans", reader["token"])
        assert (status, json.loads(told)["errors"][0]["reason"]) == (401, "revoked")
        (asking.folder / "keys.json").unlink()
        assert asked(f"{base}/plans", a_jwt())[0] == 200, "keys are believed for a while"
    trail = asking.tandem("audit", "--json").document["entries"]
    did = {(one["who"], one["operation"], one["outcome"]) for one in trail}
    assert {
        ("ward-3", "listPlans", "done"), ("n.okafor", "listPlans", "done"), ("app-7", "readPlan", "refused"),
    } <= did  # fmt: skip
    counted = asking.tandem("audit", "--refused", "1", "--json").document["refused"]
    assert sum(one["count"] for one in counted) == 4
    assert_nothing_is_told(asking, reader["token"], patient)


def assert_nothing_is_told(shell: Shell, *tokens: str) -> None:
    secrets = [SECRET, *(token.rpartition("_")[2] for token in tokens), a_jwt().rpartition(".")[2]]
    for file in Path(shell.folder).glob("*"):
        if file.name not in {"ehr-token"}:
            content = file.read_bytes()
            assert not [one for one in secrets if one.encode() in content], file.name


def test_a_key_set_that_is_away_is_told_as_such(asking: Shell, port: int) -> None:
    (asking.folder / "keys.json").unlink()
    base = f"http://127.0.0.1:{port}"
    with asking.running("serve", "--port", str(port), until=f"{base}/health/live"):
        status, told = asked(f"{base}/plans", a_jwt())
        assert (status, json.loads(told)["type"].rpartition("/")[2]) == (503, "keys-unavailable")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7"])  # noqa: S104  refused before anything listens
def test_others_are_let_near_only_when_everybody_is_asked_by_a_name(shell: Shell, host: str) -> None:
    said = shell.tandem("serve", "--host", host)
    assert (said.code, "log in" in said.err) == (2, True)
    said = shell.tandem("serve", "--host", host, TANDEM_AUTH="required", TANDEM_PORT="1")
    assert said.code == 2
    assert "log in" not in said.err


def test_a_secret_is_in_no_error(asking: Shell) -> None:
    for words in (("health",), ("push", "nope"), ("plan", "list")):
        settings = {"TANDEM_DATABASE_URL": f"postgresql://tandem:{SECRET}@127.0.0.1:9/x"}
        said = asking.tandem(*words, "--debug", **settings)
        assert said.code != 0
        assert SECRET not in said.out + said.err
