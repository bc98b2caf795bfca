import pytest
from hypothesis import given

from service.domain.coordination import TaskIntent
from service.mapping import task as module
from tests.builders import a_task, uid
from tests.strategies import meetings
from tests.unit.mapping.laws import (
    ELSEWHERE,
    NOTHING_OF_OURS,
    PATIENT,
    PLACED,
    PLAN,
    Mapper,
    generated,
    is_sound,
    leaves,
    restores,
    restores_over,
    sent,
)

MAPPER = Mapper(
    lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, plan_id=PLAN, onto=onto), module.absorb
)
TASKS = generated(meetings.a_task, uid("tasks-0"))
FULL = a_task()


def written(value=FULL):
    return sent(MAPPER.write(value, None, PLACED))


@given(TASKS, TASKS)
def test_a_task_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(TASKS, TASKS)
def test_a_task_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(TASKS)
def test_a_task_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_a_proposal_is_requested_by_a_device_and_stays_so():
    proposal = written(a_task(intent=TaskIntent.PROPOSAL))
    assert proposal["requester"]["type"] == "Device"
    assert MAPPER.write(FULL, proposal, PLACED)["requester"] == proposal["requester"]
    assert "requester" not in written()


def test_whoever_requested_a_task_in_the_chart_stays():
    chart = {**written(), "requester": ELSEWHERE}
    assert MAPPER.write(a_task(intent=TaskIntent.PROPOSAL), chart, PLACED)["requester"] == ELSEWHERE


def test_an_owner_outside_the_plan_stays_while_we_name_none():
    chart = {**written(), "owner": ELSEWHERE, "restriction": {"repetitions": 2}}
    assert leaves(MAPPER, a_task(start=None, due=None), chart) == ("Task.owner",)
    laid = MAPPER.write(a_task(owner=None, start=None, due=None), chart, PLACED)
    assert (laid["owner"], laid["restriction"]) == (ELSEWHERE, {"repetitions": 2})
    assert "owner" not in MAPPER.write(a_task(owner=None), written(), PLACED)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("code", NOTHING_OF_OURS),
        ("status", "ready"),
        ("intent", "order"),
        ("authoredOn", "2024-03-24"),
    ],
)
def test_what_the_plan_does_not_know_is_reported_and_changes_nothing(name, content):
    assert leaves(MAPPER, FULL, {**written(), name: content}) == (f"Task.{name}",)
