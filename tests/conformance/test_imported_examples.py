"""Every CarePlan, MedicationRequest and Appointment of the examples is placed or listed."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import uuid1

import pytest
import requests

from service.application.import_chart import FromBundle, FromEhr, ImportChart, ImportPorts, import_chart
from service.application.keep_plan import replace_plan
from service.application.ports import Editor, PlanPorts
from service.application.push_plan import PushPlan, push_plan
from service.console.import_view import coverage_tables
from service.console.imports import counting_wishes, files_of
from service.ehr.gateway import Gateway
from service.ehr.retry import NEVER_AGAIN
from service.ehr.transport import Transport
from service.fhir.json import JsonObject, dumps
from service.fhir.references import rewrite
from service.fhir.subjects import patients_of
from service.intake.bundle import open_bundle
from service.intake.coverage import cover
from service.intake.draft import Wishes, draft
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.imports import ImportOutcome, ImportRecord
from service.ports.storage import Connection, ConnectionMode
from service.sandbox.wire import Incoming
from service.sync.agenda import Ports
from tests.architecture.sources import ROOT
from tests.builders import PSYCHIATRIST
from tests.data import folder, official, synthea, us_core
from tests.ehr_servers import real_server
from tests.fakes.clock import CountingIds, StillClock
from tests.fakes.storage import MemoryStorage
from tests.scenarios.clinic import BASE, SYSTEM, Clinic, attention
from tests.unit.intake.charts import TODAY, bundle, patient

WATCHED = frozenset({"Appointment", "CarePlan", "MedicationRequest"})
COUNTED = counting_wishes(TODAY, zone="Europe/Berlin")
EXAMPLES = [*official(), *us_core()]
RECORDS = synthea()
WISHES = Wishes(today=TODAY, zone="Europe/Amsterdam", author=PSYCHIATRIST, title="From an example")


def watched(resources: list[JsonObject]) -> set[str]:
    return {f"{one['resourceType']}/{one['id']}" for one in resources if one["resourceType"] in WATCHED}


def told(record: ImportRecord) -> set[str]:
    listed = {
        place["reference"]
        for group in record.content["unplaced"]
        for place in group["resources"]
        if place["whole"]
    }
    placed = {one["reference"] for one in record.content["placed"]}
    return listed | {one for one in placed if "#" not in one}  # what is described inside is no resource


def charts() -> Iterator[tuple[str, JsonObject]]:
    """Each patient whom an example is about, with all about them; a Patient that is missing is made."""
    about: dict[str, list[JsonObject]] = {}
    for _, resource in EXAMPLES:
        for whose in patients_of(resource):
            if whose.startswith("Patient/") and resource["resourceType"] != "Patient":
                about.setdefault(whose, []).append(resource)
    shared = [one for _, one in EXAMPLES if one["resourceType"] in {"Practitioner", "Medication"}]
    for whose, resources in sorted(about.items()):
        known = {f"{one['resourceType']}/{one['id']}": one for one in (*shared, *resources)}
        yield whose, bundle(patient(id=whose.partition("/")[2]), *known.values())


CHARTS = dict(charts())


@pytest.mark.parametrize("whose", CHARTS)
def test_every_example_of_a_patient_is_placed_or_listed(whose):
    chart = CHARTS[whose]
    made = draft(open_bundle(chart, system=DEFAULT_IDENTIFIER_SYSTEM).chart, WISHES)
    accounted = {*made.placed.values(), *(one.address for one in made.findings if one.whole)}
    assert watched([one["resource"] for one in chart["entry"]]) <= accounted
    assert made.plan is not None


def test_the_examples_hold_what_this_suite_watches():
    seen = {one["resource"]["resourceType"] for chart in CHARTS.values() for one in chart["entry"]}
    assert seen >= WATCHED


def test_orders_and_appointments_of_the_examples_find_their_place():
    placed = {
        key.type
        for chart in CHARTS.values()
        for key in draft(open_bundle(chart, system=DEFAULT_IDENTIFIER_SYSTEM).chart, WISHES).placed
    }
    assert placed >= WATCHED | {"Condition", "Goal", "CareTeam", "Practitioner"}


@pytest.mark.parametrize(("name", "record"), RECORDS, ids=[name for name, _ in RECORDS])
def test_every_resource_of_a_synthetic_record_is_placed_or_listed(name, record):
    storage = a_storage()
    ports = ImportPorts(
        storage=storage, clock=StillClock(), ids=CountingIds(), identifier_system=DEFAULT_IDENTIFIER_SYSTEM
    )
    command = ImportChart(source=FromBundle(bundle=record), responsible=PSYCHIATRIST.id)
    made = import_chart(command, ports)
    assert made.outcome is ImportOutcome.MADE, name
    there = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in record["entry"]}
    assert there - told(made) == set()
    drugs = {one["reference"] for one in made.content["medications"]}
    assert {one for one in there if one.startswith("MedicationRequest/")} == drugs
    assert import_chart(command, ports).outcome is ImportOutcome.KNOWN


@pytest.mark.parametrize(("name", "record"), RECORDS, ids=[name for name, _ in RECORDS])
def test_a_synthetic_record_in_the_sandbox_is_imported_and_then_left_alone(name, record):
    clinic = Clinic()
    request = Incoming(
        method="POST",
        base=BASE,
        segments=(),
        headers={"content-type": "application/fhir+json"},
        body=dumps(record).encode(),
    )
    assert clinic.server.answer(request).status == 200, name
    (whose,) = clinic.all("Patient")
    ports = ImportPorts(
        storage=clinic.storage,
        clock=clinic.clock,
        ids=CountingIds(),
        identifier_system=SYSTEM,
        ehr=clinic.ehr,
    )
    command = ImportChart(source=FromEhr(patient=whose["id"]), responsible=PSYCHIATRIST.id)
    made = import_chart(command, ports)
    assert watched(clinic.all()) <= told(made)
    assert import_chart(command, ports).plan_id == made.plan_id
    clinic.plan = clinic.storage.kept.plans[made.plan_id][-1].plan
    report = clinic.push()
    assert (report.writes, clinic.writes, attention(report)) == (0, [], {})


def a_storage(connection: Connection | None = None) -> MemoryStorage:
    storage = MemoryStorage()
    with storage.begin() as work:
        work.people.put(PSYCHIATRIST)
        if connection is not None:
            work.connections.put(connection)
        work.commit()
    return storage


@pytest.mark.ehr
@pytest.mark.parametrize(("name", "record"), RECORDS, ids=[name for name, _ in RECORDS])
def test_a_synthetic_record_in_a_real_server_is_imported_and_only_what_changes_is_written(name, record):
    base = real_server()
    numbers = count(1)
    line = Transport(base, request_ids=lambda: f"import-{next(numbers)}")
    ehr = Gateway(line, retry=NEVER_AGAIN, sleep=lambda _: None)
    whose = loaded(base, record)
    storage = a_storage(
        Connection(
            id="default", base_url=base, identifier_system=SYSTEM, mode=ConnectionMode.WRITE, sandbox=True
        )
    )
    ids = CountingIds()
    ports = ImportPorts(storage=storage, clock=StillClock(), ids=ids, identifier_system=SYSTEM, ehr=ehr)
    made = import_chart(ImportChart(source=FromEhr(patient=whose), responsible=PSYCHIATRIST.id), ports)
    assert made.outcome is ImportOutcome.MADE, name
    found = {kind: sum(one.startswith(f"{kind}/") for one in told(made)) for kind in WATCHED}
    sent = [one["resource"]["resourceType"] for one in record["entry"]]
    assert found == {kind: sent.count(kind) for kind in WATCHED}
    pushing = Ports(storage=storage, ehr=ehr, clock=StillClock(), ids=ids)
    assert made.plan_id is not None
    assert push_plan(PushPlan(plan_id=made.plan_id), pushing).writes == 0
    before = ehr.read(made.content["care_plan"]).resource
    renamed(storage, made.plan_id)
    assert push_plan(PushPlan(plan_id=made.plan_id), pushing).writes == 1
    after = ehr.read(made.content["care_plan"]).resource
    changed = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    assert changed == {"meta", "title", "text"}
    assert push_plan(PushPlan(plan_id=made.plan_id), pushing).writes == 0
    line.close()


def renamed(storage: MemoryStorage, plan_id: str) -> None:
    plans = PlanPorts(storage=storage, clock=StillClock())
    plan = storage.kept.plans[plan_id][-1].plan
    replace_plan(replace(plan, title="Renamed"), editor=Editor(author="x", expected=1), ports=plans)


def loaded(base: str, record: JsonObject) -> str:
    """Put what is imported of a record on a server, as a new patient with identifiers of its own."""
    wanted = {"Patient", "Practitioner", "Condition", "Goal", "CarePlan", "MedicationRequest", "Observation"}
    entries = [deepcopy(one) for one in record["entry"] if one["resource"]["resourceType"] in wanted]
    entries = [one for one in entries if not is_vital_sign(one["resource"])]
    kept = {one["fullUrl"] for one in entries}
    for entry in entries:
        body = rewrite(entry["resource"], lambda name: name if name in kept else "urn:gone")
        entry["resource"] = without_the_gone(body)
        if body["resourceType"] in {"Patient", "Practitioner"}:
            entry["resource"]["identifier"] = [{"system": "urn:tandem:import-test", "value": str(uuid1())}]
    body = dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    headers = {"Content-Type": "application/fhir+json"}
    answer = requests.post(base, data=body.encode(), headers=headers, timeout=120)
    assert answer.status_code == 200, answer.text
    (at,) = [n for n, one in enumerate(entries) if one["resource"]["resourceType"] == "Patient"]
    location: str = answer.json()["entry"][at]["response"]["location"]
    return location.split("/")[1]


def is_vital_sign(resource: JsonObject) -> bool:
    return resource["resourceType"] == "Observation"


def without_the_gone(value: Any) -> Any:
    match value:
        case {"reference": "urn:gone"}:
            return None
        case dict():
            kept = {name: without_the_gone(one) for name, one in value.items()}
            return {name: one for name, one in kept.items() if one not in (None, [], {})}
        case list():
            return [one for one in map(without_the_gone, value) if one is not None]
        case _:
            return value


def test_the_coverage_in_the_docs_is_what_the_command_counts():
    home = folder("synthea").parent
    counted = cover(files_of(home), COUNTED, system=DEFAULT_IDENTIFIER_SYSTEM)
    assert coverage_tables(counted) in (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


def test_nothing_of_the_charts_is_without_an_account():
    home = folder("synthea").parent
    counted = cover(files_of(home), COUNTED, system=DEFAULT_IDENTIFIER_SYSTEM)
    totals: Mapping[str, int] = {kind: sum(numbers) for kind, *numbers in counted.rows()}
    for kind in WATCHED:
        loose = sum(one["resourceType"] == kind for _, one in EXAMPLES)
        bundled = sum(e["resource"]["resourceType"] == kind for _, b in RECORDS for e in b["entry"])
        assert totals[kind] == loose + bundled, kind
