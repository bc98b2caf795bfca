"""schemathesis sends what openapi.yaml allows and what it forbids; every answer is one that it promises.

The service under it is a whole one: a database file with the demo's plan, and an EHR that pushes reach.
"""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from schemathesis import Case

from service.application.load_plan import load_plan
from service.application.read_plan import read_plan
from service.bootstrap import Parts, Tandem
from service.console.installation import SandboxShape
from service.console.plan_file import read_plan_file
from service.console.serving import running
from service.domain.plan import items
from service.settings import Settings
from tests.contract.storage.databases import sqlite_url
from tests.e2e.shell import DEMO_PLANS

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
FULL = read_plan_file((DEMO_PLANS / "depression.json").read_bytes())
# One set of headers for each kind of caller; a set is sent with every request.
CALLERS: dict[str, dict[str, str]] = {"anonymous": {}}
LATEST = '"1"'
"""Stands for the ETag of the latest revision: whoever writes has read it just before."""


ITEMS = {
    path: next((one.id for one in items(FULL.plan, path.split("/")[3])), "none")
    for path in DOCUMENT["paths"]
    if "{item_id}" in path
}


class Served:
    """The application of the fixture, behind a client that reads before it writes."""

    tandem: Tandem
    app: Any

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        plan = re.match(r"/plans/([^/]+)", environ["PATH_INFO"])
        if environ.get("HTTP_IF_MATCH") == LATEST and plan is not None and plan[1] == FULL.plan.id:
            head = read_plan(FULL.plan.id, ports=self.tandem.plans)
            environ["HTTP_IF_MATCH"] = f'"{head.number}"'
        return self.app(environ, start_response)


SERVED = Served()


@pytest.fixture(scope="module", autouse=True)
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    parts = Parts()
    with parts.sandbox(None, SandboxShape.HAPI) as chart, running(chart) as base:
        settings = Settings(
            database_url=sqlite_url(tmp_path_factory.mktemp("any")),
            ehr_url=f"{base}/fhir",
            ehr_sandbox=True,
            ehr_mode="write",
            rate_limit="off",
        )
        SERVED.tandem = tandem = Tandem(settings=settings, log_to=StringIO())
        tandem.upgrade()
        load_plan(FULL.plan, FULL.people, author="test", ports=tandem.plans)
        SERVED.app = tandem.application()
        yield
        tandem.database.close()


def described(mode: str, examples: int, **parameters: str) -> Any:
    """Return the description with how it is tried: always alike, and with these parameters held fast."""
    beyond_schemas = {
        # The newest revision, and rules across fields, are not in a schema: 412 and 422 on what it allows.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "304", "400", "404", "409", "412", "415", "422", "428"]
        },
        "negative_data_rejection": {"expected-statuses": ["400", "404", "409", "412", "415", "422", "428"]},
        "missing_required_header": {"expected-statuses": ["422", "428"]},
    }
    config = schemathesis.Config.from_dict({
        "seed": 1,
        "generation": {"max-examples": examples, "mode": mode, "deterministic": True, "database": "none"},
        "checks": beyond_schemas,
        "parameters": parameters,
        "operations": [
            {"include-path": path, "parameters": {"path.item_id": item_id}}
            for path, item_id in ITEMS.items()
            if parameters
        ],
    })  # fmt: skip
    schema = schemathesis.openapi.from_dict(DOCUMENT, config=config)
    schema.app = SERVED
    return schema


ANYWHERE = described("all", 5)
# What breaks the description is refused before any plan is looked for.
ON_A_PLAN = described("positive", 10, **{"path.plan_id": FULL.plan.id, "header.If-Match": LATEST}).include(
    path_regex=r"^/plans/\{plan_id\}"
)


@pytest.mark.parametrize("caller", CALLERS)
@ANYWHERE.parametrize()
def test_every_answer_is_one_that_is_promised(case: Case, caller: str) -> None:
    case.call_and_validate(headers=CALLERS[caller])


@pytest.mark.parametrize("caller", CALLERS)
@ON_A_PLAN.parametrize()
def test_every_answer_about_a_plan_is_one_that_is_promised(case: Case, caller: str) -> None:
    case.call_and_validate(headers=CALLERS[caller])
