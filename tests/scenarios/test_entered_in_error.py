"""What the chart entered in error is taken in, and never written over, whoever decides what."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.application.keep_plan import replace_plan
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.builders import PSYCHIATRIST, the_full_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, attention, of
from tests.scenarios.two_sides import (
    GOAL,
    PHASE,
    PLAN,
    PROBLEM,
    TASK,
    VISIT,
    Here,
    header,
    item,
)

WITHDRAWN = {"status": "entered-in-error"}
NO_DIAGNOSIS = {
    "verificationStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                "code": "entered-in-error",
            }
        ]
    },
    "clinicalStatus": None,
    "abatementDateTime": None,
}
HERE: dict[str, tuple[Key, JsonObject, Here]] = {
    "a goal": (GOAL, {"lifecycleStatus": "entered-in-error"}, item("goals", description="our words")),
    "a task": (TASK, WITHDRAWN, item("tasks", description="our words")),
    "a visit": (VISIT, WITHDRAWN, item("appointments", comment="our words")),
    "a diagnosis": (PROBLEM, NO_DIAGNOSIS, item("conditions", severity=None)),
    "the plan": (PLAN, WITHDRAWN, header(title="our words")),
}
EVERY_KIND = pytest.mark.parametrize(("name", "there", "here"), HERE.values(), ids=HERE)


def in_step() -> Clinic:
    clinic = Clinic(the_full_plan())
    assert clinic.sync().standing is Standing.IN_STEP
    return clinic


def decide(clinic: Clinic, name: Key, **choices: str) -> None:
    (waiting,) = [one for one in clinic.inbox if one.item_id == name.item and one.groups == tuple(choices)]
    decide_item(
        Decide(item_id=waiting.id, digest=waiting.digest, author=PSYCHIATRIST.id, choices=choices),
        ports=clinic.plans,
    )


@EVERY_KIND
def test_an_edit_made_after_it_was_taken_in_is_not_written_and_says_so(
    name: Key, there: JsonObject, here: Here
) -> None:
    clinic = in_step()
    withdrawn = clinic.edit(clinic.address(name), **there)
    assert clinic.sync().standing is Standing.IN_STEP
    clinic.revise(here(clinic.head()))
    for _ in range(2):
        report = clinic.sync()
        assert clinic.of(name) == withdrawn
        assert attention(report) == {str(name): (Done.CONFLICT, of(report, name).reason)}
        assert "entered in error" in str(of(report, name).reason)
        assert (report.standing, report.writes) == (Standing.PARTLY, 0)
        entry = clinic.entry(name)
        assert entry is not None
        assert entry.state is LinkState.PARKED, "no inbox item waits, so nobody is sent to look for one"


def test_a_change_that_is_taken_back_leaves_both_sides_in_step() -> None:
    clinic = in_step()
    clinic.edit(clinic.address(GOAL), lifecycleStatus="entered-in-error")
    clinic.sync()
    before = clinic.head()
    clinic.revise(item("goals", description="our words")(before))
    clinic.sync()
    clinic.revise(before)
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.sync().writes == 0


@EVERY_KIND
@pytest.mark.parametrize("choice", ["ours", "third"])
def test_nobody_decides_that_our_words_are_written_over_it(
    name: Key, there: JsonObject, here: Here, choice: str
) -> None:
    clinic = in_step()
    withdrawn = clinic.edit(clinic.address(name), **there)
    clinic.revise(here(clinic.head()))
    clinic.sync()
    (waiting,) = [one for one in clinic.inbox if one.cause == Cause.HALTED_THERE]
    wanted: dict[str, Any] = dict.fromkeys(waiting.groups, "theirs")
    for group in waiting.groups:
        with pytest.raises(Invalid, match="nothing is written over"):
            decide(clinic, name, **{**wanted, group: choice})
    decide(clinic, name, **wanted)
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.of(name) == withdrawn
    assert clinic.sync().writes == 0


def test_a_plan_that_cannot_say_it_may_keep_its_word_and_writes_nothing() -> None:
    clinic = in_step()
    withdrawn = clinic.edit(clinic.address(PHASE), **WITHDRAWN)
    clinic.sync()
    decide(clinic, PHASE, result="ours")
    report = clinic.sync()
    assert (of(report, PHASE).done, report.writes) == (Done.CONFLICT, 0)
    assert clinic.of(PHASE) == withdrawn
    assert Cause.UNREADABLE not in {one.cause for one in clinic.inbox}


def test_nobody_rewords_in_the_plan_what_was_entered_in_error() -> None:
    clinic = in_step()
    clinic.edit(clinic.address(GOAL), lifecycleStatus="entered-in-error")
    clinic.sync()
    reworded = item("goals", description="our words")(clinic.head())
    with pytest.raises(Invalid, match="entered in error"):
        replace_plan(reworded, editor=replace(clinic.editor, sees_unshared=True), ports=clinic.plans)


def test_the_chart_may_still_reword_it() -> None:
    clinic = in_step()
    for edit in ({"lifecycleStatus": "entered-in-error"}, {"description": {"text": "of another patient"}}):
        clinic.edit(clinic.address(GOAL), **edit)
        assert clinic.sync().standing is Standing.IN_STEP
    assert next(one for one in clinic.head().goals if one.id == GOAL.item).description == "of another patient"


@pytest.mark.parametrize("edit", [WITHDRAWN, {"title": "their words"}])
def test_what_somebody_says_of_the_draft_of_a_plan_is_not_written_over(edit: JsonObject) -> None:
    """Without transactions a new plan is a draft first, and others may write before it is completed."""
    clinic = Clinic(the_full_plan(), shape=WITHOUT_TRANSACTIONS)

    def meanwhile(answer: Any, incoming: Any) -> Any:
        made = answer(incoming)
        if incoming.method == "POST" and incoming.segments == ("CarePlan",):
            clinic.edit(clinic.address(PLAN), **edit)
        return made

    clinic.spoil = meanwhile
    report = clinic.sync()
    assert of(report, PLAN).done is Done.CONFLICT
    assert "activity" not in clinic.of(PLAN)
    clinic.sync()
    assert {name: clinic.of(PLAN)[name] for name in edit} == edit
