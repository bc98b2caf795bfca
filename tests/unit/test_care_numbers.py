"""A clinic's numbers come from a file, and what makes no sense in it is named."""

import pytest

from service.bootstrap.care import numbers_in
from service.domain.findings.numbers import DEFAULTS
from service.settings import BadSettings


def test_without_a_file_the_sources_numbers_hold() -> None:
    assert numbers_in(None) == DEFAULTS


def test_a_file_changes_the_numbers_that_it_names(tmp_path) -> None:
    file = tmp_path / "numbers.json"
    file.write_text('{"check_in_weeks_max": 8}')
    found = numbers_in(str(file))
    assert (found.check_in_weeks_max, found.check_in_weeks_min) == (8, DEFAULTS.check_in_weeks_min)


REFUSED = {
    "not json": "no readable JSON file",
    '{"weeks": 4}': "no rule reads",
    '{"adult_age": "18"}': "not whole",
    '{"adult_age": true}': "not whole",
    '{"adult_age": 0}': "adult_age: must be 1 to 400",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items())
def test_what_makes_no_sense_is_refused(tmp_path, text, words) -> None:
    file = tmp_path / "numbers.json"
    file.write_text(text)
    with pytest.raises(BadSettings, match=words):
        numbers_in(str(file))


def test_a_file_that_is_not_there_is_refused(tmp_path) -> None:
    with pytest.raises(BadSettings, match="no readable JSON file"):
        numbers_in(str(tmp_path / "nothing.json"))
