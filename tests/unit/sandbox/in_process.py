"""A sandbox without a socket: requests in, answers out, a clock that ticks when told."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from service.sandbox.server import FhirServer
from service.sandbox.shape import Shape
from service.sandbox.store import MemoryStore, Store
from service.sandbox.wire import Answer, Incoming

BASE = "http://sandbox.test/fhir"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Sandbox:
    """One server, with its clock and its ids in the test's hands."""

    def __init__(self, *, store: Store | None = None, shape: Shape | None = None) -> None:
        self.now = START
        numbers = count(1)
        self.server = FhirServer(
            store or MemoryStore(), lambda: self.now, lambda: f"r{next(numbers)}", shape=shape
        )

    def tick(self, **step: float) -> None:
        self.now += timedelta(**step)

    def ask(self, method: str, url: str, body: Any = None, **headers: str) -> Answer:
        path, _, query = url.removeprefix(BASE).partition("?")
        sent = {name.lower().replace("_", "-"): value for name, value in headers.items()}
        return self.server.answer(
            Incoming(
                method=method,
                base=BASE,
                segments=tuple(filter(None, path.split("/"))),
                query=tuple(parse_qsl(query, keep_blank_values=True)),
                headers={"content-type": "application/fhir+json", **sent},
                body=b"" if body is None else json.dumps(body).encode(),
            )
        )

    def body(self, method: str, url: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """Asks, and gives the body of the answer, which must be there."""
        answer = self.ask(method, url, body, **headers)
        assert answer.body is not None
        return answer.body

    def made(self, kind: str, **elements: Any) -> dict[str, Any]:
        answer = self.ask("POST", f"/{kind}", {"resourceType": kind, **elements})
        assert answer.status == 201, answer.body
        return answer.body or {}

    def found(self, search: str) -> list[str]:
        return [entry["resource"]["id"] for entry in self.body("GET", search).get("entry", [])]


def words(answer: Answer) -> str:
    """Gives the diagnostics of the OperationOutcome that an answer must hold."""
    body = answer.body or {}
    assert body["resourceType"] == "OperationOutcome"
    return " ".join(issue.get("diagnostics", "") for issue in body["issue"])
