"""Whoever asks too often waits, and is told how long; whoever watches over the service never does."""

import time_machine

from service.api import Rate
from tests.fakes.clock import StillClock
from tests.unit.api.conftest import Api, Surroundings

NOW = StillClock().now()


def asked(api: Api, path: str, address: str = "127.0.0.1"):
    return api.ask("GET", path, environ_base={"REMOTE_ADDR": address})


def test_who_asks_too_often_is_told_when_to_ask_again() -> None:
    api = Api(Surroundings().app(rate=Rate("2/minute")))
    with time_machine.travel(NOW, tick=False) as clock:
        left = [asked(api, "/plans").headers["RateLimit"] for _ in range(2)]
        assert left == ['"default";r=1;t=60', '"default";r=0;t=60']
        clock.shift(20)
        response = asked(api, "/plans")
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "40"
        assert response.headers["RateLimit-Policy"] == '"default";q=2;w=60'
        assert response.headers["RateLimit"] == '"default";r=0;t=40'
        assert response.json["type"].endswith("/too-many-requests")
        clock.shift(41)
        assert asked(api, "/plans").status_code == 200


def test_one_who_asks_too_often_holds_up_nobody_else() -> None:
    api = Api(Surroundings().app(rate=Rate("1/hour")))
    assert [asked(api, "/plans", f"127.0.0.{n}").status_code for n in (1, 1, 2)] == [200, 429, 200]


def test_health_is_always_told() -> None:
    api = Api(Surroundings().app(rate=Rate("1/hour")))
    for path in ("/health/live", "/health/ready"):
        for _ in range(3):
            response = asked(api, path)
            assert response.status_code == 200
            assert "RateLimit" not in response.headers


def test_what_leads_nowhere_counts_too() -> None:
    api = Api(Surroundings().app(rate=Rate("1/hour")))
    assert [api.client.get("/nowhere").status_code for _ in range(2)] == [404, 429]


def test_nobody_is_limited_where_no_limit_is_set(api) -> None:
    assert "RateLimit" not in asked(api, "/plans").headers
