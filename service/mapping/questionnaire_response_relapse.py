"""QuestionnaireResponse of the relapse plan: a person's early warning signs, and who does what then."""

from typing import Any, TypeAlias

from service.domain.plan import Plan
from service.domain.relapse import RelapseStep, WarningSign
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
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs

_STANDING = frozenset({"in-progress", "completed", "amended"})

SHAPE: Fields = {
    **{name: shape for name, shape in COMMON.items() if name not in ("authored", "author")},
    "status": Meaning(lambda status: status in _STANDING),
    "item": items_of(RELAPSE_PLAN.items),
}


Signs: TypeAlias = tuple[WarningSign, ...]
Steps: TypeAlias = tuple[RelapseStep, ...]


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
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: tuple[Signs, Steps], resource: JsonObject, refs: Refs) -> Absorbed[tuple[Signs, Steps]]:
    """Return the signs and the steps that the resource lists; a list that cannot be read stays as held."""
    read = Reading(resource)
    if resource.get("status") not in _STANDING:
        read.note("status", "takes the relapse plan back: its signs and steps end one by one")
        return Absorbed(value=held, issues=tuple(read.issues))
    signs = in_groups(read, SIGN, _sign_from_fhir)
    steps = in_groups(read, STEP, lambda items: _step_from_fhir(items, refs))
    value = (held[0] if signs is UNREAD else signs, held[1] if steps is UNREAD else steps)
    return Absorbed(value=value, issues=tuple(read.issues))


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
