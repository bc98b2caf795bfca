from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.people import Role
from service.domain.therapy import RequestStatus
from service.fhir.validation import problems
from service.mapping import care_team as module
from service.mapping.terminology.people import ROLE
from tests.builders import (
    NURSE,
    PSYCHIATRIST,
    THERAPIST,
    a_plan,
    a_team_member,
    day,
    the_patient_in_the_team,
    uid,
)
from tests.strategies import meetings
from tests.unit.mapping.laws import ELSEWHERE, NEW, NOTHING_OF_OURS, PLACED, generated, paths, pool, sent

TEAMS = generated(meetings.care_team, pool("care_team"))
TEAM = (
    the_patient_in_the_team(until=day(90)),
    a_team_member(until=day(90)),
    a_team_member(id=uid("care_team-2"), role=Role.PSYCHOTHERAPIST, person=THERAPIST.id),
)


def written(team=TEAM, onto=None, refs=PLACED):
    return sent(module.to_fhir(a_plan(care_team=team), refs, onto=onto))


def without_ids(resource):
    chart = deepcopy(resource)
    for participant in chart["participant"]:
        participant.pop("id", None)
    return chart


def read(resource, held=TEAM):
    return module.absorb(held, resource, PLACED)


@given(TEAMS, TEAMS)
def test_a_team_comes_back_as_it_was_whatever_was_held(team, held):
    for refs in (NEW, PLACED):
        for before in ((), held):
            made = module.absorb(before, written(team, refs=refs), refs)
            assert (made.value, made.issues) == (team, ())


@given(TEAMS, TEAMS)
def test_a_team_laid_over_another_comes_back_and_theirs_stays(team, before):
    chart = written(before) | {"name": "Tuesday team", "managingOrganization": [ELSEWHERE]}
    stranger = {"id": "1", "role": [NOTHING_OF_OURS], "member": {"reference": "RelatedPerson/9"}}
    chart["participant"].insert(0, stranger)
    laid = written(team, chart)
    assert laid["participant"][0] == stranger
    assert (laid["name"], laid["managingOrganization"]) == ("Tuesday team", [ELSEWHERE])
    made = read(laid, before)
    assert made.issues == ()
    assert sorted(made.value, key=repr) == sorted(team, key=repr)
    assert written(team, laid) == laid


@given(TEAMS)
def test_a_team_is_valid_r4(team):
    assert problems(written(team, refs=NEW)) == ()


@pytest.mark.parametrize("status", list(RequestStatus))
def test_a_team_stands_where_its_plan_stands(status):
    resource = module.to_fhir(a_plan(status=status), NEW)
    assert problems(resource) == ()
    assert (resource["status"] == "active") == (status is RequestStatus.ACTIVE)


def test_members_whose_element_ids_were_dropped_are_known_by_person_and_role():
    assert read(without_ids(written())).value == TEAM
    twice = (*TEAM, a_team_member(id=uid("x"), since=day(100)), a_team_member(id=uid("y"), since=day(120)))
    assert read(without_ids(written(twice)), twice).value == twice


def test_members_without_an_id_get_the_same_new_one_each_time():
    twice = (*TEAM, a_team_member(id=uid("x"), since=day(100)))
    made = read(without_ids(written(twice)), ()).value
    assert made == read(without_ids(written(twice)), ()).value
    assert len({member.id for member in made}) == 4
    assert [replace(one, id="-") for one in made] == [replace(one, id="-") for one in twice]
    foreign = without_ids(written())
    foreign["participant"][1]["id"] = "not an id of ours"
    assert read(foreign).value == TEAM


def test_participants_without_ids_are_written_in_their_places():
    chart = without_ids(written())
    chart["participant"][1]["onBehalfOf"] = {"reference": "Organization/5"}
    chart["participant"][2]["role"].append(NOTHING_OF_OURS)
    ended = (TEAM[0], TEAM[1], replace(TEAM[2], until=day(50)))
    laid = written(ended, chart)["participant"]
    assert [one["id"] for one in laid] == [member.id for member in TEAM]
    assert laid[1]["onBehalfOf"] == {"reference": "Organization/5"}
    assert laid[2]["role"] == chart["participant"][2]["role"]
    assert laid[2]["period"]["end"] == day(50).isoformat()


def test_a_participant_of_the_plan_that_the_chart_added_joins_the_team():
    chart = written()
    nurse = PLACED.to("Practitioner", NURSE.id)
    chart["participant"].append({"role": [ROLE.concept(Role.PSYCHIATRIC_NURSE)], "member": nurse})
    made = read(chart)
    assert made.issues == ()
    assert made.value[:3] == TEAM
    assert (made.value[3].person, made.value[3].role) == (NURSE.id, Role.PSYCHIATRIC_NURSE)
    assert written(TEAM, chart)["participant"] == written()["participant"]


def spoilt(index, **changes):
    chart = written()
    chart["participant"][index] |= changes
    return chart


@pytest.mark.parametrize(
    ("chart", "path"),
    [
        (spoilt(1, role=[NOTHING_OF_OURS]), "CareTeam.participant[1].role"),
        (spoilt(1, period={"end": "2024"}), "CareTeam.participant[1].period.end"),
        (spoilt(1, role=[ROLE.concept(Role.PATIENT)]), "CareTeam.participant[1]"),
        (spoilt(0, member=ELSEWHERE), "CareTeam.participant"),
        ({**written(), "participant": []}, "CareTeam.participant"),
        ({**written(), "participant": ["text"]}, "CareTeam.participant[0]"),
    ],
)
def test_a_team_that_cannot_be_read_is_reported_and_changes_nothing(chart, path):
    made = read(chart)
    assert made.value == TEAM
    assert paths(made.issues) == (path,)


def test_a_participant_with_a_role_that_we_do_not_know_stays():
    chart = spoilt(1, role=[NOTHING_OF_OURS], id="theirs")
    laid = written(TEAM, chart)["participant"]
    assert laid[1] == chart["participant"][1]
    assert laid[3]["member"] == PLACED.to("Practitioner", PSYCHIATRIST.id)
