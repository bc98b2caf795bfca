"""What no plan can hold is reported with its path; nothing is made of it, and nothing else suffers."""

from dataclasses import replace

import pytest

from service.domain.concept import Coding, Concept
from service.domain.ingredients import RXNORM
from service.mapping.absorption import Entry, absorb
from service.mapping.datatypes import Unreadable, quantity_from_fhir, quantity_to_fhir
from service.mapping.dosage import step_from_fhir, steps_to_fhir
from service.mapping.graph import Subject, project
from service.mapping.medication import drug_from_fhir
from service.mapping.overlay import pruned
from service.mapping.references import Key, Refs
from service.mapping.terminology.drugs import same_drug
from tests.builders import DIRECTORY, a_dosage_step, mg, the_full_plan, uid

REFS = Refs()
PLAN = the_full_plan()
WHOLE = project(Subject(plan=PLAN, people=DIRECTORY), REFS)


def read(resources, held=None):
    entries = [Entry(address=key.urn, resource=body) for key, body in resources.items()]
    return absorb(held, entries, REFS, people=DIRECTORY if held is not None else None)


def without(key, *names):
    return {**WHOLE, key: {name: one for name, one in WHOLE[key].items() if name not in names}}


def test_a_quantity_is_exact_and_in_ucum():
    assert quantity_to_fhir(None) is None
    with pytest.raises(Unreadable, match="inexact"):
        quantity_from_fhir({**quantity_to_fhir(mg("50")), "comparator": "<"})


def test_a_most_that_is_not_per_day_is_no_dose():
    [dosage] = pruned(steps_to_fhir((a_dosage_step(max_per_day=mg("200")),)))
    dosage["maxDosePerPeriod"]["denominator"] = {"value": 1, "code": "wk"}
    with pytest.raises(Unreadable, match="per day"):
        step_from_fhir(dosage)


def test_a_need_without_words_is_no_dose():
    [dosage] = pruned(steps_to_fhir((a_dosage_step(as_needed=True),)))
    dosage.pop("asNeededBoolean")
    with pytest.raises(Unreadable, match="no words"):
        step_from_fhir({**dosage, "asNeededCodeableConcept": {"coding": [{"code": "1"}]}})


def test_a_form_without_words_is_no_drug():
    medication = {"code": {"text": "x"}, "form": {"coding": [{"system": "urn:x", "code": "1"}]}}
    with pytest.raises(Unreadable, match="no words"):
        drug_from_fhir({"medicationReference": {"reference": "Medication/1"}}, medication)


def test_ingredients_without_a_strength_leave_the_strength_open():
    medication = {"code": {"text": "x"}, "ingredient": [{"itemCodeableConcept": {"text": "x"}}]}
    drug = drug_from_fhir({"medicationReference": {"reference": "Medication/1"}}, medication)
    assert drug.strength is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Sertraline 50 mg", "24 HR sertraline", True),
        ("Sertraline", "Fluoxetine", False),
        ("50 mg", "50 mg", False),
    ],
)
def test_drugs_without_a_known_code_are_told_by_their_name(one, other, same):
    assert same_drug(Concept(text=one), Concept(text=other)) is same


def test_a_known_code_is_told_by_its_ingredient():
    fifty = Concept(codings=(Coding(system=RXNORM, code="312941"),))
    hundred = Concept(codings=(Coding(system=RXNORM, code="312938"),))
    assert same_drug(fifty, hundred)
    assert same_drug(fifty, Concept(text="sertraline 25 mg"))


def test_a_clinician_without_a_name_is_nobody():
    someone = next(key for key in WHOLE if key.type == "Practitioner")
    reunion = read(without(someone, "name"))
    assert someone.item not in reunion.people
    assert any(issue.path.startswith("Practitioner") for issue in reunion.issues)


def test_a_plan_without_a_patient_is_no_plan():
    reunion = read({key: body for key, body in WHOLE.items() if key.type != "Patient"})
    assert reunion.plan is None
    assert any("patient" in issue.reason for issue in reunion.issues)


SPOKEN_IN_CODES = {"description": {"coding": [{"system": "urn:x", "code": "1"}]}}


@pytest.mark.parametrize(
    ("key", "change"),
    [
        (Key("Goal", uid("goals-0")), SPOKEN_IN_CODES),
        (Key("MedicationRequest", uid("medications-1")), {"dosageInstruction": []}),
    ],
)
def test_an_item_that_says_too_little_is_left_out_and_reported(key, change):
    changed = {name: one for name, one in {**WHOLE[key], **change}.items() if one != []}
    reunion = read({**WHOLE, key: changed})
    assert any(issue.path.startswith(key.type) for issue in reunion.issues)
    held = () if reunion.plan is None else (*reunion.plan.goals, *reunion.plan.medications)
    assert key.item not in {one.id for one in held}


def test_answers_without_their_score_are_nobodys():
    scores = {Key("Observation", one.id) for one in PLAN.scores}
    reunion = read({key: body for key, body in WHOLE.items() if key not in scores})
    assert reunion.plan is not None
    assert reunion.plan.scores == ()


def test_what_does_not_fit_together_leaves_the_plan_that_is_held():
    first = PLAN.phases[0]
    late = replace(first, start=PLAN.phases[-1].start, end=None)
    changed = project(Subject(plan=replace(PLAN, phases=(late,)), people=DIRECTORY), REFS)
    only = {key: body for key, body in changed.items() if key == Key("Observation", first.id)}
    reunion = read(
        only | {k: b for k, b in WHOLE.items() if k.type in ("Practitioner", "Patient")}, held=PLAN
    )
    assert reunion.plan == PLAN
    assert any(issue.path.startswith("Plan.phases") for issue in reunion.issues)
