"""openapi.yaml is what the routes are: generated, complete, and without loose ends."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from service.api import Services, create_app, spec
from service.application.answer_once import OnceStorage
from service.application.ports import PlanPorts
from service.domain.plan import LIST_GROUPS
from tests.fakes.clock import CountingIds, StillClock
from tests.fakes.storage import MemoryStorage

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"
METHODS = {"get", "post", "put", "patch", "delete"}


class Silence:
    def info(self, event: str, **fields: object) -> None:
        """Says nothing."""


def an_app() -> Flask:
    once = OnceStorage(MemoryStorage(), clock=StillClock(), keep_for=timedelta(hours=24))
    ports = PlanPorts(storage=once, clock=StillClock())
    return create_app(Services(plans=ports, once=once, ids=CountingIds(), log=Silence(), ready=lambda: ()))


@pytest.fixture(scope="module")
def app() -> Flask:
    return an_app()


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load(spec(app))
    return held


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, members in document["paths"].items():
        for method in members.keys() & METHODS:
            yield method.upper(), path, members[method]


def test_the_committed_document_is_the_generated_one(app: Flask) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == spec(app), "run `make openapi`"


def test_the_same_service_gives_the_same_bytes(app: Flask) -> None:
    assert spec(an_app()) == spec(app) == spec(app)


def test_every_route_is_in_it_and_nothing_else(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (method, re.sub(r"<(?:[^:<>]+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(method, path) for method, path, _ in operations(document)}


def test_every_operation_says_all_its_statuses_and_never_default(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        statuses = set(operation["responses"])
        assert "default" not in statuses, path
        assert {"500", "503"} <= statuses, path
        assert ({"401", "403"} <= statuses) is bool(operation["security"]), path
        assert any(one.startswith("2") for one in statuses), path
        if "{" in path:
            assert "404" in statuses, path
        if method in {"PUT", "PATCH"} and "requestBody" in operation:
            assert {"400", "412", "413", "415", "422", "428"} <= statuses, path


def test_every_operation_has_a_name_of_its_own_and_a_summary(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert all(operation["summary"].endswith(".") for _, _, operation in operations(document))


def test_every_list_of_a_plan_has_its_doors(document: dict[str, Any]) -> None:
    for group in LIST_GROUPS:
        assert {"get", "post"} <= document["paths"][f"/plans/{{plan_id}}/{group}"].keys()
        assert {"get", "put"} <= document["paths"][f"/plans/{{plan_id}}/{group}/{{item_id}}"].keys()


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for name, response in document["components"]["responses"].items():
        if name != "Status304":
            assert list(response["content"]) == ["application/problem+json"], name


def test_every_reference_leads_somewhere_and_everything_is_referred_to(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    pointed = {tuple(one.split("/")[2:]) for one in re.findall(r'"(#/components/[^"]+)"', text)}
    # A security scheme is named, and not pointed at.
    schemes = {
        ("securitySchemes", name)
        for _, _, operation in operations(document)
        for one in operation["security"]
        for name in one
    }
    held = {(kind, name) for kind, members in document["components"].items() for name in members}
    assert pointed | schemes == held


def test_every_object_says_whether_it_takes_more(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema["additionalProperties"] is False, name
        assert schema["description"], name
