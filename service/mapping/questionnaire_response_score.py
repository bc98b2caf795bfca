"""QuestionnaireResponse of a score: the single answers behind its total, by number, without the wording."""

from service.domain.measure import ItemAnswer, Measure, RecordStatus, Score
from service.fhir.json import JsonObject
from service.mapping.answers import COMMON, answered, answers_form, items_of, value_of
from service.mapping.datatypes import moment_to_fhir
from service.mapping.overlay import Fields, write
from service.mapping.questionnaires import INSTRUMENTS, answer_to
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs

# The numbers that an answer of a plan may have.
_QUESTIONS = {str(number): answer_to(number) for number in range(1, 100)}

SHAPE: Fields = {**COMMON, "item": items_of(_QUESTIONS.values())}

# R4 knows no corrected response: the Observation of the total says it.
_STATUS = {
    RecordStatus.FINAL: "completed",
    RecordStatus.AMENDED: "amended",
    RecordStatus.CORRECTED: "amended",
    RecordStatus.ENTERED_IN_ERROR: "entered-in-error",
}


def to_fhir(
    score: Score, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the QuestionnaireResponse of a patient (id) with the single answers of a score."""
    about = refs.to("Patient", patient)
    mine = {
        "resourceType": "QuestionnaireResponse",
        "identifier": refs.identifier(score.id),
        "questionnaire": INSTRUMENTS[Measure(score.measure)].url,
        "status": _STATUS[score.status],
        "subject": about,
        "authored": moment_to_fhir(score.taken_at),
        "author": refs.maybe("Practitioner", score.recorded_by) or about,
        "source": about,
        "basedOn": [refs.to("CarePlan", plan_id)],
        "item": [answered(answer_to(one.item), one.value) for one in score.items],
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(
    held: tuple[ItemAnswer, ...], resource: JsonObject, _refs: Refs
) -> Absorbed[tuple[ItemAnswer, ...]]:
    """Return the single answers in the order of the resource; those that cannot be read leave `held`."""
    read = Reading(resource)
    items = read.many("item", _answer)
    if items is not UNREAD and len({one.item for one in items}) < len(items):
        read.note("item", "answers a question again")
    return Absorbed(value=held if read.issues else items, issues=tuple(read.issues))


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource holds the answers to an instrument that the plan knows."""
    return any(answers_form(resource, form) for form in INSTRUMENTS.values())


def _answer(item: JsonObject) -> ItemAnswer | None:
    question = _QUESTIONS.get(item.get("linkId", ""))
    value = None if question is None else value_of(item, question)
    return None if question is None or value is None else ItemAnswer(item=int(question.link_id), value=value)
