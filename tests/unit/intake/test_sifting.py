"""What of a chart may be read at all."""

import pytest

from service.fhir.json import JsonObject
from service.intake.sifting import (
    ANOTHER,
    NOBODY,
    NOT_OURS,
    NOT_READ,
    PLACEHOLDER,
    REFUSED,
    WITHHELD,
)
from tests.unit.intake.charts import (
    appointment,
    care_plan,
    drafted,
    goal,
    order,
    reasons,
    to,
)


def labelled(code: str) -> JsonObject:
    return {
        "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code}]}
    }


PLACEHOLDER_MARK = {
    "extension": [
        {"url": "http://hapifhir.io/fhir/StructureDefinition/resource-placeholder", "valueBoolean": True}
    ]
}


CLOSED = {
    "psychotherapy notes": (goal(**labelled("PSYTHPN")), REFUSED),
    "psychotherapy notes of no allowed type": (
        {"resourceType": "DocumentReference", "id": "x", **labelled("PSYTHPN")},
        REFUSED,
    ),
    "psychotherapy notes inside": (
        goal(contained=[{"resourceType": "Basic", **labelled("PSYTHPN")}]),
        REFUSED,
    ),
    "part 2": (order(**labelled("42CFRPart2")), WITHHELD),
    "substance use": (order(**labelled("SUD")), WITHHELD),
    "counselling for it": (goal(**labelled("SUDCOUNSELLING")), WITHHELD),
    "alcohol": (goal(**labelled("ETHUD")), WITHHELD),
    "a note": ({"resourceType": "DocumentReference", "id": "x"}, NOT_READ),
    "a composition": ({"resourceType": "Composition", "id": "x"}, NOT_READ),
    "somebody's visit": ({"resourceType": "Encounter", "id": "x", "subject": to("Patient/pat")}, NOT_OURS),
    "a placeholder": (goal(**PLACEHOLDER_MARK), PLACEHOLDER),
    "another patient's": (goal(subject=to("Patient/other")), ANOTHER),
    "a group's": (goal(subject=to("Group/all")), ANOTHER),
    "nobody's": ({**goal(), "subject": None} | {}, "an element has a value or members, or is left out"),
    "an appointment of nobody": (
        appointment(participant=[{"actor": {"display": "a room"}, "status": "accepted"}]),
        NOBODY,
    ),
    "no R4": (goal(taste="sweet"), "R4 has no such element here"),
    "forbidden": (order(doNotPerform=True), "forbids what the plan would take for asked"),
}


@pytest.mark.parametrize(("resource", "reason"), CLOSED.values(), ids=CLOSED)
def test_what_may_not_be_read_is_listed_with_its_reason_and_stays_out(
    resource: JsonObject, reason: str
) -> None:
    made = drafted(care_plan(goal=[to("Goal/aim")]), {k: v for k, v in resource.items() if v != {}})
    address = f"{resource['resourceType']}/{resource['id']}"
    assert reasons(made)[address] in (reason, NOBODY)
    assert made.plan is not None
    assert made.plan.goals == ()
    assert made.plan.medications == ()


def test_a_refused_resource_is_named_by_its_address_alone() -> None:
    made = drafted(care_plan(), goal(**labelled("PSYTHPN")))
    (found,) = [one for one in made.findings if one.address == "Goal/aim"]
    assert (found.path, found.whole) == ("", True)


def test_a_subject_may_be_named_by_an_identifier_of_the_patient() -> None:
    named = {"identifier": {"system": "urn:mrn", "value": "4711"}}
    assert drafted(care_plan(), goal(subject=named)).plan.goals
    other = {"identifier": {"system": "urn:mrn", "value": "1"}}
    assert reasons(drafted(care_plan(), goal(subject=other)))["Goal/aim"] == ANOTHER
