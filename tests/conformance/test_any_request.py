"""schemathesis sends what openapi.yaml allows and what it forbids; every answer is one that it promises.

The service under it is a whole one: a database file with the demo's plan, and an EHR that pushes reach.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from schemathesis import Case

from service.application.load_plan import load_plan
from service.application.read_plan import read_plan
from service.application.tokens import NewToken, add_token
from service.bootstrap import Parts, Tandem
from service.console.installation import SandboxShape
from service.console.plan_file import read_plan_file
from service.console.serving import running
from service.domain.plan import LIST_GROUPS, items
from service.ports.access import Role
from service.settings import Settings
from tests.contract.storage.databases import sqlite_url
from tests.e2e.shell import DEMO_PLANS

OPENAPI = (Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8")
DOCUMENT = yaml.load(OPENAPI, Loader=yaml.CSafeLoader)  # the parser in C: the other takes seconds
FULL = read_plan_file((DEMO_PLANS / "depression.json").read_bytes())
# The headers of each role, made with its token when the service starts.
HEADERS: dict[Role, dict[str, str]] = {}
LATEST = '"1"'
"""Stands for the ETag of the latest revision: whoever writes has read it just before."""


def an_item(group: str) -> str:
    """An item of a list of the plan; a goal where the path is about items of any list."""
    held = items(FULL.plan, group if group in LIST_GROUPS else "goals")
    return next((one.id for one in held), "none")


ITEMS = {path: an_item("".join(path.split("/")[3:4])) for path in DOCUMENT["paths"] if "{item_id}" in path}


class Served:
    """The application of the fixture, behind a client that reads before it writes."""

    tandem: Tandem
    open: Any
    guarded: Any
    app: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        plan = re.match(r"/plans/([^/]+)", environ["PATH_INFO"])
        if environ.get("HTTP_IF_MATCH") == LATEST and plan is not None and plan[1] == FULL.plan.id:
            head = read_plan(FULL.plan.id, ports=self.tandem.plans)
            environ["HTTP_IF_MATCH"] = f'"{head.number}"'
        environ["REMOTE_ADDR"] = "127.0.0.1"
        return self.app(environ, start_response)


SERVED = Served()


@pytest.fixture(scope="module", autouse=True)
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    parts = Parts()
    with parts.sandbox(None, SandboxShape.HAPI) as chart, running(chart) as base:
        settings = Settings(
            database_url=sqlite_url(tmp_path_factory.mktemp("any")),
            ehr_url=f"{base}/fhir",
            worker="off",  # else it is not ready while nobody works off what the requests ask for
            ehr_sandbox=True,
            ehr_mode="write",
            rate_limit="off",
        )
        SERVED.tandem = tandem = Tandem(settings=settings, log_to=StringIO())
        tandem.upgrade()
        load_plan(FULL.plan, FULL.people, author="test", ports=tandem.plans)
        SERVED.open = tandem.application()
        asking = Tandem(settings=replace(settings, auth="required"), log_to=StringIO())
        SERVED.guarded = asking.application()
        HEADERS.update({role: a_token_of(role, asking) for role in Role})
        yield
        tandem.database.close()
        asking.database.close()


def a_token_of(role: Role, tandem: Tandem) -> dict[str, str]:
    plan = FULL.plan.id if role is Role.PATIENT else None
    wanted = NewToken(name=f"{role}-1", role=role, days=1, plan_id=plan, created_by="test")
    _, text = add_token(wanted, ports=tandem.tokens)
    return {"Authorization": f"Bearer {text}"}


# What no schema can say: rules across fields, the newest revision, and what a role may do.
REFUSALS = ["400", "401", "403", "404", "409", "412", "415", "422", "428"]


def described(mode: str, examples: int, *, guarded: bool, **parameters: str) -> Any:
    """Return the description with how it is tried: always alike, and with these parameters held fast.

    The many requests that walk the edges of a schema are made where nobody is asked for a token: what a body
    may say does not depend on who sends it, and making them up takes longer than sending them.
    """
    beyond_schemas = {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "304", *REFUSALS]},
        "negative_data_rejection": {"expected-statuses": REFUSALS},
        "missing_required_header": {"expected-statuses": ["401", "403", "422", "428"]},
    }
    config = schemathesis.Config.from_dict({
        "seed": 1,
        "generation": {"max-examples": examples, "mode": mode, "deterministic": True, "database": "none"},
        "checks": beyond_schemas,
        "parameters": parameters,
        "phases": {"coverage": {"enabled": not guarded}},
        "operations": [
            {"include-path": path, "parameters": {"path.item_id": item_id}}
            for path, item_id in ITEMS.items()
            if parameters
        ],
    })  # fmt: skip
    schema = schemathesis.openapi.from_dict(DOCUMENT if guarded else without_security(), config=config)
    schema.app = SERVED
    return schema


def without_security() -> dict[str, Any]:
    """Return the description as it holds where TANDEM_AUTH is off, and nobody is asked for a token."""
    paths = {
        path: {name: one if name == "parameters" else {**one, "security": []} for name, one in said.items()}
        for path, said in DOCUMENT["paths"].items()
    }
    return {**DOCUMENT, "paths": paths}


ON_PLAN = {"path.plan_id": FULL.plan.id, "header.If-Match": LATEST}
PLANS = r"^/plans/\{plan_id\}"
ANYWHERE = described("all", 3, guarded=False)
# What breaks the description is refused before any plan is looked for.
ON_A_PLAN = described("positive", 4, guarded=False, **ON_PLAN).include(path_regex=PLANS)
# The doors to the lists of a plan are made by one piece of code: two of them stand for all, for every role.
OTHER_LISTS = rf"^/plans/\{{plan_id\}}/({'|'.join(sorted({*LIST_GROUPS} - {'goals', 'journal'}))})"
BY_A_ROLE = described("all", 2, guarded=True).exclude(path_regex=OTHER_LISTS)
ON_A_PLAN_BY_A_ROLE = (
    described("positive", 2, guarded=True, **ON_PLAN)
    .include(path_regex=PLANS)
    .exclude(path_regex=OTHER_LISTS)
)


@ANYWHERE.parametrize()
def test_every_answer_is_one_that_is_promised(case: Case) -> None:
    SERVED.app = SERVED.open
    case.call_and_validate()


@ON_A_PLAN.parametrize()
def test_every_answer_about_a_plan_is_one_that_is_promised(case: Case) -> None:
    SERVED.app = SERVED.open
    case.call_and_validate()


@BY_A_ROLE.parametrize()
def test_every_answer_to_each_role_is_one_that_is_promised(case: Case) -> None:
    asked_by_each_role(case)


@ON_A_PLAN_BY_A_ROLE.parametrize()
def test_every_answer_to_each_role_about_a_plan_is_one_that_is_promised(case: Case) -> None:
    asked_by_each_role(case)


def asked_by_each_role(case: Case) -> None:
    """Send a request with each role's token."""
    SERVED.app = SERVED.guarded
    for role in Role:
        try:
            case.call_and_validate(headers=HEADERS[role])
        except BaseException as failure:
            failure.add_note(f"asked by the role {role}")
            raise
