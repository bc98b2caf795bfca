"""Every value: its texts can be read, its moments are instants, and it reports all that is wrong at once."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from service.domain.values import TEXT_LIMIT, Invalid, Problem
from tests.builders import a_flag, a_note, a_patient, a_warning_sign
from tests.refusals import refusals
from tests.strategies import texts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        (" Sleeps better", "white space"),
        ("Sleeps better\n", "white space"),
        ("x" * (TEXT_LIMIT + 1), "longer than 2000"),
        ("Sleeps\x00better", "control character"),
        ("Sleeps\x7fbetter", "control character"),
        ("Sleeps \ud83d better", "surrogate"),
    ],
)
def test_a_text_that_people_cannot_read_is_refused(text, reason):
    assert reason in refusals(lambda: a_warning_sign(text=text))["text"]


@pytest.mark.parametrize("text", ["x" * TEXT_LIMIT, "two\r\n\tlines", "👩‍👩‍👧", "0"])
def test_a_text_that_people_can_read_is_kept_as_it_is(text):
    assert a_warning_sign(text=text).text == text


@given(texts())
def test_every_generated_text_is_accepted(text):
    assert a_warning_sign(text=text).text == text
    assert len(text) <= 60


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (datetime(2024, 3, 4, 9), "offset"),  # noqa: DTZ001  # what is refused here
        (datetime(2024, 3, 4, 9, 0, 0, 1, tzinfo=UTC), "whole seconds"),
        (datetime(2024, 3, 4, 9, tzinfo=timezone(timedelta(hours=1, seconds=1))), "whole minutes"),
        (datetime(2024, 3, 4, 9, tzinfo=timezone(timedelta(hours=14, minutes=1))), "-14:00 to +14:00"),
        (datetime(2024, 3, 4, 9, tzinfo=timezone(timedelta(hours=-15))), "-14:00 to +14:00"),
        (datetime(1899, 12, 31, 9, tzinfo=UTC), "1900 to 2999"),
        (datetime(3000, 1, 1, 9, tzinfo=UTC), "1900 to 2999"),
    ],
)
def test_a_moment_that_is_no_fhir_instant_is_refused(moment, reason):
    assert reason in refusals(lambda: a_note(sent_at=moment))["sent_at"]


@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_a_moment_may_have_any_offset_of_fhir(hours):
    sent_at = datetime(2024, 3, 4, 9, tzinfo=timezone(timedelta(hours=hours)))
    assert a_note(sent_at=sent_at).sent_at == sent_at


@pytest.mark.parametrize("uid", ["a b", "a/b", "ä", "x" * 65, "a\n"])
def test_an_id_that_cannot_stand_in_a_url_is_refused(uid):
    assert "letters, digits" in refusals(lambda: a_flag(id=uid))["id"]


def test_everything_wrong_with_a_value_is_said_at_once():
    found = refusals(lambda: a_patient(id="", family_name=" ", identifiers=(), given_names=("Maja", "")))
    assert set(found) == {"id", "family_name", "identifiers", "given_names[1]"}


def test_an_error_names_fields_and_never_repeats_what_a_person_wrote():
    with pytest.raises(Invalid) as caught:
        a_patient(family_name="Sørensen\x00", given_names=("Maja ",))
    assert "family_name: " in str(caught.value)
    assert "given_names[0]: " in str(caught.value)
    assert "Sørensen" not in str(caught.value)
    assert "Maja" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "parent", "seen"),
    [
        ("due", "goals[1]", "goals[1].due"),
        ("[0]", "given_names", "given_names[0]"),
        ("", "goals[1]", "goals[1]"),
    ],
)
def test_a_problem_seen_from_above_keeps_its_path_and_reason(field, parent, seen):
    assert Problem(field, "is empty").under(parent) == Problem(seen, "is empty")


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u0085", "\ufff9"])
def test_a_text_that_reads_in_another_order_than_it_is_kept_is_refused(mark):
    assert "order" in refusals(lambda: a_patient(family_name=f"Berg{mark}mg 05"))["family_name"]


@pytest.mark.parametrize("text", ["\u200b", "\ufeff\u2060", " \u200d\u00ad", "\u2028"])
def test_a_text_that_no_eye_sees_is_empty(text):
    assert refusals(lambda: a_patient(family_name=text))["family_name"] == "is empty"


@pytest.mark.parametrize("text", ["👩‍👩‍👧 home", "می‌خواهم", "cafe\u0301", "\u200fشمس"])
def test_joiners_accents_and_directions_of_words_are_text(text):
    assert a_patient(family_name=text).family_name == text
