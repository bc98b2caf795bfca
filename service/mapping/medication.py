"""Medication: what is taken, inline, contained or as a resource of its own."""

from service.domain.concept import Concept, Quantity
from service.domain.medication import Drug
from service.fhir.json import JsonObject
from service.mapping.datatypes import (
    Unreadable,
    concept_from_fhir,
    concept_to_fhir,
    number_from_fhir,
    quantity_from_fhir,
    quantity_to_fhir,
)

CONTAINED_ID = "drug"
_ONE = {"value": 1, "system": "http://unitsofmeasure.org", "code": "1"}


def drug_to_fhir(drug: Drug) -> JsonObject:
    """Return the elements that say the drug: a code inline, or a contained Medication with form and strength.

    Contained rather than referenced: HAPI 8.8.0 leaves the version of a MedicationRequest as it is when a
    Medication that it refers to is edited.
    """
    if drug.form is None and drug.strength is None:
        return {"medicationCodeableConcept": concept_to_fhir(drug.code)}
    medication = {
        "resourceType": "Medication",
        "id": CONTAINED_ID,
        "code": concept_to_fhir(drug.code),
        "form": {"text": drug.form},
        "ingredient": [_ingredient(drug)],
    }
    return {"contained": [medication], "medicationReference": {"reference": f"#{CONTAINED_ID}"}}


def drug_from_fhir(request: JsonObject, medication: JsonObject | None) -> Drug:
    """Return the drug of a request; `medication` is the resource that it refers to, if it was found."""
    if "medicationCodeableConcept" in request:
        return Drug(code=concept_from_fhir(request["medicationCodeableConcept"]))
    found = _contained(request) or medication
    if found is None:
        raise Unreadable("names a Medication that was not found")
    form = found.get("form")
    return Drug(
        code=concept_from_fhir(found.get("code", {})),
        form=None if form is None else _words(concept_from_fhir(form)),
        strength=None if not found.get("ingredient") else _strength(found["ingredient"]),
    )


def _ingredient(drug: Drug) -> JsonObject:
    if drug.strength is None:
        return {}
    strength = {"numerator": quantity_to_fhir(drug.strength), "denominator": _ONE}
    return {"itemCodeableConcept": concept_to_fhir(drug.code), "strength": strength}


def _contained(request: JsonObject) -> JsonObject | None:
    name = request.get("medicationReference", {}).get("reference", "")
    held: list[JsonObject] = request.get("contained", [])
    return next((one for one in held if name == f"#{one.get('id')}"), None)


def _words(form: Concept) -> str:
    text = form.text or next((c.display for c in form.codings if c.display), None)
    if text is None:
        raise Unreadable("says its form in no words", ".form")
    return text


def _strength(ingredients: list[JsonObject]) -> Quantity | None:
    if len(ingredients) != 1 or "strength" not in ingredients[0]:
        return None
    ratio = ingredients[0]["strength"]
    whole = ratio.get("denominator", {})
    pieces = whole.get("code", "1") == "1" and ("unit" not in whole or "code" in whole)
    if not pieces or number_from_fhir(whole.get("value", 1)) != 1:
        raise Unreadable("is not the strength of one unit", ".ingredient[0].strength")
    return quantity_from_fhir(ratio.get("numerator", {}))
