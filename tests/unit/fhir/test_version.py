import pytest

from service.fhir.version import skipped


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        ("1", "2", []),
        ("1", "3", [2]),
        ("9", "12", [10, 11]),
        ("2", "2", []),
        ("3", "1", []),
        ("1", "b7c", []),
        ("b7c", "3", []),
        (None, "3", []),
        ("1", None, []),
    ],
)
def test_only_numbers_tell_that_a_version_was_skipped(before, after, between):
    assert list(skipped(before, after)) == between
