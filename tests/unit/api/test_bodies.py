"""How a body arrives decides before what it says: too slow, short or long, packed, in another charset."""

from io import BytesIO

import pytest

from service.document import plan_to_document
from service.fhir.json import dumps
from tests.builders import a_plan
from tests.unit.api.conftest import Api

BODY = dumps(plan_to_document(a_plan(id="plan"))).encode()
AUTHOR = {"X-Tandem-Author": "n.okafor"}


class Broken(BytesIO):
    """A body that a server stops to read, as gunicorn's do; without a `readinto` they have none."""

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self._failure = failure

    def readinto(self, buffer: object) -> int:
        raise self._failure


def sent(api, stream: BytesIO, *, key: str | None = None, **given: str):
    headers = AUTHOR | ({"Idempotency-Key": key} if key else {})
    environ = {
        "wsgi.input": stream,
        "wsgi.input_terminated": True,
        "CONTENT_TYPE": "application/json",
        **given,
    }
    return api.client.post("/plans", headers=headers, environ_overrides=environ)


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize(
    ("failure", "status", "name"),
    [
        (TimeoutError(), 408, "too-slow"),
        (OSError("chunks"), 400, "malformed"),
        (ValueError("x"), 400, "malformed"),
    ],
    ids=["too slow", "broken", "closed"],
)
def test_a_body_that_does_not_arrive_is_told_apart(
    api, failure, status: int, name: str, key: str | None
) -> None:
    response = sent(api, Broken(failure), key=key)
    assert response.status_code == status
    assert response.json["type"].endswith(f"/{name}")


def test_a_body_is_as_long_as_it_says(api) -> None:
    response = sent(api, BytesIO(BODY), CONTENT_LENGTH=str(len(BODY) + 1))
    assert response.status_code == 400
    assert "shorter" in response.json["detail"]


@pytest.mark.parametrize(("room", "status"), [(len(BODY), 413), (len(BODY) + 1, 422)])
def test_a_body_whose_length_nobody_said_is_cut_off_at_the_limit(around, room: int, status: int) -> None:
    client = around.app(largest_body=room).test_client()
    environ = {"wsgi.input": BytesIO(BODY), "wsgi.input_terminated": True, "CONTENT_TYPE": "application/json"}
    response = client.post("/plans", headers=AUTHOR, environ_overrides=environ)
    assert response.status_code == status, "422: nobody of its people is in the directory"


@pytest.mark.parametrize("said", [True, False], ids=["its length said", "in chunks"])
def test_a_body_beyond_the_limit_is_told_the_limit_and_who_sets_it(around, said: bool) -> None:
    api = Api(around.app(largest_body=1024))
    environ = {"CONTENT_LENGTH": "1025"} if said else {"wsgi.input_terminated": True}
    response = sent(api, BytesIO(b"x" * 1025), **environ)
    assert response.status_code == 413
    assert response.json["type"].endswith("/too-large")
    assert "1024 bytes" in response.json["detail"]
    assert "TANDEM_MAX_BODY_BYTES" in response.json["detail"]


@pytest.mark.parametrize(
    ("about", "status"),
    [
        ({"CONTENT_TYPE": "application/json; charset=UTF-8"}, 422),
        ({"CONTENT_TYPE": 'application/json; charset="utf-8"'}, 422),
        ({"CONTENT_TYPE": "application/json; charset=latin-1"}, 415),
        ({"HTTP_CONTENT_ENCODING": "identity"}, 422),
        ({"HTTP_CONTENT_ENCODING": "gzip"}, 415),
    ],
    ids=lambda one: str(next(iter(one.values()))) if isinstance(one, dict) else "",
)
def test_a_body_is_utf_8_and_not_packed(api, about: dict[str, str], status: int) -> None:
    assert sent(api, BytesIO(BODY), **about).status_code == status
