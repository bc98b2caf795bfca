"""A clinic whose chart has a patient whom we do not know yet."""

from typing import Any

from service.application.import_chart import FromEhr, ImportChart, ImportPorts, import_chart
from service.fhir.json import JsonObject
from service.ports.imports import ImportRecord
from service.ports.storage import MedicationMode
from tests.fakes.clock import CountingIds
from tests.scenarios.clinic import SYSTEM, Clinic
from tests.unit.intake.charts import a_chart


class Visited(Clinic):
    """A clinic whose chart has a patient whom we do not know yet."""

    def __init__(self, **connection: Any) -> None:
        super().__init__(**{"sandbox": False, "medications": MedicationMode.REFERENCE, **connection})
        for entry in a_chart()["entry"]:
            self.put(entry["resource"])

    def put(self, resource: JsonObject) -> None:
        assert self.ask("PUT", f"{resource['resourceType']}/{resource['id']}", resource).status in (200, 201)

    def importing(self, **said: Any) -> ImportRecord:
        command = {"source": FromEhr(patient="pat"), "author": "n.okafor", "zone": "Europe/Berlin", **said}
        ports = ImportPorts(
            storage=self.storage,
            clock=self.clock,
            ids=CountingIds("lease"),
            identifier_system=SYSTEM,
            ehr=self.ehr,
        )
        record = import_chart(ImportChart(**command), ports)
        if record.plan_id is not None:
            self.plan = self.storage.kept.plans[record.plan_id][-1].plan
        return record
