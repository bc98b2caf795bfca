"""An API that asks who comes, and visitors of every role, whose tokens are their names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.document import person_to_document, plan_to_document
from service.domain.plan import Plan
from service.fhir.json import dumps
from service.ports.access import (
    AuditEntry,
    AuditFilter,
    Caller,
    Doubt,
    Entrance,
    KeysUnavailable,
    NotRecognised,
    Role,
)
from tests.builders import DIRECTORY, the_full_plan, uid
from tests.unit.api.conftest import Api, Surroundings

PLAN_ID = uid("plan")
CALLERS = {
    role.value: Caller(
        subject=f"{role.value}-1",
        role=role,
        entrance=Entrance.TOKEN,
        plan_id=PLAN_ID if role is Role.PATIENT else None,
    )
    for role in Role
}
DOUBTS = {doubt.value: doubt for doubt in Doubt}


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Gives every method of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield method, rule.rule


def path_of(rule: str) -> str:
    """A path of the rule: in the plan that is kept, and with parts that are not there."""
    known = {"plan_id": PLAN_ID, "number": "1", "file": "start.js"}
    return re.sub(r"<[^>]*?(\w+)>", lambda found: known.get(found[1], "x"), rule)


class NameTags:
    """Recognises a visitor by the name of a role; the name of a doubt raises it."""

    def caller_of(self, authorization: str | None) -> Caller:
        said = (authorization or "").removeprefix("Bearer ")
        if said == "keys-away":
            raise KeysUnavailable("The identity provider does not answer.")
        if said in CALLERS:
            return CALLERS[said]
        raise NotRecognised(DOUBTS.get(said, Doubt.MISSING if authorization is None else Doubt.UNKNOWN))


@dataclass
class Clinic:
    """A service that asks who comes, with one plan that has an entry which is not shared."""

    around: Surroundings = field(default_factory=Surroundings)

    def __post_init__(self) -> None:
        self.app = self.around.app(recogniser=NameTags(), hosts=frozenset({"tandem.example"}))
        self.api = Api(self.app)
        self.client: FlaskClient = self.api.client

    def open_anew(self) -> Plan:
        self.around.begin_anew()
        plan = the_full_plan()
        for person in DIRECTORY.values():
            assert self.ask("clinician", "POST", "/people", person_to_document(person)).status_code == 201
        assert self.ask("clinician", "POST", "/plans", plan_to_document(plan)).status_code == 201
        return plan

    def ask(self, who: str | None, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given.setdefault("Host", "tandem.example")
        if who is not None:
            given["Authorization"] = f"Bearer {who}"
        media = "application/merge-patch+json" if method == "PATCH" else "application/json"
        data = None if body is None else dumps(body)
        return self.api.ask(method, path, data, headers=given, content_type=media)

    def trail(self, **wanted: Any) -> list[AuditEntry]:
        with self.around.storage.begin(write=False) as work:
            return list(reversed(work.audit.page(AuditFilter(**wanted), limit=999)))


@cache
def the_clinic() -> Clinic:
    """The one clinic of all tests that open it anew: its routes take a moment to make."""
    return Clinic()
