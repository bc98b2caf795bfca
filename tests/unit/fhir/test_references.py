from copy import deepcopy

import pytest

from service.fhir.references import (
    Conditional,
    Contained,
    Elsewhere,
    Rest,
    Urn,
    parse,
    references_in,
    rewrite,
    target_type,
)
from tests.data import official, us_core

PARSED = {
    "Patient/1": Rest(type="Patient", id="1"),
    "Patient/1/_history/2": Rest(type="Patient", id="1", version="2"),
    "https://ehr.test/fhir/Patient/a-b.c": Rest(type="Patient", id="a-b.c", base="https://ehr.test/fhir"),
    "http://ehr.test:8090/r4/CarePlan/1/_history/2": Rest(
        type="CarePlan", id="1", version="2", base="http://ehr.test:8090/r4"
    ),
    "#drug": Contained(id="drug"),
    "#": Contained(id=""),
    "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a": Urn(urn="urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"),
    "Patient?identifier=a|b": Conditional(type="Patient", query="identifier=a|b"),
    "https://ehr.test/Some/page": Elsewhere(url="https://ehr.test/Some/page"),
    "Nobody/1": Elsewhere(url="Nobody/1"),
    "Nobody?identifier=1": Elsewhere(url="Nobody?identifier=1"),
    "Patient/a_b": Elsewhere(url="Patient/a_b"),
    "Patient/1/extra": Elsewhere(url="Patient/1/extra"),
    "Patient": Elsewhere(url="Patient"),
    "": Elsewhere(url=""),
}


@pytest.mark.parametrize(("text", "target"), PARSED.items(), ids=PARSED)
def test_a_reference_is_read_by_its_form(text, target):
    assert parse(text) == target


def test_a_relative_reference_leaves_base_and_version():
    target = parse("https://ehr.test/fhir/Patient/1/_history/2")
    assert isinstance(target, Rest)
    assert target.relative == "Patient/1"


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ({"reference": "Goal/1"}, "Goal"),
        ({"reference": "Goal?identifier=1", "type": "Patient"}, "Goal"),
        ({"reference": "urn:uuid:1", "type": "Patient"}, "Patient"),
        ({"identifier": {"value": "1"}, "type": "Patient"}, "Patient"),
        ({"reference": "urn:uuid:1"}, None),
        ({"type": 7}, None),
    ],
)
def test_a_reference_names_its_type_by_its_text_or_its_type(reference, kind):
    assert target_type(reference) == kind


PLAN = {
    "resourceType": "CarePlan",
    "subject": {"reference": "Patient/1"},
    "contained": [{"resourceType": "Goal", "id": "g", "subject": {"reference": "Patient/1"}}],
    "activity": [{"reference": {"reference": "Task/1"}}, {"reference": {"identifier": {"value": "x"}}}],
    "_status": {"extension": [{"url": "u", "valueReference": {"reference": "Task/2"}}]},
    "vendors": [{"own": {"reference": "Device/1"}, "reference": ["no reference"]}],
}


def test_every_reference_is_found_with_its_path():
    assert [(path, one.get("reference")) for path, one in references_in(PLAN)] == [
        ("CarePlan.subject", "Patient/1"),
        ("CarePlan.contained[0].subject", "Patient/1"),
        ("CarePlan.activity[0].reference", "Task/1"),
        ("CarePlan.activity[1].reference", None),
        ("CarePlan.status.extension[0].valueReference", "Task/2"),
        ("CarePlan.vendors[0].own", "Device/1"),
    ]


def test_rewriting_readdresses_every_reference_and_leaves_the_original():
    before = deepcopy(PLAN)
    rewritten = rewrite(PLAN, str.lower)
    assert [one.get("reference") for _, one in references_in(rewritten)] == [
        "patient/1", "patient/1", "task/1", None, "task/2", "device/1"
    ]  # fmt: skip
    assert before == PLAN


def test_rewriting_with_identity_changes_nothing():
    for _, resource in (*official(), *us_core()):
        assert rewrite(resource, lambda reference: reference) == resource


def test_a_resource_without_a_type_has_no_references():
    assert list(references_in({"subject": "odd"})) == []
