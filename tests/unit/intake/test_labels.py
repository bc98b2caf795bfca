"""Labels are read wherever they stand, and broken ones break nothing."""

from service.intake.labels import labels_of


def test_labels_that_are_none_say_nothing() -> None:
    odd = {"meta": {"security": ["x", {"code": 7}, {"code": "R"}]}, "contained": ["x", {"meta": "y"}]}
    assert labels_of(odd) == {"R"}
    assert labels_of({"meta": [], "contained": {}}) == frozenset()
