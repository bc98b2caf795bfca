"""Orders, doses, and the lists that are shown beside a plan."""

import pytest

from service.domain.medication import OrderStatus, Route, StatusReason
from service.fhir.json import JsonObject
from service.intake.overview import overview
from tests.unit.intake.charts import (
    RXNORM,
    SNOMED,
    UCUM,
    allergy,
    care_plan,
    coded,
    dosage,
    drafted,
    order,
    reasons,
    to,
)


def test_an_order_that_does_not_fit_the_rest_falls_and_the_rest_stays() -> None:
    made = drafted(care_plan(), order(), order("next", priorPrescription=to("MedicationRequest/order")))
    assert [len(made.plan.medications), len(made.findings) > 0] == [1, True]
    assert "does not fit the rest of the plan" in reasons(made)["MedicationRequest/next"]


DOSES: dict[str, tuple[list[JsonObject], bool]] = {
    "whole": ([dosage()], True),
    "by mouth in SNOMED CT": ([dosage(route=coded(SNOMED, "26643006"))], True),
    "another way": ([dosage(route=coded(SNOMED, "16857009"))], False),
    "words": ([{"text": "one daily"}], False),
    "without a unit": ([dosage(doseAndRate=[{"doseQuantity": {"value": 1}}])], False),
    "tablets by HL7's code": (
        [
            dosage(
                doseAndRate=[
                    {
                        "doseQuantity": {
                            "value": 1,
                            "unit": "TAB",
                            "system": "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm",
                            "code": "TAB",
                        }
                    }
                ]
            )
        ],
        True,
    ),
    "another form": (
        [dosage(doseAndRate=[{"doseQuantity": {"value": 1, "system": UCUM, "code": "ea"}}])],
        False,
    ),
    "half of it": ([dosage(), {"text": "and one more"}], False),
}


@pytest.mark.parametrize(("doses", "placed"), DOSES.values(), ids=DOSES)
def test_a_dose_is_placed_whole_or_not_at_all_and_always_shown(doses: list[JsonObject], placed: bool) -> None:
    made = drafted(care_plan(), order(dosageInstruction=doses))
    assert bool(made.plan.medications) is placed
    (shown,) = overview(made.chart, made.placed.values()).medications
    assert shown["in_plan"] is placed
    assert shown["dosage"]
    if placed:
        assert made.plan.medications[0].dosage[0].route in (None, Route.ORAL)


def test_an_order_that_has_ended_without_a_reason_is_one_whose_reason_is_not_stated() -> None:
    made = drafted(care_plan(), order(status="stopped", statusReason={"text": "felt well"}))
    (ended,) = made.plan.medications
    assert (ended.status, ended.status_reason, ended.status_note) == (
        OrderStatus.STOPPED,
        StatusReason.NOT_STATED,
        "felt well",
    )


def test_a_drug_may_be_contained_or_referred_to() -> None:
    drug = {"resourceType": "Medication", "id": "med", "code": coded(RXNORM, "312941", "Sertraline")}
    bare = {name: one for name, one in order().items() if name != "medicationCodeableConcept"}
    inside = {**bare, "contained": [drug], "medicationReference": to("#med")}
    made = drafted(
        care_plan(), inside, {**bare, "id": "two", "medicationReference": to("Medication/med")}, drug
    )
    assert {one.drug.code.text for one in made.plan.medications} == {"Sertraline"}
    assert {one["drug"] for one in overview(made.chart, ()).medications} == {"Sertraline"}
    lost = drafted(
        care_plan(), {**bare, "medicationReference": {"reference": "Medication/x", "display": "Zoloft"}}
    )
    assert "was not found" in reasons(lost)["MedicationRequest/order"]
    assert overview(lost.chart, ()).medications[0]["drug"] == "Zoloft"


def test_allergies_are_shown_as_the_chart_words_them() -> None:
    made = drafted(
        care_plan(),
        allergy(),
        allergy(
            "none",
            code=coded(SNOMED, "716186003", "No known allergy"),
            clinicalStatus=coded(
                "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"
            ),
        ),
    )
    first, second = overview(made.chart, ()).allergies
    assert (first["substance"], first["criticality"], first["reactions"]) == ("Penicillin", "high", ["Rash"])
    assert (second["substance"], second["clinical_status"]) == ("No known allergy", "active")
    assert made.beside == {"AllergyIntolerance/allergy", "AllergyIntolerance/none"}


def test_a_dose_without_words_is_shown_by_its_elements() -> None:
    silent = [
        {
            "doseAndRate": [{"doseQuantity": {"value": 1}}],
            "timing": {"repeat": {"period": 1, "periodUnit": "d"}},
        },
        {"asNeededBoolean": True, "doseAndRate": [{"rateRatio": {"numerator": {"value": 1}}}]},
        {"sequence": 3},
    ]
    made = drafted(care_plan(), order(dosageInstruction=silent))
    (shown,) = overview(made.chart, ()).medications
    assert shown["dosage"] == ["1 (no unit), 1 in 1 d", "as needed"]


def test_statements_of_medicines_are_shown_and_no_item() -> None:
    statement = {
        "resourceType": "MedicationStatement",
        "id": "st",
        "status": "active",
        "medicationCodeableConcept": {"text": "Ibuprofen"},
        "subject": to("Patient/pat"),
        "dosage": [{"text": "when it hurts"}],
        "dateAsserted": "2025-01-01",
    }
    made = drafted(care_plan(), statement)
    (shown,) = overview(made.chart, made.placed.values()).medications
    assert (shown["drug"], shown["dosage"], shown["in_plan"]) == ("Ibuprofen", ["when it hurts"], False)
    assert "MedicationStatement/st" in made.beside
