from dataclasses import replace

from hypothesis import given

from service.domain.people import Role
from service.mapping import practitioner
from service.mapping import practitioner_role as module
from service.mapping.terminology.people import ROLE
from tests.builders import PSYCHIATRIST, a_person, uid
from tests.strategies import people
from tests.unit.mapping.laws import ELSEWHERE, NEW, NOTHING_OF_OURS, PLACED, Mapper, is_sound, leaves, sent

MAPPER = Mapper(lambda x, onto, refs: module.to_fhir(x, refs, onto=onto), module.absorb)
PEOPLE = people(uid("people-0"))


def written(value=PSYCHIATRIST, onto=None, refs=PLACED):
    return sent(MAPPER.write(value, onto, refs))


@given(PEOPLE, PEOPLE)
def test_a_clinician_comes_back_whole_from_both_resources(value, held):
    for refs in (NEW, PLACED):
        first = practitioner.to_fhir(value, refs)
        for before in (None, held):
            person = practitioner.absorb(before, first, refs, profession=Role.OTHER).value
            made = MAPPER.absorb(person, written(value, refs=refs), refs)
            assert (made.value, made.issues) == (value, ())


@given(PEOPLE, PEOPLE)
def test_a_role_laid_over_another_comes_back_and_theirs_stays(value, before):
    chart = written(before) | {"specialty": [NOTHING_OF_OURS]}
    chart["code"].insert(0, NOTHING_OF_OURS)
    laid = written(value, chart)
    assert laid["specialty"] == [NOTHING_OF_OURS]
    assert laid["code"] == [NOTHING_OF_OURS, *written(value)["code"]]
    assert MAPPER.absorb(replace(before, **_name(value)), laid, PLACED).value == value


def _name(person):
    return {name: getattr(person, name) for name in ("family_name", "given_names", "identifiers", "active")}


@given(PEOPLE)
def test_a_role_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_a_role_names_nobody_by_itself():
    assert leaves(MAPPER, None, written()) == ("PractitionerRole.practitioner",)
    other = a_person(id=uid("people-1"))
    assert leaves(MAPPER, other, written()) == ("PractitionerRole.practitioner",)
    chart = {**written(), "practitioner": ELSEWHERE}
    assert leaves(MAPPER, PSYCHIATRIST, chart) == ("PractitionerRole.practitioner",)
    del chart["practitioner"]
    assert leaves(MAPPER, PSYCHIATRIST, chart) == ()


def test_the_profession_of_a_role_is_known_before_its_clinician():
    assert module.profession(written()) is Role.PSYCHIATRIST
    assert module.profession({}) is None
    assert module.profession({**written(), "code": [NOTHING_OF_OURS]}) is None


def test_a_further_profession_stays_and_is_reported():
    chart = written()
    chart["code"].append(ROLE.concept(Role.PSYCHOLOGIST))
    assert leaves(MAPPER, PSYCHIATRIST, chart) == ("PractitionerRole.code",)
    laid = written(a_person(profession=Role.COUNSELOR), chart)
    assert [ROLE.find(one) for one in laid["code"]] == [Role.COUNSELOR, Role.PSYCHOLOGIST]


def test_an_unknown_profession_is_reported_and_changes_nothing():
    for code in ([NOTHING_OF_OURS], [7], []):
        assert leaves(MAPPER, PSYCHIATRIST, {**written(), "code": code}) == ("PractitionerRole.code",)
    hidden = {**written(), "code": [{"coding": 7}]}
    assert leaves(MAPPER, PSYCHIATRIST, hidden) == ("PractitionerRole.code[0]",)


def test_a_place_that_the_chart_refers_to_stays():
    clinic = {"reference": "Organization/5", "display": "Lindenhof Clinic"}
    chart = {**written(), "organization": clinic}
    assert written(a_person(organization="Elsewhere"), chart)["organization"] == clinic
    assert leaves(MAPPER, PSYCHIATRIST, chart) == ()


def test_a_place_without_words_is_reported_and_changes_nothing():
    chart = {**written(), "organization": {"reference": "Organization/5"}}
    assert leaves(MAPPER, PSYCHIATRIST, chart) == ("PractitionerRole.organization.display",)
