"""Who in the chart is meant: people and problems are matched, and made only on a sandbox."""

from dataclasses import replace

import pytest

from service.domain.concept import Identifier
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.report import Done, Standing
from tests.builders import (
    MRN,
    NPI,
    PSYCHIATRIST,
    SNOMED,
    THERAPIST,
    a_condition,
    a_goal,
    a_patient,
    a_person,
    a_plan,
    uid,
)
from tests.scenarios.clinic import Clinic, answering, attention, done, of, ours

PATIENT = Key("Patient", uid("patient"))
PROBLEM = Key("Condition", uid("conditions-0"))
GOAL = Key("Goal", uid("goals-0"))
MAJA = {
    "resourceType": "Patient",
    "active": True,
    "identifier": [{"system": MRN, "value": "MRN-4711"}],
    "name": [{"family": "Sørensen", "given": ["Maja"]}],
    "birthDate": "1988-05-17",
}


def clinician(person, **elements):
    identifiers = [{"system": one.system, "value": one.value} for one in person.identifiers]
    name = [{"family": person.family_name}]
    return {"resourceType": "Practitioner", "identifier": identifiers, "name": name, **elements}


def problem(patient, code="832007"):
    coded = {"coding": [{"system": SNOMED, "code": code}]}
    return {"resourceType": "Condition", "subject": {"reference": patient}, "code": coded}


def a_real_clinic(plan=None, *, patients=(MAJA,), staff=(PSYCHIATRIST, THERAPIST), problems=1, **connection):
    """A clinic whose chart knows the patient, the staff and the problem; and the patient's address there."""
    clinic = Clinic(plan, sandbox=False, **connection)
    made = [clinic.made(one) for one in patients]
    for person in staff:
        clinic.made(clinician(person))
    for _ in range(problems):
        clinic.made(problem(made[0]))
    return clinic


def test_people_and_problems_are_referred_to_and_never_written():
    clinic = a_real_clinic()
    theirs = {kind: clinic.all(kind) for kind in ("Patient", "Practitioner", "Condition")}
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    assert {kind: clinic.all(kind) for kind in theirs} == theirs
    assert clinic.all("PractitionerRole") == []
    matched = {str(item.key).partition("/")[0] for item in report.items if item.done is Done.MATCHED}
    assert matched == {"Patient", "Practitioner", "Condition"}
    (patient,) = theirs["Patient"]
    (plan,) = clinic.all("CarePlan")
    assert plan["subject"] == {"reference": f"Patient/{patient['id']}"}
    assert plan["addresses"] == [{"reference": f"Condition/{theirs['Condition'][0]['id']}"}]
    assert not any(ours(one) for kind in theirs for one in clinic.all(kind))


def test_who_was_matched_once_is_not_looked_for_again():
    clinic = a_real_clinic()
    clinic.push()
    report = clinic.push()
    assert clinic.writes == []
    searched = [str(one.url) for one in clinic.asked if "identifier=" in str(one.url)]
    assert searched == []
    entry = clinic.entry(PATIENT)
    assert entry is not None
    assert entry.state is LinkState.PULL_ONLY
    assert done(report)[str(PATIENT)] is Done.MATCHED


def searches(clinic, kind):
    return [one for one in clinic.asked if f"/{kind}?" in str(one.url)]


@pytest.mark.parametrize("sandbox", [True, False])
def test_the_staff_is_looked_for_in_one_request(sandbox):
    clinic = Clinic(sandbox=True) if sandbox else a_real_clinic()
    clinic.push()
    (search,) = searches(clinic, "Practitioner")
    assert search.headers["Cache-Control"] == "no-cache, no-store"


def test_where_a_search_takes_one_identifier_everybody_is_found_all_the_same():
    two = a_patient(identifiers=(Identifier(system=MRN, value="x"), *a_patient().identifiers))
    clinic = a_real_clinic(a_plan(patient=two))

    def one_at_a_time(answer, incoming):
        named = dict(incoming.query).get("identifier", "")
        query = (("identifier", "urn:none|none"),) if "," in named else incoming.query
        return answer(replace(incoming, query=query))

    clinic.spoil = one_at_a_time
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    assert len(searches(clinic, "Practitioner")) > 1
    assert done(report)[str(PATIENT)] is Done.MATCHED


PARKED = {
    "nobody": ((), "no patient of the chart has the identifier"),
    "two": ((MAJA, MAJA), "several patients"),
    "another birth date": (({**MAJA, "birthDate": "1988-05-18"},), "another birth date"),
    "another name": (({**MAJA, "name": [{"family": "Sorensen"}]},), "another family name"),
    "merged": (
        ({**MAJA, "link": [{"type": "replaced-by", "other": {"display": "the other"}}]},),
        "merged into another",
    ),
    "inactive": (({**MAJA, "active": False},), "inactive"),
}


@pytest.mark.parametrize(("patients", "words"), PARKED.values(), ids=PARKED)
def test_a_patient_who_is_not_surely_the_one_parks_the_plan_and_nothing_is_written(patients, words):
    clinic = a_real_clinic(patients=patients, problems=0)
    if patients:
        clinic.made(problem(f"Patient/{clinic.all('Patient')[0]['id']}"))
    before = clinic.all()
    report = clinic.push()
    assert report.standing is Standing.PARKED
    assert words in str(of(report, PATIENT).reason)
    assert clinic.writes == []
    assert clinic.all() == before


def test_on_a_sandbox_whoever_is_not_there_is_made_and_whoever_is_there_is_not():
    clinic = Clinic()
    therapist = clinic.made(clinician(THERAPIST))
    report = clinic.push()
    made = done(report)
    assert made[str(PATIENT)] is made[f"Practitioner/{PSYCHIATRIST.id}"] is Done.CREATED
    assert made[f"Practitioner/{THERAPIST.id}"] is Done.MATCHED
    assert of(report, Key("Practitioner", THERAPIST.id)).reference == therapist
    assert len(clinic.all("Practitioner")) == 2


def test_a_doubt_parks_the_plan_on_a_sandbox_too():
    clinic = Clinic()
    clinic.made({**MAJA, "birthDate": "1990-01-01"})
    assert clinic.push().standing is Standing.PARKED
    assert len(clinic.all()) == 1


@pytest.mark.parametrize(
    ("staff", "problems", "key", "words"),
    [
        ((PSYCHIATRIST,), 1, Key("Practitioner", THERAPIST.id), "no practitioner"),
        ((PSYCHIATRIST, THERAPIST, THERAPIST), 1, Key("Practitioner", THERAPIST.id), "several practitioners"),
        ((PSYCHIATRIST, THERAPIST), 0, PROBLEM, "no condition with this code"),
        ((PSYCHIATRIST, THERAPIST), 2, PROBLEM, "several conditions"),
    ],
)
def test_staff_and_problems_that_are_not_surely_the_ones_park_the_plan(staff, problems, key, words):
    clinic = a_real_clinic(staff=staff, problems=problems)
    report = clinic.push()
    assert attention(report) == {str(key): (Done.UNMATCHED, of(report, key).reason)}
    assert words in str(of(report, key).reason)
    assert clinic.writes == []


def test_two_problems_of_the_plan_may_be_one_in_the_chart():
    twice = (a_condition(), a_condition(id=uid("conditions-1")))
    goal = a_goal(addresses=tuple(one.id for one in twice))
    clinic = a_real_clinic(a_plan(conditions=twice, goals=(goal,)))
    assert clinic.push().standing is Standing.IN_STEP
    (problem_there,) = clinic.all("Condition")
    pointed = {one["reference"] for one in clinic.of(GOAL)["addresses"]}
    assert pointed == {f"Condition/{problem_there['id']}"}


CHANGED = {
    "merged": {"link": [{"type": "replaced-by", "other": {"display": "x"}}]},
    "inactive": {"active": False},
    "renamed": {"name": [{"family": "Berg"}]},
    "born on another day": {"birthDate": "1988-05-18"},
    "given another number": {"identifier": [{"system": MRN, "value": "MRN-1"}]},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_patient_who_became_another_freezes_the_plan(change):
    clinic = a_real_clinic()
    clinic.push()
    patient = f"Patient/{clinic.all('Patient')[0]['id']}"
    clinic.edit(patient, **change)
    clinic.rename("Another title")
    report = clinic.push()
    assert report.standing is Standing.PARKED
    assert of(report, PATIENT).reference == patient
    assert clinic.writes == []


def test_a_patient_who_vanished_freezes_the_plan():
    clinic = a_real_clinic()
    clinic.push()
    patient = f"Patient/{clinic.all('Patient')[0]['id']}"
    clinic.spoil = answering("GET", patient, 410)
    clinic.rename("Another title")
    report = clinic.push()
    assert report.standing is Standing.PARKED
    assert "no longer" in str(of(report, PATIENT).reason)
    assert clinic.writes == []


def test_only_identifiers_of_the_configured_system_tell_the_patient():
    mrn = a_patient().identifiers[0]
    card = Identifier(system="urn:oid:2.16.840.1", value="7")
    clinic = a_real_clinic(
        a_plan(patient=a_patient(identifiers=(card, mrn))), patient_identifier_system="urn:oid:2.16.840.1"
    )
    report = clinic.push()
    assert of(report, PATIENT).reason == "no patient of the chart has the identifier"


@pytest.mark.parametrize("value", ["A,B", "A$B", "A\\B", "0 0/7"])
def test_an_identifier_is_looked_for_to_the_letter(value):
    patient = a_patient(identifiers=(Identifier(system=MRN, value=value),))
    there = {**MAJA, "identifier": [{"system": MRN, "value": value}]}
    clinic = a_real_clinic(a_plan(patient=patient), patients=(there,))
    assert clinic.push().standing is Standing.IN_STEP


def test_a_clinician_without_identifier_cannot_be_matched():
    somebody = a_person(id=PSYCHIATRIST.id, identifiers=())
    clinic = a_real_clinic()
    with clinic.storage.begin() as work:
        work.people.put(somebody)
        work.commit()
    report = clinic.push()
    assert of(report, Key("Practitioner", PSYCHIATRIST.id)).done is Done.UNMATCHED
    assert NPI not in str(report)
