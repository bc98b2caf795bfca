from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.concept import Identifier
from service.mapping import patient as module
from tests.builders import MRN, STAFF, a_patient
from tests.data import official
from tests.strategies import patients
from tests.unit.mapping.laws import PLACED, Mapper, is_sound, leaves, restores, sent

MAPPER = Mapper(lambda x, onto, refs: module.to_fhir(x, refs, onto=onto), module.absorb)
FULL = a_patient()


def written(value=FULL):
    return sent(MAPPER.write(value, None, PLACED))


@given(patients(), patients())
def test_a_patient_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(patients())
def test_a_patient_is_valid_r4(value):
    is_sound(MAPPER, value)


@given(patients(), patients())
def test_a_patient_laid_over_another_comes_back_with_every_identifier(value, before):
    laid = sent(MAPPER.write(value, written(before), PLACED))
    both = set(value.identifiers) | set(before.identifiers)
    made = MAPPER.absorb(None, laid, PLACED).value
    assert set(made.identifiers) == both
    assert replace(made, identifiers=value.identifiers) == value


def test_patients_of_the_chart_keep_all_that_is_not_ours():
    ours = {*module.SHAPE, "_gender", "_birthDate"}
    for _, chart in official("Patient"):
        laid = MAPPER.write(FULL, chart, PLACED)
        assert {key: one for key, one in laid.items() if key not in ours} == {
            key: one for key, one in chart.items() if key not in ours
        }
        assert all(one in laid["identifier"] for one in chart.get("identifier", []))
        made = MAPPER.absorb(None, laid, PLACED).value
        assert (made.family_name, made.birth_date) == (FULL.family_name, FULL.birth_date)


def test_only_the_official_name_of_now_is_ours():
    chart = written()
    maiden = {"use": "official", "family": "Holm", "period": {"end": "2015-06-01"}}
    nickname = {"use": "nickname", "given": ["Mai"]}
    chart["name"] = [maiden, {"prefix": ["Dr."], **chart["name"][0]}, nickname]
    assert MAPPER.absorb(None, chart, PLACED).value == FULL
    laid = MAPPER.write(a_patient(given_names=("Maja",)), chart, PLACED)["name"]
    assert laid == [
        maiden,
        {"prefix": ["Dr."], "use": "official", "family": "Sørensen", "given": ["Maja"]},
        nickname,
    ]


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ([{"use": "nickname", "given": ["Mai"]}], "Patient.name"),
        ([{"text": "Maja Sørensen"}], "Patient.name[0].family"),
        (["Maja"], "Patient.name"),
    ],
)
def test_a_name_that_cannot_be_read_is_reported_and_changes_nothing(names, path):
    assert leaves(MAPPER, FULL, {**written(), "name": names}) == (path,)


def test_a_chart_without_a_name_leaves_the_one_that_is_held():
    chart = written()
    del chart["name"]
    assert leaves(MAPPER, FULL, chart) == ()
    assert MAPPER.absorb(None, chart, PLACED).value is None


def test_identifiers_of_one_system_stand_side_by_side():
    chart = written(a_patient(identifiers=(Identifier(system=MRN, value="MRN-1"),)))
    chart["identifier"][1]["use"] = "old"
    value = a_patient(
        identifiers=(Identifier(system=MRN, value="MRN-2"), Identifier(system=STAFF, value="1"))
    )
    laid = MAPPER.write(value, chart, PLACED)["identifier"]
    assert laid[1] == {"system": MRN, "value": "MRN-1", "use": "old"}
    assert [one["value"] for one in laid[2:]] == ["MRN-2", "1"]


def test_an_unknown_gender_code_is_reported_and_changes_nothing():
    assert leaves(MAPPER, FULL, {**written(), "gender": "f"}) == ("Patient.gender",)
