"""The main job on FHIR servers, a real one among them: in, not written twice, one dose changed, read back."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4  # noqa: TID251  a server that keeps its charts needs new people at every run

import pytest

from service.application.change_plan import change_dose
from service.application.examine_plan import ask_server, examine
from service.application.export_plan import fhir_of
from service.application.load_plan import load_plan
from service.application.ports import Editor
from service.application.push_plan import PushPlan
from service.bootstrap import Tandem
from service.console.demo_cast import Cast, cast
from service.console.plain_http import Client
from service.console.plan_file import read_plan_file
from service.console.read_back import lost
from service.document import dose_from_document
from service.fhir.json import dumps
from service.mapping.references import Key
from service.settings import Settings
from service.sync.report import Done, PushReport, Standing


@dataclass
class Clinic:
    """An installation that writes to one server, and the demo's plans under ids of their own."""

    tandem: Tandem
    chart: Client
    cast: Cast = field(default_factory=lambda: cast(str(uuid4())[:8]))

    @property
    def plan_ids(self) -> list[str]:
        return [one["plan"]["id"] for one in self.cast.plans]

    def load(self) -> None:
        self.tandem.upgrade()
        for one in self.cast.plans:
            said = read_plan_file(dumps(one).encode())
            load_plan(said.plan, said.people, author="e2e", ports=self.tandem.plans)

    def push(self) -> list[PushReport]:
        return [self.tandem.push(PushPlan(plan_id=one)) for one in self.plan_ids]

    def change_dose(self) -> None:
        said = self.cast.new_dose
        decision = dose_from_document({**said["decision"], "order_id": said["order_id"]})
        editor = Editor(author="e2e", expected=1)
        change_dose(said["plan_id"], decision, editor=editor, ports=self.tandem.plans)

    def differences(self, report: PushReport) -> list[str]:
        """What the chart, read as a stranger reads it, does not say as the plan does."""
        addresses = {one.key.urn: one.reference for one in report.items if one.reference is not None}
        found = []
        for key, ours in fhir_of(report.plan_id, ports=self.tandem.plans).items():
            if key.urn not in addresses:
                continue
            answer = self.chart.get(addresses[key.urn])
            found += lost(ours, answer.body, addresses) if answer.ok else [f"{key}: {answer.status}"]
        return found


@pytest.fixture
def clinic(url: str, tmp_path: Path) -> Clinic:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'tandem.db'}", ehr_url=url, ehr_mode="write", ehr_sandbox=True
    )
    made = Clinic(Tandem(settings=settings), Client(url))
    made.load()
    return made


def test_plans_are_pushed_once_and_a_new_dose_writes_only_what_it_touches(clinic: Clinic) -> None:
    first = clinic.push()
    assert [one.standing for one in first] == [Standing.IN_STEP] * 3
    for report in first:
        left = {one.key.type for one in report.items if one.done is not Done.CREATED}
        assert left <= {"Provenance"}, "what holds no identifier is withheld where nobody may choose an id"
        assert report.writes == sum(one.done is Done.CREATED for one in report.items)
        assert clinic.differences(report) == []

    assert [one.writes for one in clinic.push()] == [0, 0, 0]

    clinic.change_dose()
    after = clinic.push()
    said = clinic.cast.new_dose
    orders = [Key("MedicationRequest", one) for one in (said["order_id"], said["decision"]["new_order_id"])]
    wrote = {one.key: one.done for one in after[0].items if one.wrote}
    assert wrote == {
        orders[0]: Done.UPDATED,
        orders[1]: Done.CREATED,
        Key("CarePlan", said["plan_id"]): Done.UPDATED,
    }
    assert [one.writes for one in after] == [3, 0, 0]
    assert clinic.differences(after[0]) == []
    assert [one.writes for one in clinic.push()] == [0, 0, 0]


def test_the_chart_holds_nothing_that_was_not_shared(clinic: Clinic) -> None:
    for report in clinic.push():
        for item in report.items:
            if item.reference is not None:
                assert "For myself only" not in dumps(clinic.chart.get(item.reference).body)


def test_neither_we_nor_the_server_find_fault_with_a_resource(clinic: Clinic) -> None:
    for plan_id in clinic.plan_ids:
        resources = fhir_of(plan_id, ports=clinic.tandem.plans)
        assert list(examine(resources)) == []
        found = [one for key, body in resources.items() for one in ask_server(key, body, clinic.tandem.ehr)]
        assert found == []
