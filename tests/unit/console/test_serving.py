"""Only loopback addresses that are free are served."""

import socket

import click
import pytest

from service.console.plain_http import Client, NoAnswer
from service.console.serving import check_address, running


def answers(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json"), ("ETag", '"7"')])
    return [b'{"path": "%s"}' % environ["PATH_INFO"].encode()]


def html(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/html")])
    return [b"<html>"]


def test_an_application_answers_on_a_free_port_until_its_block_ends() -> None:
    with running(answers) as url:
        said = Client(f"{url}/fhir").get("Patient/1?_format=json")
        assert (said.status, said.etag, said.ok) == (200, '"7"', True)
        assert said.body == {"path": "/fhir/Patient/1"}
        assert Client(url).post("plans", {"a": 1}).ok
    with pytest.raises(NoAnswer):
        Client(url).get("")


def test_what_speaks_no_json_gives_no_answer() -> None:
    with running(html) as url, pytest.raises(NoAnswer, match="NotJson"):
        Client(url).get("")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_a_free_loopback_address_is_served(host: str) -> None:
    with socket.socket() as free:
        free.bind((host, 0))
        port = free.getsockname()[1]
    check_address(host, port)


def test_an_address_in_use_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(click.UsageError, match="in use"):
            check_address("127.0.0.1", taken.getsockname()[1])
