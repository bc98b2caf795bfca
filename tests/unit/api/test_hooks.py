"""The doors for notifications: the token alone decides, and nobody learns anything from them."""

from hashlib import sha256

import pytest

from service.ports.hooks import Hook
from tests.fakes.clock import StillClock
from tests.unit.api.conftest import Api, Surroundings

TOKEN = "0a" * 32
PATH = f"/hooks/fhir/{TOKEN}"


@pytest.fixture(autouse=True)
def hook(around: Surroundings) -> None:
    digest = sha256(TOKEN.encode()).hexdigest()
    with around.storage.begin() as work:
        work.hooks.put(Hook(digest=digest, connection_id="default", made_at=StillClock().now()))
        work.commit()


def asked(around: Surroundings) -> bool:
    return "default" in around.storage.kept.polls


@pytest.mark.parametrize("media", [None, "application/fhir+json", "text/plain; charset=latin1"])
@pytest.mark.parametrize("body", [b"", b"{", b'{"resourceType": "Goal", "id": "1"}', b"\x00\xff"])
@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("PUT", f"{PATH}/Goal/1")])
def test_any_body_of_any_kind_is_heard(
    api: Api, around: Surroundings, media: str | None, body: bytes, method: str, path: str
) -> None:
    headers = {} if media is None else {"Content-Type": media}
    response = api.client.open(path, method=method, data=body, headers=headers)
    assert (response.status_code, response.data) == (204, b"")
    assert asked(around)


def test_a_body_that_is_packed_or_broken_is_heard_too(api: Api, around: Surroundings) -> None:
    response = api.client.post(PATH, data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert response.status_code == 204
    assert api.client.post(PATH, data=b"{", headers={"Content-Length": "99"}).status_code == 204


@pytest.mark.parametrize("path", [f"/hooks/fhir/{'0b' * 32}", "/hooks/fhir/x", "/hooks/fhir/x/y"])
def test_an_unknown_token_gets_the_answer_of_a_path_that_is_not_there(
    api: Api, around: Surroundings, path: str
) -> None:
    nowhere = api.client.post("/nowhere").get_json()
    answer = api.client.post(path)
    told = answer.get_json()
    assert answer.status_code == 404
    assert {name: told[name] for name in ("type", "title", "status")} == {
        name: nowhere[name] for name in ("type", "title", "status")
    }
    assert "0b0b" not in answer.text
    assert not asked(around)


def test_a_body_beyond_the_limit_is_refused(around: Surroundings) -> None:
    client = around.app(largest_body=100).test_client()
    assert client.post(PATH, data=b"x" * 101).status_code == 413
    assert not asked(around)


def test_no_token_gets_into_the_log(api: Api, around: Surroundings) -> None:
    api.client.put(f"{PATH}/Goal/1")
    assert TOKEN not in str(around.events)


def test_a_service_whose_database_is_away_says_so(api: Api, around: Surroundings) -> None:
    around.storage.away = True
    assert api.client.post(PATH).status_code == 503
