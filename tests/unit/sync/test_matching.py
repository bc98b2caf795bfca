"""Who in the chart is meant."""

from unicodedata import normalize

import pytest

from service.domain.concept import Identifier
from service.fhir.json import JsonObject
from service.ports.ehr import Held
from service.sync.matching import (
    Doubt,
    Match,
    NoMatch,
    inactive_reason,
    match_patient,
    match_person,
    match_problem,
)
from tests.builders import ICD_10_CM, MRN, NPI, SNOMED, STAFF, THERAPIST, a_concept, a_patient

MAJA = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:other", "value": "1"}, {"system": MRN, "value": "MRN-4711"}],
    "name": [{"use": "maiden", "family": "Berg"}, {"family": "Sørensen"}],
    "birthDate": "1988-05-17",
}


def held(resource: JsonObject, reference: str = "Patient/1") -> Held:
    return Held(reference=reference, version="1", last_updated=None, resource=resource)


def test_a_patient_is_matched_by_identifier_birth_date_and_family_name():
    assert match_patient(a_patient(), [held(MAJA)]) == Match(held(MAJA))


def test_one_patient_who_was_found_twice_is_one_patient():
    both = Identifier(system=STAFF, value="7")
    patient = a_patient(identifiers=(*a_patient().identifiers, both))
    assert match_patient(patient, [held(MAJA), held(MAJA)]) == Match(held(MAJA))


@pytest.mark.parametrize("spelling", ["NFC", "NFD"])
@pytest.mark.parametrize("family", ["Müller-Weiß", "MÜLLER-WEISS", "müller-weiss"])
def test_a_name_is_the_same_in_every_spelling(family, spelling):
    resource = {**MAJA, "name": [{"family": normalize(spelling, family)}]}
    assert isinstance(match_patient(a_patient(family_name="Müller-Weiß"), [held(resource)]), Match)


def test_nobody_found_is_no_match():
    assert match_patient(a_patient(), []) == NoMatch("no patient of the chart has the identifier")


@pytest.mark.parametrize(
    "identifier",
    [
        [],
        [{"system": MRN, "value": "MRN-4712"}],
        [{"system": "urn:other", "value": "MRN-4711"}],
        [{"value": "MRN-4711"}],
    ],
)
def test_somebody_without_the_identifier_is_no_match_whatever_the_server_found(identifier):
    assert isinstance(match_patient(a_patient(), [held({**MAJA, "identifier": identifier})]), NoMatch)


DOUBTS = {
    "several": ([held(MAJA), held(MAJA, "Patient/2")], "several patients of the chart have the identifier"),
    "another birth date": (
        [held({**MAJA, "birthDate": "1988-05-18"})],
        "the patient with the identifier has another birth date",
    ),
    "no birth date": (
        [held({name: one for name, one in MAJA.items() if name != "birthDate"})],
        "the patient with the identifier has another birth date",
    ),
    "another name": (
        [held({**MAJA, "name": [{"family": "Sorensen"}]})],
        "the patient with the identifier has another family name",
    ),
    "no name": ([held({**MAJA, "name": []})], "the patient with the identifier has another family name"),
}


@pytest.mark.parametrize(("found", "reason"), DOUBTS.values(), ids=DOUBTS)
def test_any_difference_is_a_doubt(found, reason):
    assert match_patient(a_patient(), found) == Doubt(reason)


def test_the_reason_never_holds_what_tells_who_it_is():
    for _, reason in DOUBTS.values():
        assert "Sørensen" not in reason
        assert "1988" not in reason


JOERG = {
    "resourceType": "Practitioner",
    "identifier": [{"system": NPI, "value": "1245319599"}],
    "name": [{"family": "Müller-Weiß"}],
}


def test_a_clinician_is_matched_by_identifier_and_family_name():
    assert match_person(THERAPIST, [held(JOERG)]) == Match(held(JOERG))


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ([], NoMatch),
        ([held({**JOERG, "identifier": []})], NoMatch),
        ([held(JOERG), held(JOERG, "Practitioner/2")], Doubt),
        ([held({**JOERG, "name": [{"family": "Weiß"}]})], Doubt),
    ],
)
def test_a_clinician_who_is_not_surely_the_one_is_not_matched(found, kind):
    assert isinstance(match_person(THERAPIST, found), kind)


def problem(code: str = "832007", system: str = SNOMED, **more: object) -> JsonObject:
    return {"resourceType": "Condition", "code": {"coding": [{"system": system, "code": code}]}, **more}


def verified(code: str) -> JsonObject:
    return {"verificationStatus": {"coding": [{"code": code}]}}


@pytest.mark.parametrize("found", [problem(), problem("F32.1", ICD_10_CM), problem(**verified("confirmed"))])
def test_a_problem_is_matched_by_any_code_that_both_carry(found):
    others = [problem("1"), problem(**verified("entered-in-error")), problem(**verified("refuted"))]
    held_ones = [held(one, f"Condition/{n}") for n, one in enumerate([*others, found])]
    assert match_problem(a_concept(), held_ones) == Match(held_ones[-1])


@pytest.mark.parametrize(
    ("found", "kind"),
    [([], NoMatch), ([problem("F32.1", SNOMED)], NoMatch), ([problem(), problem("F32.1", ICD_10_CM)], Doubt)],
)
def test_a_problem_that_is_not_surely_the_one_is_not_matched(found, kind):
    held_ones = [held(one, f"Condition/{n}") for n, one in enumerate(found)]
    assert isinstance(match_problem(a_concept(), held_ones), kind)


@pytest.mark.parametrize(
    ("patient", "word"),
    [
        ({"link": [{"type": "replaced-by"}]}, "merged"),
        ({"active": False}, "inactive"),
        ({"active": True, "link": [{"type": "replaces"}, {}]}, None),
        ({}, None),
    ],
)
def test_nothing_is_written_for_a_patient_who_was_merged_or_is_inactive(patient, word):
    reason = inactive_reason(patient)
    assert (reason is None) if word is None else (word in str(reason))
