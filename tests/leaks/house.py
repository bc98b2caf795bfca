"""A whole installation beside an EHR, of which everything is caught that it lets out."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

from flask import Flask
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from werkzeug.test import TestResponse

from service.bootstrap import Tandem
from service.fhir.json import dumps
from service.sandbox.app import door
from service.sandbox.server import FhirServer
from service.sandbox.serving import running
from service.sandbox.shape import Shape
from service.sandbox.store import MemoryStore
from service.sandbox.wire import Answer, Incoming
from service.settings import Settings
from service.storage.keyring import add_key
from service.telemetry.opentelemetry_traces import OpenTelemetryTraces
from tests.ehr_servers import numbered_ids, wall_clock
from tests.leaks.database import leaks_of_database
from tests.leaks.marks import marks_in

AUTHOR = {"X-Tandem-Author": "n.okafor"}
_REFUSED = 400
Answering = Callable[[Incoming], Answer]
Spoiling = Callable[[Answering, Incoming], Answer]


def honest(answer: Answering, incoming: Incoming) -> Answer:
    """Answers as the sandbox does."""
    return answer(incoming)


@dataclass
class House:
    """An installation; `refused` are the answers that said no, with what was asked.

    `ids` are those under which something was kept: whoever sends it chooses them, and they lie in the clear.
    """

    tandem: Tandem
    folder: Path
    log: StringIO
    library_log: StringIO
    exporter: InMemorySpanExporter
    chart: FhirServer
    spoil: Spoiling = honest
    refused: list[tuple[str, TestResponse]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    @cached_property
    def app(self) -> Flask:
        """The API."""
        return self.tandem.application()

    def ask(self, method: str, path: str, body: Any = None, **given: Any) -> TestResponse:
        """Sends a request, and keeps the answer where it is a refusal."""
        if body is not None:
            given.setdefault("content_type", "application/json")
            given["data"] = body if isinstance(body, str | bytes) else dumps(body)
        given["headers"] = {**AUTHOR, **given.get("headers", {})}
        response = self.app.test_client().open(path, method=method, **given)
        if response.status_code >= _REFUSED:
            self.refused.append((f"{method} {path}", response))
        elif "Location" in response.headers:
            self.ids.add(response.headers["Location"].rpartition("/")[2])
        return response

    def leaks(self) -> dict[str, list[str]]:
        """Gives the marks that were let out since it was last asked, by where; something was looked at."""
        numbers, _ = self.tandem.watch.exposition()
        spans = "".join(span.to_json() for span in self.exporter.get_finished_spans())
        seen = {"log": self.log.getvalue(), "metrics": numbers, "traces": spans}
        assert all(seen.values()), "nothing was caught"
        seen["libraries"] = self.library_log.getvalue()
        for number, (asked, response) in enumerate(self.refused):
            told = f"{response.text} {[one for one in response.headers if one[0] != 'X-Request-Id']}"
            seen[f"refusal {number} of {asked}: {response.status_code}"] = told
        for stream in (self.log, self.library_log):
            stream.seek(0)
            stream.truncate()
        self.exporter.clear()
        self.refused.clear()
        return {where: found for where, text in seen.items() if (found := marks_in(text))}

    def leaks_at_rest(self) -> dict[str, list[str]]:
        """Gives the marks that lie in the clear in the files of the database."""
        return leaks_of_database(self.folder, ids=self.ids)

    def answer_by_hand(self, method: str, path: str, body: dict[str, Any]) -> None:
        """Lets somebody else of the clinic write into the chart."""
        incoming = Incoming(
            method=method,
            base=str(self.tandem.ehr_url),
            segments=tuple(path.split("/")),
            headers={"content-type": "application/fhir+json"},
            body=dumps(body).encode(),
        )
        assert self.chart.answer(incoming).status < _REFUSED

    def keep(self, people: tuple[Mapping[str, Any], ...], plan: Mapping[str, Any]) -> None:
        """Keeps a plan and its people."""
        for one in people:
            assert self.ask("POST", "/people", one).status_code in {201, 409}
        response = self.ask("POST", "/plans", plan)
        assert response.status_code == 201, response.text


@contextmanager
def opened(folder: Path, shape: Shape | None = None, **settings: Any) -> Iterator[House]:
    """Gives an installation beside an EHR of this shape, which answers honestly until it is spoiled."""
    log, library_log, exporter = StringIO(), StringIO(), InMemorySpanExporter()
    server = FhirServer(MemoryStore(), wall_clock, numbered_ids(), shape=shape)
    house: House

    def answer(incoming: Incoming) -> Answer:
        return house.spoil(server.answer, incoming)

    with running(door(answer)) as url, _everything_logged(library_log):
        wanted = {
            "ehr_url": url,
            "ehr_mode": "write",
            "ehr_sandbox": True,
            "log_json": True,
            "rate_limit": "off",
            "keys_file": str(_keys(folder)),
            **settings,
        }
        tandem = Tandem(
            settings=Settings(database_url=f"sqlite:///{folder / 'plans.db'}", **wanted), log_to=log
        )
        tandem.traces = OpenTelemetryTraces(version="1", processor=SimpleSpanProcessor(exporter))
        tandem.upgrade()
        house = House(tandem, folder, log, library_log, exporter, server)
        yield house
        tandem.database.close()


def _keys(folder: Path) -> Path:
    file = folder / "keys.json"
    add_key(file, "2026-01", current=True)
    return file


@contextmanager
def _everything_logged(stream: StringIO) -> Iterator[None]:
    """Catches what any library logs, at any level that it logs at."""
    catch = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(catch)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(catch)
        root.setLevel(level)
