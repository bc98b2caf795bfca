"""What browsers and caches are told with every answer, and which pages of others may ask."""

from functools import cache
from itertools import product

import pytest
from flask import Flask

from service.api import Protection, Rate
from service.domain.plan import Plan
from tests.unit.api.conftest import Api, Surroundings
from tests.unit.api.test_sync import REPORT
from tests.unit.api.visitors import PLAN_ID, Clinic, the_clinic

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


EVIL, OWN = "https://evil.example", "http://localhost"
CROSS, SAME = {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-origin"}
# which page, what its browser says, and whether it may start a sync where nobody is asked who they are
PAGES: list[tuple[str, dict[str, str], bool]] = [
    ("no page at all, such as curl or a service", {}, True),
    ("the service's own page", {"Origin": OWN, **SAME}, True),
    ("a page on the list", {"Origin": OURS, **CROSS}, True),
    ("a person who types an address", {"Sec-Fetch-Site": "none"}, True),
    ("any page of the web", {"Origin": EVIL, **CROSS}, False),
    ("a page in an older browser", {"Origin": EVIL}, False),
    ("a page that hides its origin", {"Origin": "null"}, False),
    (
        "a page of another port of this machine",
        {"Origin": OWN + ":3000", "Sec-Fetch-Site": "same-site"},
        False,
    ),
    ("our name without encryption, for a page with it", {"Origin": "https://localhost"}, False),
    ("a page that is not named", CROSS, False),
    ("a page that seems to be ours and comes from elsewhere", {"Origin": OWN, **CROSS}, False),
]


@pytest.mark.parametrize(("page", "may"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_without_a_token_only_pages_that_may_ask_change_anything(page: dict[str, str], may: bool) -> None:
    """A POST without a body or a header of its own is sent by any page, and no browser asks first."""
    around = Surroundings(outcome=REPORT)
    client = around.app(protection=Protection(origins=frozenset({OURS}))).test_client()
    answer = client.post("/plans/p/sync", headers=page)
    assert answer.status_code == (200 if may else 403)
    assert len(around.pushed) == int(may)
    if not may:
        assert answer.json["type"].endswith("/foreign-page")
        assert "TANDEM_CORS_ORIGINS" in answer.json["detail"]
        assert "evil" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_a_foreign_page_changes_nothing_by_any_method(api, plan: Plan, method: str) -> None:
    answer = api.client.open(f"/plans/{plan.id}/goals/x", method=method, headers={"Origin": EVIL, **CROSS})
    assert answer.status_code in {403, 405}


def test_a_foreign_page_may_ask_to_read_and_is_shown_nothing(api, plan: Plan) -> None:
    answer = api.client.get(f"/plans/{plan.id}", headers={"Origin": EVIL, **CROSS})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_whoever_shows_a_token_may_send_it_from_anywhere() -> None:
    """No browser sends a token by itself: a page that has it was given it."""
    clinic: Clinic = the_clinic()
    clinic.open_anew()
    answer = clinic.ask(
        "clinician", "POST", f"/plans/{PLAN_ID}/sync", Origin=EVIL, Sec_Fetch_Site="cross-site"
    )
    assert answer.status_code == 500, "it gets to a sync for which this test has no outcome"
