"""The truth tables of the two-way sync: what becomes of each group, and of the resource."""

from typing import Any

import pytest

from service.fhir.json import JsonObject
from service.sync.authority import Authority, authority_of
from service.sync.groups import Owner
from service.sync.inbox import content_of, digest_of, sides_in
from service.sync.merge import Both, Choice, Fork, Ours, Rules, Theirs, Untouched, joined, verdicts
from service.sync.reconciliation import Agree, Cause, Contest, Rest, Send, TakeIn, reconcile
from service.sync.sides import Agreed, Sides, symbolic

GOAL: JsonObject = {
    "resourceType": "Goal",
    "identifier": [{"system": "s", "value": "goal-1"}],
    "lifecycleStatus": "active",
    "description": {"text": "as agreed"},
    "target": [{"dueDate": "2026-01-01"}],
}
PLAN: JsonObject = {
    "resourceType": "CarePlan",
    "status": "active",
    "title": "as agreed",
    "goal": [{"reference": "urn:uuid:1"}, {"reference": "urn:uuid:2"}],
}
VISIT: JsonObject = {
    "resourceType": "Appointment",
    "status": "booked",
    "start": "2026-01-01T09:00:00Z",
    "comment": "as agreed",
}
PROBLEM: JsonObject = {"resourceType": "Condition", "verificationStatus": {"coding": [{"code": "confirmed"}]}}
VERIFICATION, MISTAKEN = "verificationStatus", {"coding": [{"code": "entered-in-error"}]}
HERE, THERE, LIKE = {"text": "ours"}, {"text": "theirs"}, {"text": "both"}


def sides(base: JsonObject, ours: dict[str, Any], theirs: dict[str, Any]) -> Sides:
    stamped = {**base, "id": "7", "meta": {"versionId": "2"}}
    return Sides(agreed=Agreed(ours=base, theirs=base), ours={**base, **ours}, theirs={**stamped, **theirs})


def rules(owner: str | None = None, **choices: str) -> Rules:
    authority = authority_of({"Goal.description": owner}) if owner else Authority()
    return Rules(authority=authority, choices={name: Choice(one) for name, one in choices.items()})


DESCRIPTION = {
    "neither": ({}, {}, rules(), Untouched()),
    "we": ({"description": HERE}, {}, rules(), Ours()),
    "they": ({}, {"description": THERE}, rules(), Theirs()),
    "both alike": ({"description": LIKE}, {"description": LIKE}, rules(), Untouched()),
    "both, shared": ({"description": HERE}, {"description": THERE}, rules(), Fork()),
    "both, ours": ({"description": HERE}, {"description": THERE}, rules("us"), Ours(over=True)),
    "both, theirs": ({"description": HERE}, {"description": THERE}, rules("ehr"), Theirs(over=True)),
    "decided for us": (
        {"description": HERE},
        {"description": THERE},
        rules(description="ours"),
        Ours(over=True),
    ),
    "decided for them": (
        {"description": HERE},
        {"description": THERE},
        rules(description="theirs"),
        Theirs(over=True),
    ),
    "decided for us against them alone": (
        {},
        {"description": THERE},
        rules(description="ours"),
        Ours(over=True),
    ),
    "decided, and both say it since": (
        {"description": LIKE},
        {"description": LIKE},
        rules(description="ours"),
        Untouched(),
    ),
}


@pytest.mark.parametrize(("ours", "theirs", "rule", "verdict"), DESCRIPTION.values(), ids=DESCRIPTION)
def test_every_row_of_a_group(ours: Any, theirs: Any, rule: Rules, verdict: object) -> None:
    assert verdicts(sides(GOAL, ours, theirs), rule)["description"] == verdict


def test_no_owner_settles_a_critical_group() -> None:
    status = {"lifecycleStatus": "on-hold"}, {"lifecycleStatus": "completed"}
    by_owner = Rules(authority=Authority(words={"Goal.status": Owner.US}))
    assert verdicts(sides(GOAL, *status), by_owner)["status"] == Fork()


def test_the_links_of_a_resource_stay_ours() -> None:
    assert verdicts(sides(GOAL, {}, {"identifier": []}), rules())["links"] == Ours(over=True)


def test_each_side_changes_its_own_entries_of_a_list() -> None:
    ours = {"goal": [*PLAN["goal"], {"reference": "urn:uuid:3"}]}
    theirs = {"goal": [PLAN["goal"][1], {"reference": "Goal/9"}]}
    found = verdicts(sides(PLAN, ours, theirs), rules())["goals"]
    assert isinstance(found, Both)
    assert [one["reference"] for one in found.elements["goal"]] == ["urn:uuid:2", "Goal/9", "urn:uuid:3"]
    whole = joined(sides(PLAN, ours, theirs), verdicts(sides(PLAN, ours, theirs), rules()))
    assert whole["goal"] == found.elements["goal"]


def test_each_side_changes_its_own_people() -> None:
    team = [{"member": {"reference": "urn:uuid:1"}}, {"member": {"reference": "urn:uuid:2"}}]
    agreed = {"resourceType": "CareTeam", "status": "active", "participant": team}
    ours = {"participant": [*team, {"member": {"reference": "urn:uuid:3"}}]}
    theirs = {"participant": [{**team[0], "period": {"end": "2026-02-01"}}, team[1]]}
    (found,) = [
        one for one in verdicts(sides(agreed, ours, theirs), rules()).values() if isinstance(one, Both)
    ]
    assert found.elements["participant"] == [*theirs["participant"], ours["participant"][-1]]


def test_an_entry_that_we_took_out_is_out_beside_their_own_change() -> None:
    ours = {"goal": PLAN["goal"][:1]}
    theirs = {"goal": [*PLAN["goal"], {"reference": "Goal/9"}]}
    found = verdicts(sides(PLAN, ours, theirs), rules())["goals"]
    assert found == Both({"goal": [PLAN["goal"][0], {"reference": "Goal/9"}]})


def test_one_entry_changed_on_both_sides_is_no_merge() -> None:
    first = PLAN["goal"][0]
    ours, theirs = (
        {"goal": [{**first, "display": "o"}]},
        {"goal": [{**first, "display": "t"}, PLAN["goal"][1]]},
    )
    assert verdicts(sides(PLAN, ours, theirs), rules())["goals"] == Ours(over=True)


def test_what_the_plan_reads_is_theirs_where_taken_and_ours_elsewhere() -> None:
    both = sides(
        GOAL, {"target": [{"dueDate": "2026-02-02"}]}, {"description": THERE, "note": [{"text": "kept"}]}
    )
    read = joined(both, verdicts(both, rules()))
    assert (read["description"], read["target"], read["note"]) == (
        THERE,
        [{"dueDate": "2026-02-02"}],
        [{"text": "kept"}],
    )


def test_an_element_that_the_server_dropped_is_no_edit_of_theirs() -> None:
    kept = {name: one for name, one in GOAL.items() if name != "target"}
    both = Sides(agreed=Agreed(ours=GOAL, theirs=kept), ours=GOAL, theirs={**kept, "description": THERE})
    assert joined(both, verdicts(both, rules()))["target"] == GOAL["target"]


def contest(cause: Cause, *groups: str) -> Contest:
    return Contest(cause=cause, groups=frozenset(groups))


STATUS = "lifecycleStatus"
ACTIONS = {
    "nothing": (GOAL, {}, {}, Rest()),
    "we change": (GOAL, {"description": HERE}, {}, Send()),
    "both alike": (GOAL, {"description": LIKE}, {"description": LIKE}, Agree),
    "they change": (GOAL, {}, {"description": THERE}, TakeIn),
    "other groups": (GOAL, {"description": HERE}, {"target": [{"dueDate": "2027-01-01"}]}, TakeIn),
    "the same group": (
        GOAL,
        {"description": HERE},
        {"description": THERE},
        contest(Cause.SAME_GROUP, "description"),
    ),
    "they end it, we change": (
        GOAL,
        {"description": HERE},
        {STATUS: "completed"},
        contest(Cause.HALTED_THERE, "description", "status"),
    ),
    "they hold it, we change": (
        GOAL,
        {"description": HERE},
        {STATUS: "on-hold"},
        contest(Cause.HALTED_THERE, "description", "status"),
    ),
    "they end it": (GOAL, {}, {STATUS: "completed"}, TakeIn),
    "they withdraw it": (GOAL, {}, {STATUS: "entered-in-error"}, TakeIn),
    "we end it, they change": (
        GOAL,
        {STATUS: "cancelled"},
        {"description": THERE},
        contest(Cause.ENDED_HERE, "description", "status"),
    ),
    "both end it alike": (GOAL, {STATUS: "completed"}, {STATUS: "completed"}, Agree),
    "they reopen what had ended": (
        {**GOAL, STATUS: "completed"},
        {},
        {STATUS: "active"},
        contest(Cause.FORBIDDEN_STEP, "status"),
    ),
    "they enter a diagnosis in error, which we date anew": (
        PROBLEM,
        {"onsetDateTime": "2020-01-01"},
        {VERIFICATION: MISTAKEN},
        contest(Cause.HALTED_THERE, "diagnosis", "onset"),
    ),
    "both enter a diagnosis in error, and we date it anew": (
        PROBLEM,
        {"onsetDateTime": "2020-01-01", VERIFICATION: MISTAKEN},
        {VERIFICATION: MISTAKEN},
        contest(Cause.HALTED_THERE, "onset"),
    ),
    "we date a diagnosis anew that they entered in error before": (
        {**PROBLEM, VERIFICATION: MISTAKEN},
        {"onsetDateTime": "2020-01-01"},
        {},
        Send(),
    ),
    "a status of theirs is gone": ({**VISIT, "status": "proposed"}, {}, {"status": None}, TakeIn),
}


@pytest.mark.parametrize(("base", "ours", "theirs", "action"), ACTIONS.values(), ids=ACTIONS)
def test_every_row_of_a_resource(base: JsonObject, ours: Any, theirs: Any, action: Any) -> None:
    found = reconcile(sides(base, ours, theirs), rules())
    assert isinstance(found, action) if isinstance(action, type) else found == action


def test_what_was_decided_is_not_asked_again() -> None:
    halted = sides(GOAL, {"description": HERE}, {STATUS: "completed"})
    decided = rules(description="theirs", status="theirs")
    found = reconcile(halted, decided)
    assert isinstance(found, TakeIn)
    assert found.resource["description"] == GOAL["description"]
    assert found.verdicts["description"] == Theirs(over=True)


def test_half_a_decision_leaves_the_other_half_open() -> None:
    halted = sides(GOAL, {"description": HERE}, {STATUS: "completed"})
    assert reconcile(halted, rules(status="theirs")) == contest(Cause.HALTED_THERE, "description")


def test_a_decision_is_bound_to_what_was_shown() -> None:
    shown = sides(GOAL, {"description": HERE}, {"description": THERE})
    restamped = Sides(
        agreed=shown.agreed, ours=shown.ours, theirs={**shown.theirs, "meta": {"versionId": "3"}}
    )
    assert digest_of(shown) == digest_of(restamped)
    assert digest_of(shown) != digest_of(sides(GOAL, {"description": HERE}, {"description": LIKE}))
    assert sides_in(content_of(shown)) == shown
    assert sides_in(content_of(None)) is None
    assert digest_of(None) == digest_of(None)


def test_what_is_of_the_plan_is_told_by_urns() -> None:
    found = symbolic({**GOAL, "subject": {"reference": "Patient/1"}}, {"Patient/1": "urn:uuid:p"})
    assert found["subject"] == {"reference": "urn:uuid:p"}
