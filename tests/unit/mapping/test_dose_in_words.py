"""A sentence that names another dose than the structure beside it: which one holds, nobody can tell."""

from decimal import Decimal
from typing import Any

import pytest

from service.mapping.datatypes import Unreadable
from service.mapping.dosage import step_from_fhir, words_contradict

MG = {"unit": "mg", "code": "mg", "system": "http://unitsofmeasure.org"}


def a_dosage(words: str, value: Any, **quantity: Any) -> dict[str, Any]:
    return {"text": words, "doseAndRate": [{"doseQuantity": {"value": value, **MG, **quantity}}]}


CONTRADICTING = {
    "another number": ("50 mg once a day", 100),
    "without a space": ("Take 50mg at night", 100),
    "in capitals": ("50 MG DAILY", 100),
    "with a decimal comma": ("37,5 mg once a day", 75),
    "a thousand": ("1,000 mg twice a day", 500),
    "a range that ends elsewhere": ("25-50 mg as needed", 25),
    "a tenth of it": ("5.0 mg once a day", 50),
}


@pytest.mark.parametrize(("words", "value"), CONTRADICTING.values(), ids=CONTRADICTING)
def test_words_of_another_dose_contradict(words: str, value: int) -> None:
    assert words_contradict(a_dosage(words, value))
    with pytest.raises(Unreadable, match="names another dose") as refused:
        step_from_fhir(a_dosage(words, value))
    assert refused.value.below == ".text"


AGREEING = {
    "the same number": ("50 mg once a day", 50),
    "the same with other digits": ("50.0 mg once a day", Decimal("50.00")),
    "a decimal comma": ("37,5 mg once a day", Decimal("37.5")),
    "a thousand": ("1,000 mg twice a day", 1000),
    "the largest amount of a day beside it": ("50 mg as needed, at most 200 mg per day", 50),
    "no number": ("once a day in the morning", 50),
    "a number of something else": ("2 tablets once a day", 100),
    "the strength of a tablet": ("Take two 50 mg tablets", 100),
    "so many times a strength": ("2 x 50 mg once a day", 100),
    "a dose by weight": ("2 mg/kg once a day", 100),
    "a full stop": ("Now 50 mg. Then we see.", 50),
    "a number that is none": ("v1.2.3 mg", 50),
    "more stops than a number has": ("1.2.3 mg", 50),
}


@pytest.mark.parametrize(("words", "value"), AGREEING.values(), ids=AGREEING)
def test_everything_else_contradicts_nothing(words: str, value: Any) -> None:
    assert not words_contradict(a_dosage(words, value))


def test_a_dose_without_a_unit_is_contradicted_by_nothing() -> None:
    assert not words_contradict(a_dosage("50 mg", 100, unit="", code=None))


def test_a_dose_without_structure_is_contradicted_by_nothing() -> None:
    assert not words_contradict({"text": "50 mg once a day"})


INSTRUCTED = {
    "an instruction of another dose": ("Take 50 mg in the morning", None, True),
    "an instruction of the dose": ("Take 100 mg in the morning", None, False),
    "an instruction of no dose": ("with breakfast", None, False),
    "a limit": ("as needed, no more than 200 mg a day", None, False),
    "a limit beside another dose": ("Take 50 mg, at most 200 mg a day", None, True),
    "a limit of the dose beside another dose": ("Take 50 mg, up to 100 mg a day", None, True),
    "an instruction of another dose beside a sentence of the dose": ("50 mg to begin with", "100 mg", False),
    "an instruction of another dose beside a sentence of none": ("Take 50 mg", "as discussed", True),
}


@pytest.mark.parametrize(("told", "text", "contradict"), INSTRUCTED.values(), ids=INSTRUCTED)
def test_what_the_patient_is_told_speaks_where_no_sentence_names_a_dose(
    told: str, text: str | None, contradict: bool
) -> None:
    dosage = {**a_dosage(text or "", 100), "patientInstruction": told, "asNeededBoolean": True}
    assert words_contradict(dosage) is contradict
    if contradict:
        with pytest.raises(Unreadable, match="names another dose") as refused:
            step_from_fhir(dosage)
        assert refused.value.below == ".patientInstruction"
    else:
        assert step_from_fhir(dosage).instruction == told
