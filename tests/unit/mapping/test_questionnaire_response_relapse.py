from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.relapse import RelapseStep, WarningSign
from service.fhir.json import JsonObject
from service.mapping import (
    questionnaire_response_journal,
    questionnaire_response_score,
)
from service.mapping import questionnaire_response_relapse as module
from service.mapping.reading import Absorbed
from service.mapping.references import Refs
from tests.builders import (
    COORDINATOR,
    a_journal_entry,
    a_plan,
    a_relapse_step,
    a_score,
    a_warning_sign,
    day,
    uid,
)
from tests.strategies import FEW, observed
from tests.strategies.basics import Draw
from tests.unit.mapping.laws import (
    ELSEWHERE,
    PATIENT,
    PLACED,
    PLAN,
    Mapper,
    is_sound,
    leaves,
    paths,
    pool,
    restores,
    restores_over,
    sent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelapsePlan:
    """What the form holds of a plan."""

    warning_signs: tuple[WarningSign, ...] = ()
    relapse_steps: tuple[RelapseStep, ...] = ()


def written_of(value: RelapsePlan, onto: JsonObject | None, refs: Refs) -> JsonObject:
    plan = a_plan(warning_signs=value.warning_signs, relapse_steps=value.relapse_steps)
    return module.to_fhir(plan, refs, onto=onto)


def absorbed_over(held: RelapsePlan | None, resource: JsonObject, refs: Refs) -> Absorbed[RelapsePlan]:
    before = held or RelapsePlan()
    made = module.absorb((before.warning_signs, before.relapse_steps), resource, refs)
    signs, steps = made.value
    return Absorbed(value=RelapsePlan(warning_signs=signs, relapse_steps=steps), issues=made.issues)


MAPPER = Mapper(written_of, absorbed_over)


@st.composite
def relapse_plans(draw: Draw) -> RelapsePlan:
    signs = draw(st.permutations(pool("warning_signs")))[: draw(st.integers(0, 3))]
    steps = draw(st.permutations(pool("relapse_steps")))[: draw(st.integers(0, 3))]
    return RelapsePlan(
        warning_signs=tuple(observed.a_warning_sign(draw, one) for one in signs),
        relapse_steps=tuple(observed.a_relapse_step(draw, one) for one in steps),
    )


FULL = RelapsePlan(
    warning_signs=(a_warning_sign(until=day(180)),),
    relapse_steps=(a_relapse_step(until=day(180)), a_relapse_step(id=uid("relapse_steps-1"), person=None)),
)


def written() -> JsonObject:
    return sent(MAPPER.write(FULL, None, PLACED))


@FEW
@given(relapse_plans(), relapse_plans())
def test_a_relapse_plan_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@FEW
@given(relapse_plans(), relapse_plans())
def test_a_relapse_plan_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@FEW
@given(relapse_plans())
def test_a_relapse_plan_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_what_others_added_to_a_relapse_plan_stays():
    theirs = {**written(), "status": "completed", "author": ELSEWHERE, "authored": "2024-03-04"}
    theirs["item"][0]["text"] = "Frühwarnzeichen"
    theirs["item"][0]["item"].insert(0, {"linkId": "theirs", "text": "x"})
    theirs["item"].append({"linkId": "theirs"})
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_what_the_plan_dropped_leaves_the_chart():
    laid = MAPPER.write(replace(FULL, warning_signs=()), written(), PLACED)
    assert [one["linkId"] for one in laid["item"]] == ["relapse-step", "relapse-step"]


def answered(place: str, change) -> JsonObject:
    """The resource with one answer, by `group.question`, changed or taken away."""
    resource = written()
    group, question = place.split("/")
    item = next(one for one in resource["item"] if one["linkId"] == group)
    kept = [one for one in item["item"] if one["linkId"] != f"{group}.{question}"]
    item["item"] = kept + ([] if change is None else [{"linkId": f"{group}.{question}", "answer": [change]}])
    return resource


@pytest.mark.parametrize(
    ("place", "change", "path"),
    [
        ("warning-sign/id", None, "item[0].item"),
        ("warning-sign/text", None, "item[0].item"),
        ("warning-sign/text", {"valueString": " "}, "item[0]"),
        ("warning-sign/since", {"valueDate": "2024"}, "item[0].item[3].answer"),
        ("warning-sign/until", {"valueDate": "2000-01-01"}, "item[0]"),
        ("relapse-step/person", None, "item[1].item"),
        ("relapse-step/person", {"valueReference": ELSEWHERE}, "item[1].item"),
        ("relapse-step/person", {"valueReference": {"reference": "CarePlan/1"}}, "item[1].item"),
        ("relapse-step/action", {"valueInteger": 1}, "item[1].item[4].answer"),
    ],
)
def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing(place, change, path):
    assert leaves(MAPPER, FULL, answered(place, change)) == (f"QuestionnaireResponse.{path}",)


def test_a_step_may_pass_to_another_person():
    change = {"valueReference": PLACED.to("Practitioner", COORDINATOR.id)}
    resource = answered("relapse-step/person", change)
    assert MAPPER.absorb(FULL, resource, PLACED).value == FULL
    change["valueReference"] = PLACED.to("Patient", PATIENT)
    made = MAPPER.absorb(FULL, answered("relapse-step/person", change), PLACED)
    assert made.value.relapse_steps[0].person is None


@pytest.mark.parametrize("status", ["entered-in-error", "stopped", None])
def test_a_relapse_plan_that_the_chart_takes_back_is_reported(status):
    resource = {**written(), "status": status}
    assert leaves(MAPPER, FULL, resource) == ("QuestionnaireResponse.status",)
    made = MAPPER.absorb(None, resource, PLACED)
    assert (made.value, paths(made.issues)) == (RelapsePlan(), ("QuestionnaireResponse.status",))


def test_every_response_stands_for_one_kind_of_item():
    responses = {
        module: MAPPER.write(FULL, None, PLACED),
        questionnaire_response_journal: questionnaire_response_journal.to_fhir(
            a_journal_entry(shared=True), PATIENT, PLACED, plan_id=PLAN
        ),
        questionnaire_response_score: questionnaire_response_score.to_fhir(
            a_score(), PATIENT, PLACED, plan_id=PLAN
        ),
    }
    for kind, resource in responses.items():
        assert [one for one in responses if one.stands_for(resource)] == [kind]
