"""Which Bundles are a chart, and what is said of the others."""

from copy import deepcopy
from typing import Any

import pytest

from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.intake import bundle as module
from service.intake.bundle import open_bundle
from service.intake.versions import ELEMENTS, TYPES, foreign_version
from tests.unit.intake.charts import SYSTEM, a_chart, bundle, care_plan, order, patient


def refused(held: JsonObject) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        open_bundle(held, system=SYSTEM)
    return {one.field: one.reason for one in caught.value.problems}


@pytest.mark.parametrize(
    ("held", "field"),
    [
        ({}, "resourceType"),
        (patient(), "resourceType"),
        ({**a_chart(), "type": "history"}, "type"),
        ({**a_chart(), "type": None}, "type"),
        ({**a_chart(), "entry": []}, "entry"),
        ({**a_chart(), "entry": {}}, "entry"),
        (bundle(order()), "entry"),
        (bundle(patient(), order(), patient(id="other")), "entry[2].resource"),
        (bundle(patient(), order(), patient(gender="male")), "entry[2].resource"),
        ({**a_chart(), "meta": {"security": [{"code": "PSYTHPN"}]}}, "meta.security"),
        ({**a_chart(), "implicitRules": "http://example.com/rules"}, "implicitRules"),
        ({**a_chart(), "issues": {"resourceType": "OperationOutcome"}}, "issues"),
        (
            {**a_chart(), "meta": {"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Bundle"]}},
            "meta.profile[0]",
        ),
        ({**a_chart(), "fhirVersion": "5.0.0"}, "fhirVersion"),
        (bundle(patient(), order(medication={"concept": {}})), "entry[1].resource.medication"),
        (bundle(patient(), {"resourceType": "MedicationOrder", "id": "1"}), "entry[1].resource.resourceType"),
        (
            bundle(patient(), care_plan(activity=["x", {"plannedActivityReference": {}}])),
            "entry[1].resource.activity[1].plannedActivityReference",
        ),
        (
            bundle(patient(meta={"profile": ["x", "http://hl7.org/fhir/3.0/StructureDefinition/Patient"]})),
            "entry[0].resource.meta.profile[1]",
        ),
        (
            bundle(patient(), {"resourceType": "CapabilityStatement", "id": "1", "fhirVersion": "5.0.0"}),
            "entry[1].resource.fhirVersion",
        ),
    ],
)
def test_what_is_no_chart_of_one_patient_in_r4_is_refused_with_its_path(held: JsonObject, field: str) -> None:
    assert set(refused(held)) == {field}


def test_a_bundle_of_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ENTRIES", 3)
    assert set(refused(a_chart())) == {"entry"}


def test_every_mark_of_another_version_names_the_version() -> None:
    for (kind, name), version in ELEMENTS.items():
        assert foreign_version({"resourceType": kind, name: 1}) == (name, version)
    for kind, version in TYPES.items():
        assert foreign_version({"resourceType": kind}) == ("resourceType", version)
    assert foreign_version({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}) is None
    assert foreign_version({"resourceType": "X", "fhirVersion": "2.1"}) == ("fhirVersion", "another version")
    for entry in a_chart()["entry"]:
        assert foreign_version(entry["resource"]) is None


@pytest.mark.parametrize(
    "entry", [None, 7, {}, {"resource": None}, {"resource": {}}, {"resource": {"resourceType": 1}}]
)
def test_an_entry_without_a_resource_is_listed_by_its_place(entry: Any) -> None:
    held = a_chart()
    held["entry"].append(entry)
    opened = open_bundle(held, system=SYSTEM)
    assert [one.address for one in opened.findings] == [f"entry[{len(held['entry']) - 1}]"]


def test_one_resource_that_stands_twice_is_read_once_and_two_versions_of_it_not_at_all() -> None:
    twice = open_bundle(bundle(patient(), order(), order()), system=SYSTEM)
    assert (len(twice.chart.members), twice.findings) == (2, ())
    different = open_bundle(bundle(patient(), order(), order(status="stopped")), system=SYSTEM)
    assert [one.address for one in different.chart.members] == ["Patient/pat"]
    assert [one.address for one in different.findings] == ["MedicationRequest/order"]


def test_a_resource_is_named_by_its_id_else_by_its_full_url_else_by_its_place() -> None:
    held = bundle(patient(), order())
    del held["entry"][1]["resource"]["id"]
    assert open_bundle(held, system=SYSTEM).chart.members[1].address.startswith("http://ehr.test/")
    held["entry"][1]["fullUrl"] = "not a url"
    assert open_bundle(held, system=SYSTEM).chart.members[1].address == "entry[1]"
    del held["entry"][1]["fullUrl"]
    assert open_bundle(held, system=SYSTEM).chart.members[1].address == "entry[1]"


def test_references_lead_to_their_resource_however_they_are_written() -> None:
    chart = open_bundle(a_chart(), system=SYSTEM).chart
    for text in ("Goal/aim", "Goal/aim/_history/3", "http://ehr.test/fhir/Goal/aim"):
        assert chart.resolve(text) == "Goal/aim"
    for text in ("http://elsewhere.test/fhir/Goal/aim", "Goal/none", "", None, 7):
        assert chart.resolve(text) is None


def test_equal_content_is_the_same_import_and_other_content_another() -> None:
    origin = open_bundle(a_chart(), system=SYSTEM).chart.origin
    assert open_bundle(deepcopy(a_chart()), system=SYSTEM).chart.origin == origin
    assert open_bundle(bundle(patient()), system=SYSTEM).chart.origin != origin
