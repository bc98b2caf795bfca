"""Others write in the chart too: their edits are never overwritten, and what is there is never made twice."""

from copy import deepcopy

import pytest

from service.domain.goal import GoalStatus
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sandbox.shape import Shape
from service.sync.report import Done, Standing
from tests.builders import a_goal, a_plan, a_score, an_appointment, the_full_plan, uid
from tests.fakes.storage import Kept
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, attention, counted, done, of
from tests.scenarios.test_push_shapes import EVERY_SHAPE

GOAL, SCORE = Key("Goal", uid("goals-0")), Key("Observation", uid("scores-0"))
PLAN, PATIENT = Key("CarePlan", uid("plan")), Key("Patient", uid("patient"))
BY_SEARCH = Shape(transaction=False, conditional_create=False, update_create=False)


def forget(clinic):
    """Loses our ledger, as a database restored from an old backup does."""
    kept = clinic.storage.kept
    clinic.storage.kept = Kept(plans=kept.plans, people=kept.people, connections=kept.connections)


@EVERY_SHAPE
def test_what_is_in_the_chart_under_our_identifier_is_linked_without_a_write(shape):
    clinic = Clinic(the_full_plan(), shape=shape)
    clinic.push()
    before = [version for versions in clinic.instants() for version in versions]
    forget(clinic)
    first, second = clinic.push(), clinic.push()
    assert first.writes == second.writes == 0
    # A decision is found by its id before that on which it was made is linked, so it is equal one push later.
    assert {key.partition("/")[0] for key in attention(first)} <= {"Provenance"}
    assert second.standing is Standing.IN_STEP
    # The patient and the staff carry the clinic's identifiers too, by which they are matched.
    assert set(counted(first)) - {Done.WITHHELD, Done.CONFLICT} == {Done.LINKED, Done.MATCHED}
    assert [version for versions in clinic.instants() for version in versions] == before


@EVERY_SHAPE
def test_another_content_under_our_identifier_is_a_conflict_and_stays(shape):
    clinic = Clinic(a_plan(scores=(a_score(),)), shape=shape)
    clinic.push()
    clinic.edit(clinic.address(GOAL), description={"text": "another aim"})
    forget(clinic)
    there = clinic.of(GOAL)
    report = clinic.push()
    assert attention(report) == {str(GOAL): (Done.CONFLICT, of(report, GOAL).reason)}
    assert "another content" in str(of(report, GOAL).reason)
    assert clinic.of(GOAL) == there
    assert report.standing is Standing.PARTLY
    again = clinic.push()
    assert attention(again) == attention(report)
    assert again.writes == 0


@EVERY_SHAPE
def test_another_plan_under_our_identifier_is_a_conflict_and_stays(shape):
    clinic = Clinic(shape=shape)
    clinic.push()
    theirs = clinic.edit(clinic.address(PLAN), title="their title")
    forget(clinic)
    for _ in range(2):
        report = clinic.push()
        assert attention(report) == {str(PLAN): (Done.CONFLICT, of(report, PLAN).reason)}
        assert clinic.of(PLAN) == theirs


@pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS, BY_SEARCH])
def test_several_that_claim_our_identifier_are_a_conflict_and_none_is_picked(shape):
    clinic = Clinic(shape=shape)
    clinic.revise(a_plan(goals=()))
    clinic.push()
    aim = {
        "resourceType": "Goal",
        "identifier": [{"system": clinic.system, "value": GOAL.item}],
        "lifecycleStatus": "active",
        "description": {"text": "x"},
        "subject": {"reference": clinic.address(PATIENT)},
    }
    clinic.made(aim), clinic.made(aim)
    clinic.change(goals=(a_goal(),))
    before = clinic.all("Goal")
    for _ in range(2):
        report = clinic.push()
        assert of(report, GOAL).done is Done.CONFLICT
        assert "several" in str(of(report, GOAL).reason)
        assert clinic.all("Goal") == before
        assert "goal" not in clinic.of(PLAN)


@EVERY_SHAPE
def test_an_edit_in_the_chart_is_never_overwritten_and_the_others_go_on(shape):
    clinic = Clinic(shape=shape)
    clinic.push()
    theirs = clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.change(goals=(a_goal(description="our words"),), title="Another title")
    report = clinic.push()
    assert of(report, GOAL).done is Done.CONFLICT
    assert of(report, PLAN).done is Done.UPDATED
    assert clinic.of(GOAL) == theirs
    assert clinic.of(PLAN)["title"] == "Another title"
    entry = clinic.entry(GOAL)
    assert entry is not None
    assert entry.state is LinkState.CONFLICT


def test_a_dispute_ends_when_both_sides_say_the_same():
    clinic = Clinic()
    clinic.push()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.change(goals=(a_goal(description="our words"),))
    clinic.push()
    clinic.change(goals=(a_goal(description="their words"),))
    report = clinic.push()
    assert of(report, GOAL).done is Done.LINKED
    assert not of(report, GOAL).wrote
    assert report.standing is Standing.IN_STEP
    assert clinic.push().writes == 0


def test_a_dispute_is_not_forgotten_because_we_take_our_edit_back():
    clinic = Clinic()
    clinic.push()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.change(goals=(a_goal(description="our words"),))
    clinic.push()
    clinic.change(goals=(a_goal(),))
    report = clinic.push()
    assert of(report, GOAL).done is Done.CONFLICT
    assert clinic.of(GOAL)["description"]["text"] == "their words"


def test_an_ending_in_the_chart_is_never_undone():
    clinic = Clinic()
    clinic.push()
    clinic.edit(clinic.address(GOAL), lifecycleStatus="cancelled")
    clinic.change(goals=(a_goal(status=GoalStatus.ON_HOLD),))
    assert of(clinic.push(), GOAL).done is Done.CONFLICT
    assert clinic.of(GOAL)["lifecycleStatus"] == "cancelled"


def test_an_edit_between_our_look_and_our_write_is_not_overwritten():
    """The server tells by If-Match that the version we looked at is not the last: nothing of ours lands."""
    clinic = Clinic()
    clinic.push()
    goal = clinic.address(GOAL)
    clinic.change(goals=(a_goal(description="our words"),), title="Another title")

    def meanwhile(answer, incoming):
        if incoming.method == "POST":
            clinic.spoil = answering_as_usual
            clinic.edit(goal, description={"text": "their words"})
        return answer(incoming)

    clinic.spoil = meanwhile
    report = clinic.push()
    assert of(report, GOAL).done is Done.CONFLICT
    assert of(report, PLAN).done is Done.UPDATED
    assert clinic.of(GOAL)["description"]["text"] == "their words"


def answering_as_usual(answer, incoming):
    return answer(incoming)


@EVERY_SHAPE
def test_what_was_deleted_in_the_chart_is_not_made_again(shape):
    clinic = Clinic(a_plan(scores=(a_score(),)), shape=shape)
    clinic.push()
    address = clinic.address(SCORE)
    assert clinic.ask("DELETE", address).status == 200
    clinic.change(scores=(a_score(value=9),), title="Another title")
    for _ in range(2):
        report = clinic.push()
        assert of(report, SCORE).done is Done.DETACHED
        assert of(report, SCORE).reference == address
        assert clinic.all("Observation") == []
    assert clinic.of(PLAN)["title"] == "Another title"
    entry = clinic.entry(SCORE)
    assert entry is not None
    assert entry.agreed_ours is not None


def test_what_comes_back_to_the_chart_is_linked_again():
    clinic = Clinic(a_plan(scores=(a_score(),)))
    clinic.push()
    was = clinic.of(SCORE)
    address = clinic.address(SCORE)
    clinic.ask("DELETE", address)
    clinic.change(scores=(a_score(value=9),))
    clinic.push()
    assert clinic.ask("PUT", address, was).status == 201
    report = clinic.push()
    assert of(report, SCORE).done is Done.UPDATED
    assert clinic.of(SCORE)["valueQuantity"]["value"] == 9


FOREIGN = {
    "an extension": {"extension": [{"url": "http://ehr.test/x", "valueString": "theirs"}]},
    "an identifier": {"identifier": [{"system": "urn:theirs", "value": "7"}]},
    "an element that we do not model": {"language": "en"},
    "a note": {"note": [{"text": "theirs"}]},
    "a primitive's extension": {
        "_startDate": {"extension": [{"url": "http://ehr.test/x", "valueCode": "y"}]}
    },
}


@pytest.mark.parametrize("elements", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS])
def test_what_others_added_and_we_do_not_model_survives_our_update(elements, shape):
    """They add it while nothing of ours is open; the base moves on, and our next change is laid over it."""
    clinic = Clinic(shape=shape)
    clinic.push()
    added = added_to(clinic.of(GOAL), elements)
    clinic.edit(clinic.address(GOAL), **added)
    agree_with_the_chart(clinic)
    clinic.change(goals=(a_goal(description="our words"),))
    assert clinic.push().standing is Standing.IN_STEP
    goal = clinic.of(GOAL)
    assert goal["description"]["text"] == "our words"
    assert {name: goal.get(name) for name in added} == added


def added_to(resource, elements):
    result = {}
    for name, value in elements.items():
        result[name] = [*deepcopy(resource.get(name, [])), *value] if isinstance(value, list) else value
    return {name: value for name, value in result.items() if value is not None}


def agree_with_the_chart(clinic):
    """A person accepts the chart's version as the common one (the two-way sync does so when it pulls)."""
    kept = clinic.storage.kept
    place = ("default", "Goal", GOAL.item, clinic.plan.id)
    entry = kept.ledger[place]
    kept.ledger[place] = type(entry)(
        **{name: getattr(entry, name) for name in entry.__slots__} | {"agreed_theirs": clinic.of(GOAL)}
    )


def test_what_was_booked_elsewhere_in_the_plan_is_not_disturbed():
    clinic = Clinic(the_full_plan())
    clinic.push()
    before = {one["resourceType"]: one["meta"]["versionId"] for one in clinic.all("Appointment")}
    meeting = an_appointment(comment="Room 5")
    others = clinic.head().appointments[1:]
    clinic.change(appointments=(meeting, *others))
    report = clinic.push()
    assert [key for key, what in done(report).items() if what is not Done.UNCHANGED] == [
        f"Appointment/{meeting.id}"
    ]
    assert before


UNKNOWN = [{"url": "urn:tandem:negates", "valueBoolean": True}]


@pytest.mark.parametrize(
    ("edit", "path"),
    [
        ({"modifierExtension": UNKNOWN}, "modifierExtension"),
        ({"target": [{"dueDate": "2026-05-01", "modifierExtension": UNKNOWN}]}, "target"),
        ({"implicitRules": "http://ehr.test/rules"}, "implicitRules"),
    ],
)
def test_what_an_unknown_modifier_changes_is_never_written_to(edit, path):
    clinic = Clinic()
    clinic.push()
    there = clinic.edit(clinic.address(GOAL), **edit)
    clinic.change(goals=(a_goal(status=GoalStatus.ON_HOLD),))
    report = clinic.push()
    assert of(report, GOAL).done is Done.CONFLICT
    assert path in str(of(report, GOAL).reason)
    assert clinic.of(GOAL)["lifecycleStatus"] == there["lifecycleStatus"]
    assert clinic.push().writes == 0
