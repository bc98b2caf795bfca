"""An engineer connects a chart read-only, looks, opens it, and sends exactly what was shown."""

from pathlib import Path
from typing import Any
from uuid import uuid4  # noqa: TID251  a server that keeps its charts needs new people at every run

import pytest

from service.application.preview_sync import ApplySync, Preview
from service.application.sync_plan import SyncPlan
from service.bootstrap import Tandem
from service.console.plain_http import Client
from service.settings import Settings
from service.sync.report import Standing
from tests.e2e.shell import Shell
from tests.e2e.test_two_writers import Writers
from tests.e2e.test_walkthrough import DEPRESSION


@pytest.mark.timeout(300)
@pytest.mark.parametrize("override", [{}, {"transaction": False}], ids=["transaction", "single writes"])
def test_what_is_shown_of_a_chart_is_what_it_then_gets(
    url: str, tmp_path: Path, override: dict[str, Any]
) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'plans.db'}",
        ehr_url=url,
        ehr_sandbox=True,
        ehr_mode="write",
        worker="off",
    )
    tandem = Tandem(settings=settings)
    tandem.__dict__["override"] = override
    writers = Writers(tandem, Client(url), str(uuid4()))
    command = SyncPlan(plan_id=writers.plan_id)
    seen = tandem.preview(command)
    assert (seen.standing, applied(tandem, seen)) == (Standing.IN_STEP, Standing.IN_STEP)
    writers.edit_here("words of a goal", 1)
    writers.edit_there("title", 2)
    again = tandem.preview(command)
    assert (len(again.requests), [one.resource_type for one in again.plan]) == (1, ["CarePlan"])
    assert applied(tandem, again) is Standing.IN_STEP
    assert tandem.preview(command).idle


def applied(tandem: Tandem, seen: Preview) -> Standing:
    return tandem.push(ApplySync(plan_id=seen.plan_id, digest=seen.digest)).standing


def test_a_connection_is_looked_over_before_it_is_opened(shell: Shell, chart: str) -> None:
    shell.tandem("plan", "new", str(DEPRESSION))
    plan = shell.tandem("plan", "list", "--json").document["plans"][0]["id"]
    looked = shell.tandem("sync", plan, "--dry-run", "--json", TANDEM_EHR_MODE="read-only")
    (seen,) = looked.document["previews"]
    assert (looked.code, seen["mode"], len(seen["requests"])) == (3, "read-only", 1)
    assert shell.tandem("sync", plan, "--apply", seen["digest"]).code == 7  # the mode has moved
    (opened,) = shell.tandem("sync", plan, "--dry-run", "--json").document["previews"]
    assert opened["requests"] == seen["requests"]
    assert shell.tandem("writing", "stop", "--reason", "not yet").code == 0
    assert shell.tandem("sync", plan, "--apply", opened["digest"]).code == 2
    assert shell.tandem("writing", "resume").code == 0
    assert shell.tandem("sync", plan, "--apply", opened["digest"]).code == 0
    assert shell.tandem("sync", "--all", "--dry-run").code == 0
