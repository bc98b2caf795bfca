"""A score says what its instrument can say."""

from service.domain.measure import ItemAnswer, Measure
from tests.builders import a_score
from tests.refusals import refusals


def test_an_answer_belongs_to_an_item_of_the_instrument() -> None:
    found = refusals(lambda: a_score(measure=Measure.GAD_7, value=3, items=(ItemAnswer(item=9, value=1),)))
    assert found == {"items[0].item": "is beyond the items of gad-7"}
