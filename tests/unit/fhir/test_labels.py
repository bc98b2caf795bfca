"""Labels are read wherever they stand, and broken ones break nothing."""

from service.fhir.labels import labels_of


def test_labels_are_read_in_whatever_form_they_stand() -> None:
    odd = {"meta": {"security": ["x", {"code": 7}, {"code": "R"}]}, "contained": ["x", {"meta": "y"}]}
    assert labels_of(odd) == {"x", "R", "y"}
    assert labels_of({"meta": None, "contained": None}) == frozenset()
