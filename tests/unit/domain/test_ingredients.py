"""A medicine is known by its codes, and only without them by its name."""

import pytest

from service.domain.concept import Coding, Concept
from service.domain.ingredients import CLASSES, INGREDIENTS, PRODUCTS, RXNORM, DrugClass, classes, ingredients
from tests.builders import sertraline


def coded(code, text=None, system=RXNORM):
    return Concept(text=text, codings=(Coding(system=system, code=code),))


def test_every_coded_ingredient_has_its_class() -> None:
    assert {*PRODUCTS.values(), *INGREDIENTS.values()} <= CLASSES.keys()


KNOWN = [
    (sertraline(), {"sertraline"}),
    (coded("36437", text="Lithium"), {"sertraline"}),
    (coded("1", text="Lithium carbonate 300 mg"), {"lithium"}),
    (coded("36437", system="urn:other", text="Aspirin"), set()),
    (Concept(text="Olanzapine and fluoxetine"), {"olanzapine", "fluoxetine"}),
    (Concept(text="Lithiumlike 5"), set()),
]


@pytest.mark.parametrize(("drug", "expected"), KNOWN)
def test_codes_go_before_names(drug, expected) -> None:
    assert ingredients(drug) == expected


def test_a_medicine_has_the_classes_of_all_its_ingredients() -> None:
    both = classes(Concept(text="Olanzapine and fluoxetine"))
    assert both == {DrugClass.BIPOLAR_ANTIPSYCHOTIC, DrugClass.SSRI, DrugClass.ANTIDEPRESSANT}
    assert classes(Concept(text="Aspirin")) == set()
