"""What is no R4, or is changed by what we do not know, is reported and changes nothing of what is held."""

from decimal import Decimal

import pytest

from service.fhir.json import dumps, loads
from service.mapping.absorption import Entry, absorb
from service.mapping.graph import Subject, project
from service.mapping.references import Refs
from tests.builders import DIRECTORY, the_full_plan

PLAN = the_full_plan()
RESOURCES = project(Subject(plan=PLAN, people=DIRECTORY), Refs())
MODIFIER = [{"url": "http://example.com/not", "valueBoolean": True}]


def absorbed(change):
    """What came of reading the whole plan after a change to one type of its resources."""
    kind, name, value = change
    entries = []
    for key, body in RESOURCES.items():
        resource = loads(dumps(body))
        if key.type == kind:
            resource[name] = value
        entries.append(Entry(address=key.urn, resource=resource))
    return absorb(PLAN, entries, Refs(), people=DIRECTORY)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("Appointment", "status", {"a": 1}), "Appointment.status"),
        (("Goal", "target", [None]), "Goal.target[0]"),
        (("PractitionerRole", "practitioner", "him"), "PractitionerRole.practitioner"),
        (("Task", "owner", {"reference": ["x"]}), "Task.owner.reference"),
        (("CarePlan", "activity", [None]), "CarePlan.activity[0]"),
        (("Communication", "resourceType", "Nothing"), "Nothing"),
        (("Goal", "identifier", [{"system": "s", "value": "\ud800"}]), "Resource"),
    ],
)
def test_a_resource_that_is_no_r4_is_reported_and_changes_nothing(change, path):
    made = absorbed(change)
    assert made.plan == PLAN
    assert path in {issue.path for issue in made.issues}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("Goal", "modifierExtension", MODIFIER), "Goal.modifierExtension"),
        (("CarePlan", "implicitRules", "http://example.com/rules"), "CarePlan.implicitRules"),
        (
            (
                "Goal",
                "contained",
                [{"resourceType": "Patient", "id": "p", "implicitRules": "http://example.com/rules"}],
            ),
            "Goal.contained[0].implicitRules",
        ),
        (("ServiceRequest", "doNotPerform", True), "ServiceRequest.doNotPerform"),
        (("MedicationRequest", "doNotPerform", True), "MedicationRequest.doNotPerform"),
        (
            ("CareTeam", "participant", [{"modifierExtension": MODIFIER}]),
            "CareTeam.participant[0].modifierExtension",
        ),
    ],
)
def test_what_an_unknown_modifier_changes_is_reported_and_not_read(change, path):
    made = absorbed(change)
    assert made.plan == PLAN
    assert {issue.path for issue in made.issues} == {path}


def test_a_number_of_a_billion_digits_is_read_in_no_time():
    score = {"value": Decimal("1E+999999999"), "system": "http://unitsofmeasure.org", "code": "{score}"}
    made = absorbed(("Observation", "valueQuantity", score))
    assert made.plan == PLAN
    assert "Observation.valueQuantity" in {issue.path for issue in made.issues}
