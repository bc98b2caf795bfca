"""Answers of a QuestionnaireResponse: written and read by the linkIds of a form."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable, day_from_fhir, day_to_fhir, under, whole_from_fhir
from service.mapping.overlay import ADDED_REFERENCES, MOMENT, REFERENCE, WHOLE, ByKey, Fields, Meaning, Shape
from service.mapping.questionnaires import Form, Kind, Question
from service.mapping.reading import Reading

T = TypeVar("T")

_VALUE = {
    Kind.INTEGER: "valueInteger",
    Kind.TEXT: "valueString",
    Kind.STRING: "valueString",
    Kind.DATE: "valueDate",
    Kind.REFERENCE: "valueReference",
}
_WRITTEN: Mapping[Kind, Callable[[Any], Any]] = {Kind.DATE: day_to_fhir}
_READ: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.INTEGER: whole_from_fhir,
    Kind.TEXT: str,
    Kind.STRING: str,
    Kind.DATE: day_from_fhir,
    Kind.REFERENCE: dict,
}


def _without_version(url: str) -> str:
    return url.partition("|")[0]


COMMON: Fields = {
    "identifier": {"system": WHOLE, "value": WHOLE},
    "questionnaire": Meaning(_without_version),
    "status": WHOLE,
    "subject": REFERENCE,
    "authored": MOMENT,
    "author": REFERENCE,
    "source": REFERENCE,
    "basedOn": ADDED_REFERENCES,
}


def items_of(questions: Iterable[Question]) -> ByKey:
    """Return the shape of a list of items in which those that answer these questions are ours."""
    asked = tuple(questions)
    children = tuple(child for question in asked for child in question.items)
    inner: dict[str, Shape] = {"item": items_of(children)} if children else {}
    groups = frozenset(question.link_id for question in asked if question.items)
    single = frozenset(question.link_id for question in asked) - groups
    return ByKey(
        _place,
        {"linkId": WHOLE, "text": Meaning(lambda _: None), "answer": Meaning(_said), **inner},
        ours=lambda place: (
            isinstance(place, tuple) and (place[0] in single or (place[0] in groups and place[1] is not None))
        ),
    )


def answered(question: Question, value: Any) -> JsonObject:
    """Return the item that answers a question; for None it is empty."""
    if value is None:
        return {}
    written = _WRITTEN.get(question.kind, lambda said: said)(value)
    return {
        "linkId": question.link_id,
        "text": question.text,
        "answer": [{_VALUE[question.kind]: written}],
    }


def grouped(question: Question, *items: JsonObject) -> JsonObject:
    """Return the item that holds the answers of one group."""
    return {"linkId": question.link_id, "text": question.text, "item": list(items)}


def value_of(item: JsonObject, question: Question) -> Any:
    """Return the one answer of an item, None without one; several or another type's are `Unreadable`."""
    given = item.get("answer", [])
    if not given:
        return None
    with under(".answer"):
        if len(given) > 1:
            raise Unreadable("says several things")
        said = given[0].get(_VALUE[question.kind])
        if said is None:
            raise Unreadable("is of another type than the question asks for")
        return _READ[question.kind](said)


def answer(items: list[JsonObject], question: Question) -> Any:
    """Return the answer to a question among several items, None without one."""
    found = [(index, item) for index, item in enumerate(items) if item.get("linkId") == question.link_id]
    if len(found) > 1:
        raise Unreadable("answers a question again", f"[{found[1][0]}]")
    if not found:
        return None
    index, item = found[0]
    with under(f"[{index}]"):
        return value_of(item, question)


def to_question(read: Reading, question: Question) -> Any:
    """Return the answer to a question at the top of a form."""
    return read.one("item", lambda items: answer(items, question))


def in_groups(read: Reading, question: Question, make: Callable[[list[JsonObject]], T]) -> Any:
    """Return what `make` makes of the items of each group that answers a question."""

    def group(item: JsonObject) -> T | None:
        if item.get("linkId") != question.link_id:
            return None
        with under(".item"):
            return make(item.get("item", []))

    return read.many("item", group)


def answers_form(resource: JsonObject, form: Form) -> bool:
    """Tell whether a resource holds answers to a form, in whatever version."""
    return (
        resource.get("resourceType") == "QuestionnaireResponse"
        and _without_version(resource.get("questionnaire", "")) == form.url
    )


def _said(answers: list[JsonObject]) -> object:
    return [{name: one for name, one in said.items() if name.startswith("value")} for said in answers]


def _place(item: JsonObject) -> Hashable:
    """What tells items apart: the linkId, and the id that a group gives to what it describes."""
    link = item.get("linkId")
    for child in item.get("item", []):
        if child.get("linkId") == f"{link}.id":
            return link, next((said.get("valueString") for said in child.get("answer", [])), None)
    return link, None
