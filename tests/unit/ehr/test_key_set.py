"""The keys of a provider are asked for over https, once, straight, and with an end to patience."""

import pytest
import requests
import responses

from service.ehr.key_set import KeySetUrl
from service.ports.access import KeysUnavailable

URL = "https://login.example/keys"


@pytest.fixture
def line():
    with responses.RequestsMock() as mock:
        yield mock


def test_the_set_is_what_the_provider_gives(line) -> None:
    line.get(URL, body='{"keys": []}')
    assert KeySetUrl(URL).fetch() == {"keys": []}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404},
        {"status": 302, "headers": {"Location": "http://attacker.example/keys"}},
        {"body": "<html>"},
        {"body": "[]"},
        {"body": '{"keys": "' + "x" * 600_000 + '"}'},
        {"body": requests.ConnectionError("login.example refuses")},
        {"body": requests.Timeout()},
    ],
    ids=["missing", "elsewhere", "html", "list", "endless", "away", "slow"],
)
def test_anything_else_is_as_no_answer_and_names_no_address(line, answer) -> None:
    line.get(URL, **answer)
    with pytest.raises(KeysUnavailable) as told:
        KeySetUrl(URL).fetch()
    assert "example" not in str(told.value)
    assert len(line.calls) == 1
