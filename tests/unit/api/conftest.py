"""The API over storage in memory; every answer is held to what its operation promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.api import Services, create_app
from service.api.openapi import document
from service.application.answer_once import OnceStorage
from service.application.bind_patient import Binding, Compared, LookAtPatient
from service.application.import_chart import ImportChart, ImportPorts, import_chart
from service.application.ports import PlanPorts
from service.application.preview_sync import Preview
from service.application.push_plan import PushPlan
from service.application.sync_plan import SyncPlan
from service.document import person_to_document, plan_to_document
from service.domain.plan import Plan
from service.domain.values import Problem
from service.fhir.json import dumps
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.imports import ImportRecord
from service.ports.storage import StorageUnavailable
from service.sync.report import PushReport
from tests.builders import DIRECTORY, a_plan
from tests.fakes.clock import CountingIds, StillClock
from tests.fakes.storage import Kept, MemoryStorage, MemoryUnitOfWork

AUTHOR = {"X-Tandem-Author": "n.okafor"}
JSON = "application/json"


class StorageThatGoesAway(MemoryStorage):
    """Storage in memory that a test takes away."""

    away = False

    def begin(self, *, write: bool = True) -> MemoryUnitOfWork:
        if self.away:
            raise StorageUnavailable("the database is busy with another writer")
        return super().begin(write=write)


@dataclass
class Surroundings:
    """What a test puts around the API, and what it looks at afterwards."""

    storage: StorageThatGoesAway = field(default_factory=StorageThatGoesAway)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)
    lacks: tuple[Problem, ...] = ()
    pushed: list[PushPlan] = field(default_factory=list)
    looked: list[LookAtPatient] = field(default_factory=list)
    outcome: PushReport | Exception | None = None
    foreseen: Preview | None = None

    def begin_anew(self) -> None:
        self.storage.kept = Kept()
        self.storage.away = False
        self.lacks, self.outcome = (), None
        for noted in (self.events, self.bound, self.pushed, self.looked):
            noted.clear()

    def info(self, event: str, **fields: object) -> None:
        self.events.append((event, fields))

    @contextmanager
    def bind(self, request_id: str) -> Iterator[None]:
        self.bound.append(request_id)
        yield
        self.bound.append("")

    def push(self, command: PushPlan) -> PushReport:
        self.pushed.append(command)
        if not isinstance(self.outcome, PushReport):
            raise self.outcome or LookupError("no outcome was set")
        return self.outcome

    def preview(self, command: SyncPlan) -> Preview:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        assert self.foreseen is not None
        return self.foreseen

    def bind_patient(self, command: LookAtPatient) -> Binding:
        self.looked.append(command)
        return Binding(
            plan_id=command.plan_id,
            patient=f"Patient/{command.patient}",
            digest="d1",
            compared=(Compared(element="birth date", plan=("1988-05-17",), chart=(), same=False),),
            deceased=False,
        )

    def import_chart(self, command: ImportChart) -> ImportRecord:
        ports = ImportPorts(
            storage=self.storage,
            clock=StillClock(),
            ids=CountingIds("lease"),
            identifier_system=DEFAULT_IDENTIFIER_SYSTEM,
        )
        return import_chart(command, ports)

    def services(self, *, ehr: bool = True, **changes: Any) -> Services:
        once = OnceStorage(self.storage, clock=StillClock(), keep_for=timedelta(hours=24))
        usual: dict[str, Any] = {
            "plans": PlanPorts(storage=once, clock=StillClock()),
            "once": once,
            "ids": CountingIds("req"),
            "log": self,
            "ready": lambda: self.lacks,
            "push": self.push if ehr else None,
            "preview": self.preview if ehr else None,
            "bind_patient": self.bind_patient if ehr else None,
            "import_chart": self.import_chart,
            "bind": self.bind,
        }
        return Services(**usual | changes)

    def app(self, *, ehr: bool = True, **changes: Any) -> Flask:
        return create_app(self.services(ehr=ehr, **changes))


@cache
def promised_paths() -> dict[str, Any]:
    paths: dict[str, Any] = document(Surroundings().app())["paths"]
    return paths


class Api:
    """A client that fails when an answer is not among those that OpenAPI promises."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.paths = promised_paths()
        self.rules = app.url_map.bind("localhost")

    def ask(self, method: str, path: str, body: Any = None, **given: Any) -> TestResponse:
        if body is not None:
            given.setdefault("content_type", JSON)
            given["data"] = body if isinstance(body, str | bytes) else dumps(body)
        response = self.client.open(path, method=method, **given)
        self._check(method, path, response)
        return response

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, headers=_names(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.ask("POST", path, body, headers=AUTHOR | _names(headers))

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.ask("PUT", path, body, headers=AUTHOR | _names(headers))

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        given = AUTHOR | _names(headers)
        return self.ask("PATCH", path, body, headers=given, content_type="application/merge-patch+json")

    def keep(self, plan: Plan) -> Plan:
        """Puts the people and a plan there."""
        for person in DIRECTORY.values():
            assert self.post("/people", person_to_document(person)).status_code in (201, 409)
        assert self.post("/plans", plan_to_document(plan)).status_code == 201
        return plan

    def _check(self, method: str, path: str, response: TestResponse) -> None:
        assert response.headers["X-Request-Id"]
        if response.status_code in {404, 405}:
            assert response.mimetype == "application/problem+json"
            return
        rule, _ = self.rules.match(path.partition("?")[0], method=method, return_rule=True)
        template = rule.rule
        for argument in rule.arguments:
            template = template.replace(f"<{_converter(rule.rule, argument)}{argument}>", f"{{{argument}}}")
        promised = self.paths[template][method.lower()]["responses"][str(response.status_code)]
        if "content" in promised:
            assert response.mimetype in promised["content"]
        elif response.status_code != 304:
            assert response.mimetype == "application/problem+json"


def _converter(rule: str, argument: str) -> str:
    before = rule.partition(f"{argument}>")[0]
    return before.rpartition("<")[2]


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


# Making the application costs more than most tests, and it keeps nothing of its own: only what is around it.
@pytest.fixture(scope="session")
def made() -> tuple[Surroundings, Api]:
    around = Surroundings()
    return around, Api(around.app())


@pytest.fixture
def around(made: tuple[Surroundings, Api]) -> Surroundings:
    made[0].begin_anew()
    return made[0]


@pytest.fixture
def api(made: tuple[Surroundings, Api], around: Surroundings) -> Api:
    return made[1]


@pytest.fixture
def plan(api: Api) -> Plan:
    return api.keep(a_plan())
