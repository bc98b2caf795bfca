"""What must hold before anything leaves."""

import pytest

from service.mapping.references import Key
from service.sync.guards import faults
from tests.builders import uid

PATIENT = "Patient/1"
GOAL = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": {"text": "x"},
    "subject": {"reference": PATIENT},
}
KEY = Key("Condition", uid("conditions-0"))


def rules(resource, patient=PATIENT):
    return {(one.path, one.rule) for one in faults(resource, patient, {KEY.urn: KEY})}


def test_a_valid_resource_of_the_patient_may_leave():
    assert rules({**GOAL, "addresses": [{"reference": KEY.urn}, {"reference": "Condition/9"}]}) == set()


def test_a_resource_of_another_patient_never_leaves():
    assert rules(GOAL, "Patient/2") == {("Goal", "one-patient")}


def test_a_reference_to_nothing_that_is_sent_never_leaves():
    lost = {**GOAL, "addresses": [{"reference": "urn:uuid:0"}, {"display": "words"}]}
    ((path, rule),) = rules(lost)
    assert rule == "resolvable"
    assert path.startswith("Goal.addresses")


@pytest.mark.parametrize(
    "change", [{"lifecycleStatus": "bogus"}, {"subject": {"reference": "Goal/1"}}, {"startDate": "soon"}]
)
def test_what_is_no_valid_fhir_never_leaves(change):
    assert rules({**GOAL, **change})
