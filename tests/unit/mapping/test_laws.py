"""The laws refuse what they are there to refuse."""

from dataclasses import replace

import pytest

from service.mapping import encounter
from service.mapping.reading import Absorbed
from tests.builders import a_session, moment, uid
from tests.unit.mapping.laws import PATIENT, Mapper, restores, restores_over

VALUE = a_session(therapy=uid("therapies-0"))
OTHER = a_session(end=moment(7, 18), appointment=uid("appointments-0"))


def write(value, onto, refs):
    return encounter.to_fhir(value, PATIENT, refs, onto=onto)


def gives_back_what_was_held(held, resource, refs):
    return Absorbed(value=held)


def forgets_the_end(held, resource, refs):
    made = encounter.absorb(held, resource, refs)
    return made if held is None else replace(made, value=replace(made.value, end=held.end))


def keeps_a_therapy_that_is_gone(held, resource, refs):
    made = encounter.absorb(held, resource, refs)
    therapy = made.value.therapy or (held.therapy if held else None)
    return replace(made, value=replace(made.value, therapy=therapy))


@pytest.mark.parametrize("absorb", [gives_back_what_was_held, forgets_the_end])
def test_a_reader_that_leans_on_what_is_held_breaks_the_round_trip(absorb):
    with pytest.raises(AssertionError):
        restores(Mapper(write, absorb), VALUE, OTHER)


def test_a_reader_that_never_empties_a_field_breaks_the_round_trip():
    with pytest.raises(AssertionError):
        restores(Mapper(write, keeps_a_therapy_that_is_gone), OTHER, VALUE)


def test_a_writer_that_renders_over_theirs_breaks_the_law_of_the_overlay():
    with pytest.raises(KeyError):
        restores_over(
            Mapper(lambda value, onto, refs: write(value, None, refs), encounter.absorb), VALUE, OTHER
        )
