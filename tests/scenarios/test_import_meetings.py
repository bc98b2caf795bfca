"""What happens when an import meets others: a plan of ours, another run, a server that is not there."""

from datetime import timedelta
from typing import Any

import pytest

from service.application.import_chart import FromEhr, ImportChart, ImportPorts, import_chart
from service.application.push_plan import PatientBusy
from service.mapping.references import Key
from service.ports.imports import ImportOutcome
from service.ports.storage import LinkState, Taken, Unknown
from tests.fakes.clock import CountingIds
from tests.fakes.storage import MemoryPlans
from tests.scenarios.clinic import SYSTEM, Clinic, attention
from tests.scenarios.visited import Visited
from tests.unit.intake.charts import care_plan


def ports_of(clinic: Clinic, **changes: Any) -> ImportPorts:
    usual = {
        "storage": clinic.storage,
        "clock": clinic.clock,
        "ids": CountingIds("lease"),
        "identifier_system": SYSTEM,
        "ehr": clinic.ehr,
    }
    return ImportPorts(**usual | changes)


def test_a_foreign_plan_of_a_patient_of_ours_keeps_the_patients_link() -> None:
    clinic = Clinic()
    clinic.push()
    (whose,) = clinic.all("Patient")
    (author, *_) = clinic.all("Practitioner")
    reference = {"reference": f"Patient/{whose['id']}"}
    foreign = care_plan(subject=reference, author={"reference": f"Practitioner/{author['id']}"})
    address = clinic.made({name: one for name, one in foreign.items() if name != "id"})
    patient = Key("Patient", clinic.plan.patient.id)
    before = clinic.entry(patient)
    command = ImportChart(source=FromEhr(patient=whose["id"]), care_plan=address)
    record = import_chart(command, ports_of(clinic))
    assert record.outcome is ImportOutcome.MADE
    assert clinic.entry(patient) == before
    clinic.plan = clinic.storage.kept.plans[record.plan_id or ""][-1].plan
    assert clinic.plan.patient.id == patient.item
    report = clinic.push()
    assert (report.writes, attention(report)) == (0, {})


def test_an_import_that_another_one_overtook_finds_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = Visited()
    adding, failures = MemoryPlans.add, iter([Taken("plan", "x")])

    def overtaken(self: MemoryPlans, revision: Any) -> None:
        for failure in failures:
            raise failure
        adding(self, revision)

    monkeypatch.setattr(MemoryPlans, "add", overtaken)
    assert clinic.importing().outcome is ImportOutcome.MADE


def test_a_patient_whose_chart_is_being_written_is_busy_and_nothing_is_kept() -> None:
    clinic = Visited()
    made = clinic.importing()
    patient = clinic.plan.patient.id
    for kept in (clinic.storage.kept.plans, clinic.storage.kept.imports):
        kept.pop(made.plan_id or "", None)
        kept.pop(made.id, None)
    with clinic.storage.begin() as work:
        lease = work.leases.acquire(
            "default", patient, holder="push", now=clinic.clock.now(), ttl=timedelta(minutes=5)
        )
        work.commit()
    assert lease is not None
    with pytest.raises(PatientBusy):
        clinic.importing()
    assert clinic.storage.kept.imports == {}


def test_a_patient_of_no_ehr_is_unknown() -> None:
    clinic = Visited()
    with pytest.raises(Unknown, match="connection"):
        import_chart(ImportChart(source=FromEhr(patient="pat")), ports_of(clinic, ehr=None))


def test_what_only_the_plan_says_stays_with_the_plan() -> None:
    clinic = Visited()
    clinic.importing()
    entry = clinic.entry(Key("PractitionerRole", clinic.plan.author))
    assert entry is not None
    assert (entry.state, entry.remote_id) == (LinkState.PLAN_ONLY, None)
    clinic.push()
    assert clinic.entry(Key("PractitionerRole", clinic.plan.author)) == entry
