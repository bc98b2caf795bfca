"""The forms behind our QuestionnaireResponses, and the profile of those responses.

The wording of published instruments is licensed: their Questionnaires number the items and say no more.
"""

from fhir_profiles.source.artefact import definition
from fhir_profiles.source.elements import at, extended, profile, refers
from service.fhir.json import JsonObject
from service.mapping.extensions import RECORD_STATUS
from service.mapping.questionnaires import FORMS, INSTRUMENTS, Form, Kind, Question
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM

_LICENSED = frozenset(form.name for form in INSTRUMENTS.values())


def questionnaires() -> list[JsonObject]:
    """Return one Questionnaire for each form of the mapping."""
    return [_questionnaire(form) for form in FORMS]


def profiles() -> list[JsonObject]:
    """Return the profile of the answers."""
    return [_response()]


def _questionnaire(form: Form) -> JsonObject:
    says = f"The answers that a plan holds under the title {form.title}."
    if form.name in _LICENSED:
        says = f"The items of {form.title} by number. Their wording is not part of this definition."
    opening = definition("Questionnaire", form.name, title=form.title, says=says)
    return {**opening, "subjectType": ["Patient"], "item": [_item(question) for question in form.items]}


def _item(question: Question) -> JsonObject:
    item: JsonObject = {"linkId": question.link_id, "text": question.text, "type": question.kind.value}
    if question.kind is not Kind.GROUP:
        return item
    return {**item, "repeats": True, "item": [_item(one) for one in question.items]}


def _response() -> JsonObject:
    here = "QuestionnaireResponse"
    return profile(
        here,
        "tandem-questionnaire-response",
        title="Answers to a form",
        says=(
            "Answers of an instrument, an entry of the symptom journal that the patient shares, or the "
            "relapse plan. An entry that was not shared is never written."
        ),
        elements=[
            *extended(here, RECORD_STATUS),
            at(f"{here}.identifier", "1..1"),
            at(f"{here}.identifier.system", "1..1", fixedUri=DEFAULT_IDENTIFIER_SYSTEM),
            at(f"{here}.identifier.value", "1..1"),
            at(f"{here}.basedOn", "1..*"),
            at(f"{here}.questionnaire", "1..1"),
            at(f"{here}.status", "1..1"),
            refers(f"{here}.subject", "1..1", "Patient"),
            at(f"{here}.authored", "0..1"),
            refers(f"{here}.author", "0..1", "Patient", "Practitioner"),
            refers(f"{here}.source", "0..1", "Patient"),
            at(f"{here}.item", "0..*"),
        ],
    )
