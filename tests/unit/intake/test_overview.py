"""The lists beside a plan: nothing of them is lost silently, and nothing closed is in them."""

from typing import Any

import pytest

from service.fhir.json import JsonObject, dumps
from service.intake.bundle import TWICE, open_bundle
from service.intake.chart import Finding
from service.intake.overview import CLOSED, NAMELESS, Overview, overview
from service.intake.sifting import ANOTHER, NOBODY, PLACEHOLDER
from tests.unit.intake.charts import (
    RXNORM,
    SYSTEM,
    allergy,
    bundle,
    care_plan,
    coded,
    goal,
    order,
    patient,
    practitioner,
    to,
)

NOT_A_LIST = "this element is not a list"
UNKNOWN_MODIFIER = [{"url": "urn:x", "valueBoolean": True}]


def shown(*resources: JsonObject) -> Overview:
    whole = bundle(patient(), practitioner(), *resources)
    return overview(open_bundle(whole, system=SYSTEM).chart, ())


def without(resource: JsonObject, *names: str) -> JsonObject:
    return {name: one for name, one in resource.items() if name not in names}


def labelled(code: Any) -> JsonObject:
    return {"meta": {"security": [{"code": code}]}}


def statement(**elements: Any) -> JsonObject:
    said = {
        "resourceType": "MedicationStatement",
        "id": "st",
        "status": "active",
        "medicationCodeableConcept": {"text": "Ibuprofen"},
        "subject": to("Patient/pat"),
    }
    return said | elements


def test_a_sound_chart_has_complete_lists() -> None:
    found = shown(care_plan(), order(), allergy(), statement())
    assert (len(found.allergies), len(found.medications), found.incomplete) == (1, 2, [])


ODD: dict[str, tuple[JsonObject, str]] = {
    "a note that is an object": ({"note": {"text": "x"}}, "note"),
    "a note that is a text": ({"note": "x"}, "note"),
    "an element that R4 does not know": ({"taste": "sweet"}, "taste"),
    "an unknown modifier": ({"modifierExtension": UNKNOWN_MODIFIER}, "modifierExtension"),
    "a broken letter": ({"id": "odd", "language": "\ud800"}, ""),
    "meta of another form": ({"meta": "x"}, "meta"),
    "contained of another form": ({"contained": "x"}, "contained"),
}


@pytest.mark.parametrize(("odd", "path"), ODD.values(), ids=ODD)
@pytest.mark.parametrize("kind", ["AllergyIntolerance", "MedicationRequest", "MedicationStatement"])
def test_one_odd_element_takes_no_medicine_and_no_allergy_with_it(
    kind: str, odd: JsonObject, path: str
) -> None:
    sound = {
        "AllergyIntolerance": allergy(),
        "MedicationRequest": order(),
        "MedicationStatement": statement(),
    }
    found = shown(sound[kind] | odd)
    (one,) = (*found.allergies, *found.medications)
    assert one.get("drug", one.get("substance")) in (
        "Penicillin",
        "Sertraline 50 MG Oral Tablet",
        "Ibuprofen",
    )
    assert {doubt["type"] for doubt in found.incomplete} == {kind}
    assert all(doubt["reference"] == one["reference"] and doubt["reason"] for doubt in found.incomplete)
    assert any(
        doubt.get("path", "").startswith(f"{kind}.{path}".rstrip(".")) for doubt in found.incomplete
    ) or (path == "")


def test_a_day_that_is_none_is_shown_as_it_stands() -> None:
    found = shown(order(authoredOn="2026-1-1"), allergy(recordedDate="2026-1-1"))
    assert found.medications[0]["authored_on"] == found.allergies[0]["recorded"] == "2026-1-1"
    assert {one["path"] for one in found.incomplete} == {
        "AllergyIntolerance.recordedDate",
        "MedicationRequest.authoredOn",
    }


def test_an_order_without_an_intent_is_shown() -> None:
    found = shown(without(order(), "intent"))
    assert [one["drug"] for one in found.medications] == ["Sertraline 50 MG Oral Tablet"]
    assert [one["path"] for one in found.incomplete] == ["MedicationRequest.intent"]


def test_two_versions_of_one_order_are_both_shown_and_told() -> None:
    found = shown(order(), order(status="stopped"), order())
    assert [one["status"] for one in found.medications] == ["active", "stopped"]
    assert found.incomplete == [
        {"type": "MedicationRequest", "reference": "MedicationRequest/order", "reason": TWICE}
    ]


def test_two_versions_of_something_else_say_nothing_of_the_lists() -> None:
    assert shown(goal(), goal(description={"text": "Another"})).incomplete == []


def test_what_must_not_be_given_is_shown_as_such() -> None:
    found = shown(order(doNotPerform=True))
    assert found.medications[0]["do_not_perform"] is True
    assert [one["path"] for one in found.incomplete] == ["MedicationRequest.doNotPerform"]
    assert "do_not_perform" not in shown(order(doNotPerform=False)).medications[0]


LABELS = {
    "notes": labelled("PSYTHPN"),
    "substance use": labelled("42CFRPart2"),
    "counselling for it": labelled("SUDCOUNSELLING"),
    "a label that is no list": {"meta": {"security": {"code": "PSYTHPN"}}},
    "a label that is a text": {"meta": {"security": "ETH"}},
    "a list of texts": {"meta": {"security": ["x", "PSYTHPN"]}},
    "a label of another type": {"meta": {"security": [{"coding": [{"code": "SUD"}]}]}},
    "a code in a list": labelled([7, "PSYTHPN"]),
    "meta that is a list": {"meta": [{"security": [{"code": "PSYTHPN"}]}]},
    "inside": {"contained": [{"resourceType": "Basic", **labelled("PSYTHPN")}]},
    "inside, and no list": {"contained": {"resourceType": "Basic", **labelled("PSYTHPN")}},
}


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_what_a_label_closes_is_not_shown_whatever_form_it_has(label: JsonObject) -> None:
    found = shown(order(**label), allergy(**label))
    assert (found.medications, found.allergies) == ([], [])
    assert found.incomplete == [
        {"type": "AllergyIntolerance", "reference": "AllergyIntolerance/allergy", "reason": CLOSED},
        {"type": "MedicationRequest", "reference": "MedicationRequest/order", "reason": CLOSED},
    ]


def test_what_is_closed_in_one_version_is_closed_in_all() -> None:
    found = shown(order(), order(**labelled("SUD")))
    assert found.medications == []
    assert CLOSED in {one["reason"] for one in found.incomplete}


def test_the_name_of_a_medicine_that_is_closed_is_not_shown_through_its_order() -> None:
    drug = {"resourceType": "Medication", "id": "med", "code": coded(RXNORM, "351265", "Buprenorphine")}
    bare = without(order(medicationReference=to("Medication/med")), "medicationCodeableConcept")
    assert shown(bare, drug).medications[0]["drug"] == "Buprenorphine"
    assert shown(bare, drug | {"note": "x"}).medications[0]["drug"] == "Buprenorphine"
    closed = shown(bare, drug | labelled("SUD"))
    assert "Buprenorphine" not in repr(closed)
    assert [one["reason"] for one in closed.incomplete] == [NAMELESS]


OTHERS: dict[str, JsonObject] = {
    "another patient": to("Patient/other"),
    "a group": to("Group/all"),
    "another by identifier": {"identifier": {"system": "urn:mrn", "value": "1"}},
    "words alone": {"display": "somebody"},
    "a reference that is no text": {"reference": 7},
}


@pytest.mark.parametrize("whose", [*OTHERS.values(), "Patient/other", ["Patient/other"]])
def test_what_names_another_patient_is_not_shown_but_told(whose: Any) -> None:
    found = shown(order(subject=whose), allergy(patient=whose))
    assert (found.medications, found.allergies) == ([], [])
    assert {one["reason"] for one in found.incomplete} >= {ANOTHER}
    assert {one["type"] for one in found.incomplete} == {"AllergyIntolerance", "MedicationRequest"}


@pytest.mark.parametrize("whose", [None, "Patient/pat", []])
def test_what_names_nobody_in_the_chart_of_one_patient_is_shown_and_told(whose: Any) -> None:
    found = shown(order(subject=whose))
    assert len(found.medications) == 1
    assert NOBODY in {one["reason"] for one in found.incomplete}


def test_a_placeholder_is_told_and_not_shown() -> None:
    url = "http://hapifhir.io/fhir/StructureDefinition/resource-placeholder"
    found = shown(allergy(extension=[{"url": url, "valueBoolean": True}]))
    assert (found.allergies, [one["reason"] for one in found.incomplete]) == ([], [PLACEHOLDER])


def test_what_does_not_say_what_it_is_about_is_shown_and_told() -> None:
    found = shown(
        without(allergy(), "code"), order(medicationCodeableConcept={"text": 7, "coding": [{"code": 1}]})
    )
    assert [len(found.allergies), len(found.medications)] == [1, 1]
    assert [one["reason"] for one in found.incomplete if one["reason"] == NAMELESS] == [NAMELESS, NAMELESS]


def test_medicines_inside_another_resource_are_shown_too() -> None:
    drug = {"resourceType": "Medication", "id": "med", "code": {"text": "Inside"}}
    inner = without(order("in", medicationReference=to("#med")), "medicationCodeableConcept")
    found = shown(care_plan(contained=[drug, inner]))
    assert [(one["reference"], one["drug"]) for one in found.medications] == [("CarePlan/plan#in", "Inside")]
    assert found.incomplete == []
    hidden = shown(care_plan(contained=[drug, inner], **labelled("PSYTHPN")))
    assert (hidden.medications, [one["reason"] for one in hidden.incomplete]) == ([], [CLOSED])
    note = {"resourceType": "Composition", "id": "note", "contained": [inner]}
    assert shown(note) == Overview(allergies=[], medications=[], incomplete=[])


WORDINGS: dict[str, tuple[JsonObject, JsonObject]] = {
    "words in place of a code": ({"medicationCodeableConcept": "Zoloft"}, {"drug": "Zoloft"}),
    "a list of codes": ({"medicationCodeableConcept": [{"text": "Zoloft"}]}, {"drug": "Zoloft"}),
    "a display": (
        {"medicationCodeableConcept": {"coding": {"display": "Zoloft"}}},
        {"drug": "Zoloft", "codings": [{"display": "Zoloft"}]},
    ),
    "a broken letter": ({"medicationCodeableConcept": {"text": "a\ud800"}}, {"drug": "a\ufffd"}),
    "a dose in words": ({"dosageInstruction": "one daily"}, {"dosage": ["one daily"]}),
    "a dose that is no list": ({"dosageInstruction": {"text": "one daily"}}, {"dosage": ["one daily"]}),
    "an amount in words": (
        {"dosageInstruction": [{"doseAndRate": {"doseQuantity": {"value": "50", "code": "mg"}}}]},
        {"dosage": ["50 mg"]},
    ),
    "a rhythm in words": (
        {"dosageInstruction": [{"timing": {"repeat": {"frequency": None, "period": "1", "periodUnit": 7}}}]},
        {"dosage": ["(how often cannot be read) in 1"]},
    ),
    "truth in place of a number": (
        {"dosageInstruction": [{"timing": {"repeat": {"period": True}}}, [[]], 7]},
        {"dosage": None},
    ),
    "a status that is none": ({"status": 7}, {"status": None}),
}


@pytest.mark.parametrize(("odd", "said"), WORDINGS.values(), ids=WORDINGS)
def test_odd_words_are_shown_as_far_as_they_are_words(odd: JsonObject, said: JsonObject) -> None:
    found = shown(order(**odd))
    (one,) = found.medications
    assert {name: one.get(name) for name in said} == said
    assert found.incomplete != []
    dumps(found.medications).encode()


def test_odd_reactions_and_codes_of_an_allergy_are_shown_as_far_as_they_are_words() -> None:
    (one,) = shown(
        allergy(
            code={"coding": [{"code": "1"}], "text": ""},
            clinicalStatus="active",
            verificationStatus={"coding": [{"code": 7}, {"code": "confirmed"}]},
            category="medication",
            reaction=[5, {"manifestation": "Rash"}, {"manifestation": [{"text": "Itch"}, {}]}],
        )
    ).allergies
    assert one == {
        "reference": "AllergyIntolerance/allergy",
        "codings": [{"code": "1"}],
        "clinical_status": "active",
        "verification_status": "confirmed",
        "category": ["medication"],
        "criticality": "high",
        "reactions": ["Rash", "Itch"],
    }


def test_a_type_that_was_refused_is_told_without_a_reference() -> None:
    chart = open_bundle(bundle(patient()), system=SYSTEM).chart
    findings = [Finding(address=one, path="", reason="refused") for one in ("AllergyIntolerance", "Goal")]
    assert overview(chart, (), findings).incomplete == [{"type": "AllergyIntolerance", "reason": "refused"}]
