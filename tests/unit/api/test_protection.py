"""What browsers and caches are told with every answer, and which pages of others may ask."""

from functools import cache
from itertools import product

import pytest
from flask import Flask

from service.api import Protection, Rate
from service.domain.plan import Plan
from tests.unit.api.conftest import Api, Surroundings

OURS = "https://clinic.example"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
ASKED = [
    ("GET", "/plans", 200),
    ("GET", "/plans/nobody", 404),
    ("GET", "/nowhere", 404),
    ("DELETE", "/plans", 405),
    ("OPTIONS", "/plans", 200),
    ("POST", "/plans", 422),
    ("GET", "/openapi.json", 200),
    ("GET", "/health/live", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ASKED)
def test_every_answer_tells_browsers_and_caches_to_keep_out(api, method: str, path: str, status: int) -> None:
    response = api.client.open(path, method=method)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "Strict-Transport-Security" not in response.headers
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


def test_a_crash_and_a_limit_tell_them_too(around) -> None:
    api = Api(around.app(rate=Rate("1/hour")))
    crashed, limited = (api.client.post("/plans/p/sync") for _ in range(2))
    assert (crashed.status_code, limited.status_code) == (500, 429)
    for response, (name, value) in product((crashed, limited), ALWAYS.items()):
        assert response.headers[name] == value


def test_a_reader_who_has_it_already_is_told_too(api, plan: Plan) -> None:
    response = api.get(f"/plans/{plan.id}", If_None_Match='"1"')
    assert response.status_code == 304
    assert response.headers["Cache-Control"] == "no-store"


def test_https_is_insisted_on_only_behind_a_proxy_that_serves_it() -> None:
    app = Surroundings().app(protection=Protection(behind_https=True))
    response = app.test_client().get("/plans")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(("behind", "statuses"), [(True, [200, 429, 200]), (False, [200, 429, 429])])
def test_only_a_proxy_that_is_known_says_who_asks(behind: bool, statuses: list[int]) -> None:
    app = Surroundings().app(protection=Protection(behind_https=behind), rate=Rate("1/hour"))
    asked = [
        app.test_client().get("/plans", headers={"X-Forwarded-For": address})
        for address in ("127.0.0.2", "127.0.0.2", "127.0.0.3")
    ]
    assert [one.status_code for one in asked] == statuses


@cache
def shown_to(allowed: frozenset[str]) -> Flask:
    return Surroundings().app(protection=Protection(origins=allowed))


def across(origin: str, allowed: frozenset[str] = frozenset({OURS}), **asked: str):
    app = shown_to(allowed)
    method = "OPTIONS" if asked else "GET"
    headers = {name.replace("_", "-"): value for name, value in asked.items()}
    return app.test_client().open("/plans", method=method, headers={"Origin": origin, **headers})


def test_a_page_on_the_list_may_read() -> None:
    response = across(OURS)
    assert response.headers["Access-Control-Allow-Origin"] == OURS
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://clinic.example",
        "https://clinic.example:8443",
        "null",
        "*",
        OURS + ".evil",
    ],
)
def test_a_page_that_is_not_may_not(origin: str) -> None:
    response = across(origin, Access_Control_Request_Method="GET")
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in across(origin).headers


def test_a_browser_may_ask_first() -> None:
    response = across(OURS, Access_Control_Request_Method="POST")
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == OURS
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "DELETE" not in response.headers["Access-Control-Allow-Methods"]
    sent = response.headers["Access-Control-Allow-Headers"]
    for name in ("Authorization", "Idempotency-Key", "If-Match", "X-Tandem-Author"):
        assert name in sent


def test_a_plain_options_still_says_which_methods_there_are() -> None:
    assert "POST" in across(OURS, Accept="*/*").headers["Allow"]
