"""QuestionnaireResponse of the relapse plan: a person's early warning signs, and who does what then."""

from dataclasses import dataclass
from typing import Any

from service.domain.plan import Plan
from service.domain.relapse import RelapseStep, WarningSign
from service.domain.values import Value
from service.fhir.json import JsonObject
from service.mapping.answers import COMMON, answer, answered, answers_form, grouped, in_groups, items_of
from service.mapping.datatypes import Unreadable
from service.mapping.overlay import Fields, Meaning, write
from service.mapping.questionnaires import (
    RELAPSE_PLAN,
    SIGN,
    SIGN_ID,
    SIGN_SINCE,
    SIGN_TEXT,
    SIGN_UNTIL,
    STEP,
    STEP_ACTION,
    STEP_ID,
    STEP_PERSON,
    STEP_SINCE,
    STEP_UNTIL,
    Question,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs

_STANDING = frozenset({"in-progress", "completed", "amended"})

SHAPE: Fields = {
    **{name: shape for name, shape in COMMON.items() if name not in ("authored", "author")},
    "status": Meaning(lambda status: status in _STANDING),
    "item": items_of(RELAPSE_PLAN.items),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RelapsePlan(Value):
    """The signs and steps of one plan, under the plan's id."""

    id: str
    warning_signs: tuple[WarningSign, ...] = ()
    relapse_steps: tuple[RelapseStep, ...] = ()


def relapse_plan(plan: Plan) -> RelapsePlan:
    """Return the signs and steps of a plan."""
    return RelapsePlan(id=plan.id, warning_signs=plan.warning_signs, relapse_steps=plan.relapse_steps)


def to_fhir(plan: Plan, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the QuestionnaireResponse of a plan, laid over `onto` where the chart holds it already.

    It is a living document, so `in-progress`; the words are the patient's.
    """
    about = refs.to("Patient", plan.patient.id)
    mine = {
        "resourceType": "QuestionnaireResponse",
        "identifier": refs.identifier(plan.id),
        "questionnaire": RELAPSE_PLAN.url,
        "status": "in-progress",
        "subject": about,
        "source": about,
        "basedOn": [refs.to("CarePlan", plan.id)],
        "item": [
            *(_sign_to_fhir(sign) for sign in plan.warning_signs),
            *(_step_to_fhir(step, plan.patient.id, refs) for step in plan.relapse_steps),
        ],
    }
    return write(mine, onto, SHAPE, refs)


def absorb(held: Plan | None, resource: JsonObject, refs: Refs) -> Absorbed[RelapsePlan]:
    """Return the signs and steps that the resource lists; a list that cannot be read stays as held."""
    read = Reading(resource)
    before = None if held is None else relapse_plan(held)
    if resource.get("status") not in _STANDING:
        read.note("status", "takes the relapse plan back: its signs and steps end one by one")
        return Absorbed(value=before, issues=tuple(read.issues))
    values = {
        "id": refs.own_item(resource),
        "warning_signs": in_groups(read, SIGN, _sign_from_fhir),
        "relapse_steps": in_groups(read, STEP, lambda items: _step_from_fhir(items, refs)),
    }
    return read.settle(RelapsePlan, before, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is a relapse plan."""
    return answers_form(resource, RELAPSE_PLAN)


def _sign_to_fhir(sign: WarningSign) -> JsonObject:
    return grouped(
        SIGN,
        answered(SIGN_ID, sign.id),
        answered(SIGN_TEXT, sign.text),
        answered(SIGN_SINCE, sign.since),
        answered(SIGN_UNTIL, sign.until),
    )


def _sign_from_fhir(items: list[JsonObject]) -> WarningSign:
    return WarningSign(
        id=_needed(items, SIGN_ID),
        text=_needed(items, SIGN_TEXT),
        since=_needed(items, SIGN_SINCE),
        until=answer(items, SIGN_UNTIL),
    )


def _step_to_fhir(step: RelapseStep, patient: str, refs: Refs) -> JsonObject:
    return grouped(
        STEP,
        answered(STEP_ID, step.id),
        answered(STEP_ACTION, step.action),
        answered(STEP_PERSON, refs.maybe("Practitioner", step.person) or refs.to("Patient", patient)),
        answered(STEP_SINCE, step.since),
        answered(STEP_UNTIL, step.until),
    )


def _step_from_fhir(items: list[JsonObject], refs: Refs) -> RelapseStep:
    person = _needed(items, STEP_PERSON)
    if refs.item(person, "Patient", "Practitioner") is None:
        raise Unreadable("names nobody of the plan")
    return RelapseStep(
        id=_needed(items, STEP_ID),
        action=_needed(items, STEP_ACTION),
        person=refs.item(person, "Practitioner"),
        since=_needed(items, STEP_SINCE),
        until=answer(items, STEP_UNTIL),
    )


def _needed(items: list[JsonObject], question: Question) -> Any:
    said = answer(items, question)
    if said is None:
        raise Unreadable(f"does not answer {question.link_id}")
    return said
