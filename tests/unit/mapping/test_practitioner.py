from dataclasses import replace

from hypothesis import given

from service.domain.people import Role
from service.mapping import practitioner as module
from tests.builders import PSYCHIATRIST, uid
from tests.strategies import people
from tests.unit.mapping.laws import PLACED, Mapper, is_sound, leaves, paths, sent

MAPPER = Mapper(lambda x, onto, refs: module.to_fhir(x, refs, onto=onto), module.absorb)
PEOPLE = people(uid("people-0"))


def written(value=PSYCHIATRIST, onto=None):
    return sent(MAPPER.write(value, onto, PLACED))


@given(PEOPLE, PEOPLE)
def test_a_clinician_comes_back_but_for_what_the_role_says(value, held):
    expected = replace(value, profession=held.profession, organization=held.organization)
    made = MAPPER.absorb(held, written(value), PLACED)
    assert (made.value, made.issues) == (expected, ())
    new = module.absorb(None, written(value), PLACED, profession=Role.COUNSELOR)
    assert new.value == replace(value, profession=Role.COUNSELOR, organization=None)
    assert new.issues == ()


@given(PEOPLE, PEOPLE)
def test_a_clinician_laid_over_another_keeps_every_identifier(value, before):
    laid = written(value, written(before) | {"qualification": [{"code": {"text": "MD"}}]})
    made = MAPPER.absorb(value, laid, PLACED).value
    assert set(made.identifiers) == set(value.identifiers) | set(before.identifiers)
    assert replace(made, identifiers=value.identifiers) == value
    assert laid["qualification"] == [{"code": {"text": "MD"}}]


@given(PEOPLE)
def test_a_clinician_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_a_new_clinician_without_a_profession_is_taken_for_other_and_reported():
    made = MAPPER.absorb(None, written(), PLACED)
    assert made.value.profession is Role.OTHER
    assert paths(made.issues) == ("Practitioner.",)


def test_what_is_no_boolean_is_reported_and_changes_nothing():
    assert leaves(MAPPER, PSYCHIATRIST, {**written(), "active": "false"}) == ("Practitioner.active",)
