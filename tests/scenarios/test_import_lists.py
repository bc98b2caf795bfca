"""The lists of allergies and medicines beside an imported plan, and what they tell of themselves."""

import pytest

from service.application.import_chart import FromBundle
from service.application.read_chart import NOT_GIVEN
from service.ports.imports import ImportOutcome
from tests.scenarios.clinic import answering
from tests.scenarios.visited import Visited
from tests.unit.intake.charts import a_chart


@pytest.mark.parametrize("status", [403, 404])
def test_a_type_that_the_server_does_not_give_is_listed(status: int) -> None:
    clinic = Visited()
    clinic.spoil = answering("GET", "AllergyIntolerance", status)
    record = clinic.importing()
    places = {place["reference"] for one in record.content["unplaced"] for place in one["resources"]}
    assert record.outcome is ImportOutcome.MADE
    assert "AllergyIntolerance" in places
    assert record.content["allergies"] == []
    assert record.content["incomplete"] == [{"type": "AllergyIntolerance", "reason": NOT_GIVEN}]


def test_a_medicine_and_an_allergy_that_are_no_r4_are_shown_and_told_as_such() -> None:
    clinic = Visited()
    chart = a_chart()
    for entry in chart["entry"]:
        if entry["resource"]["resourceType"] in {"AllergyIntolerance", "MedicationRequest"}:
            entry["resource"]["note"] = {"text": "x"}
    record = clinic.importing(source=FromBundle(bundle=chart))
    assert record.outcome is ImportOutcome.MADE
    assert [one["substance"] for one in record.content["allergies"]] == ["Penicillin"]
    assert [one["in_plan"] for one in record.content["medications"]] == [False]
    assert [(one["type"], one["path"]) for one in record.content["incomplete"]] == [
        ("AllergyIntolerance", "AllergyIntolerance.note"),
        ("MedicationRequest", "MedicationRequest.note"),
    ]
