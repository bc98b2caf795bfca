"""The settings decide whether the service asks who comes, by which names, and whose keys it trusts."""

import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from service.application.tokens import NewToken, add_token
from service.bootstrap import Tandem
from service.ports.access import Role
from service.settings import Settings
from tests.unit.identity.provider import AUDIENCE, ISSUER, Realm, Source, a_key

KEY = a_key("ES256")
JWT = {"jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}


class LateClock:
    """The moment at which the realm's tokens are good."""

    now = staticmethod(Realm().clock.now)


def installed(folder: Path, **settings: Any) -> Tandem:
    tandem = Tandem(settings=Settings(database_url=f"sqlite:///{folder / 't.db'}", **settings))
    tandem.clock = LateClock()  # type: ignore[assignment]  # a clock that stands still
    tandem.upgrade()
    return tandem


def status(tandem: Tandem, token: str | None, host: str = "localhost", *, address: str = "127.0.0.1") -> int:
    headers = {"Host": host} | ({"Authorization": f"Bearer {token}"} if token else {})
    client = Client(tandem.application())
    return client.get("/plans", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code


def test_nobody_is_asked_and_only_this_machine_is_answered_out_of_the_box(tmp_path: Path) -> None:
    tandem = installed(tmp_path, allowed_hosts="tandem.example")
    assert not tandem.asks_who
    assert (status(tandem, None), status(tandem, None, "tandem.example")) == (200, 400)


@pytest.mark.parametrize(
    ("address", "expected"), [("127.0.0.9", 200), ("::1", 200), ("192.0.2.7", 403), ("", 403)]
)
def test_another_server_that_lets_others_near_does_not_open_the_plans(
    tmp_path: Path, address: str, expected: int
) -> None:
    assert status(installed(tmp_path), None, address=address) == expected
    asking = installed(tmp_path, auth="required")
    assert status(asking, None, address=address) == 401


def test_everybody_is_asked_where_it_is_required_under_the_names_that_are_said(tmp_path: Path) -> None:
    tandem = installed(tmp_path, auth="required", allowed_hosts=" Tandem.example,,lab.example")
    assert tandem.hosts == {"tandem.example", "lab.example"}
    wanted = NewToken(name="ward-3", role=Role.READER, days=1, created_by=tandem.operator)
    _, text = add_token(wanted, ports=tandem.tokens)
    assert status(tandem, None) == 401
    assert status(tandem, text) == status(tandem, text, "LAB.example:443") == 200
    assert status(tandem, text, "evil.example") == 400
    assert status(tandem, Realm().token(KEY, "ES256")) == 401


def test_a_key_set_in_a_file_opens_for_its_provider(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(Source([KEY]).fetch()))
    tandem = installed(tmp_path, auth="required", jwt_keys=str(file), **JWT)
    assert status(tandem, Realm().token(KEY, "ES256")) == 200
    assert status(tandem, Realm().token(KEY, "ES256", iss="https://other.example")) == 401


def test_a_key_set_at_an_address_is_asked_for_by_the_first_token_and_not_before(tmp_path: Path) -> None:
    tandem = installed(tmp_path, auth="required", jwt_keys="https://127.0.0.1:9/keys", **JWT)
    assert status(tandem, None) == 401
    assert status(tandem, Realm().token(KEY, "ES256")) == 503


def test_the_operator_is_the_account_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tandem = Tandem(settings=Settings())
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert tandem.operator == f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    monkeypatch.setattr(os, "getuid", lambda: 4_000_001)
    assert tandem.operator == "cli:4000001"
