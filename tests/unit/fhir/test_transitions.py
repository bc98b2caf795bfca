from itertools import pairwise, product

import pytest

from service.fhir.schema import elements
from service.fhir.transitions import is_terminal, is_withdrawn, may_follow, status_of


def statuses(kind):
    return elements(kind)["lifecycleStatus" if kind == "Goal" else "status"].codes


ENDINGS = {
    "Appointment": {"cancelled", "fulfilled", "noshow"},
    "CarePlan": {"completed", "revoked"},
    "CareTeam": {"inactive"},
    "Communication": {"completed", "not-done", "stopped"},
    "Encounter": {"cancelled", "finished"},
    "Flag": {"inactive"},
    "Goal": {"cancelled", "completed", "rejected"},
    "MedicationRequest": {"cancelled", "completed", "stopped"},
    "MedicationStatement": {"completed", "stopped"},
    "Observation": {"cancelled"},
    "QuestionnaireResponse": {"amended", "stopped"},
    "ServiceRequest": {"completed", "revoked"},
    "Task": {"cancelled", "completed", "failed", "rejected"},
}

TYPES = sorted(ENDINGS)


@pytest.mark.parametrize("kind", TYPES)
def test_the_endings_of_a_type_are_known(kind):
    assert {one for one in statuses(kind) if is_terminal(kind, one)} == ENDINGS[kind] | {"entered-in-error"}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "Goal", "lifecycleStatus": "entered-in-error"}, True),
        ({"resourceType": "Goal", "lifecycleStatus": "cancelled"}, False),
        ({"resourceType": "Task", "status": "entered-in-error"}, True),
        (
            {"resourceType": "Condition", "verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
            True,
        ),
        ({"resourceType": "Condition", "verificationStatus": {"coding": [{"code": "refuted"}]}}, False),
        ({"resourceType": "Condition", "verificationStatus": {"text": "a mistake"}}, False),
        ({"resourceType": "Patient"}, False),
    ],
)
def test_each_type_has_its_own_way_to_say_that_it_was_entered_in_error(resource, expected):
    assert is_withdrawn(resource) is expected


@pytest.mark.parametrize("kind", TYPES)
def test_after_an_ending_comes_nothing_but_a_withdrawal(kind):
    for old, new in product(statuses(kind), repeat=2):
        if is_terminal(kind, old) and old != new:
            assert may_follow(kind, old, new) == (new == "entered-in-error" and old != "entered-in-error")


@pytest.mark.parametrize("kind", TYPES)
def test_every_status_of_r4_but_the_first_can_be_reached(kind):
    codes = statuses(kind)
    for new in codes:
        before = [old for old in codes if old != new and may_follow(kind, old, new)]
        firsts = {
            "draft",
            "proposed",
            "planned",
            "intended",
            "preparation",
            "registered",
            "in-progress",
            "active",
        }
        assert before or new in firsts


@pytest.mark.parametrize("kind", TYPES)
def test_what_may_follow_in_two_steps_may_follow_unseen(kind):
    known = [one for one in statuses(kind) if one != "unknown"]
    for old, between, new in product(known, repeat=3):
        if may_follow(kind, old, between) and may_follow(kind, between, new):
            assert may_follow(kind, old, new)


STORIES = {
    "MedicationRequest": ["draft", "active", "on-hold", "active", "stopped", "entered-in-error"],
    "Appointment": ["proposed", "waitlist", "booked", "checked-in", "arrived", "fulfilled"],
    "Task": ["draft", "requested", "accepted", "in-progress", "on-hold", "in-progress", "completed"],
    "Goal": ["proposed", "accepted", "active", "on-hold", "active", "completed"],
    "Observation": ["registered", "preliminary", "final", "amended", "corrected", "amended"],
}


@pytest.mark.parametrize(("kind", "story"), STORIES.items(), ids=STORIES)
def test_an_ordinary_course_may_happen(kind, story):
    assert all(may_follow(kind, old, new) for old, new in pairwise(story))


NEVER = [
    ("MedicationRequest", "stopped", "active"),
    ("Appointment", "cancelled", "booked"),
    ("Appointment", "noshow", "arrived"),
    ("MedicationRequest", "active", "draft"),
    ("Goal", "active", "proposed"),
    ("CarePlan", "completed", "unknown"),
    ("CarePlan", "active", "bogus"),
    ("Medication", "entered-in-error", "active"),
]


@pytest.mark.parametrize(("kind", "old", "new"), NEVER)
def test_what_servers_take_and_r4_does_not_mean_is_refused(kind, old, new):
    assert not may_follow(kind, old, new)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("CarePlan", "unknown", "active"),
        ("CarePlan", "draft", "unknown"),
        ("Medication", "active", "inactive"),
    ],
)
def test_what_is_not_known_is_not_refused(kind, old, new):
    assert may_follow(kind, old, new)


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ({"resourceType": "Goal", "lifecycleStatus": "active", "status": "x"}, "active"),
        ({"resourceType": "Task", "status": "draft"}, "draft"),
        ({"resourceType": "Patient"}, None),
        ({"resourceType": "Task", "status": 1}, None),
    ],
)
def test_a_status_is_found_where_its_type_keeps_it(resource, status):
    assert status_of(resource) == status
