"""QuestionnaireResponse of a journal entry: nothing of an entry leaves that the patient did not share."""

from collections.abc import Iterable
from typing import Any

from service.domain.journal import JournalEntry
from service.domain.measure import RecordStatus
from service.domain.relapse import WarningSign
from service.fhir.json import JsonObject
from service.mapping.answers import (
    COMMON,
    answer,
    answered,
    answers_form,
    grouped,
    in_groups,
    items_of,
    to_question,
)
from service.mapping.datatypes import Unreadable, moment_from_fhir, moment_to_fhir
from service.mapping.extensions import OUR_EXTENSIONS, RECORD_STATUS
from service.mapping.overlay import Fields, write
from service.mapping.questionnaires import (
    ENERGY,
    INSIGHTS,
    JOURNAL,
    MOOD,
    NOTICED_SIGN,
    SIDE_EFFECTS,
    SIGN_ID,
    SIGN_TEXT,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs


class NotShared(ValueError):
    """The caller asked to render an entry that the patient keeps: a mistake of the program, never of data."""


SHAPE: Fields = {**COMMON, "extension": OUR_EXTENSIONS, "item": items_of(JOURNAL.items)}

_STATUS = {
    RecordStatus.FINAL: "completed",
    RecordStatus.AMENDED: "amended",
    RecordStatus.CORRECTED: "amended",
    RecordStatus.ENTERED_IN_ERROR: "entered-in-error",
}
_READ_STATUS = {
    "completed": RecordStatus.FINAL,
    "amended": RecordStatus.AMENDED,
    "entered-in-error": RecordStatus.ENTERED_IN_ERROR,
}


def to_fhir(
    entry: JournalEntry,
    patient: str,
    refs: Refs,
    *,
    plan_id: str,
    signs: Iterable[WarningSign] = (),
    onto: JsonObject | None = None,
) -> JsonObject:
    """Return the QuestionnaireResponse of a shared entry; `signs` give the words of those that it names.

    Raises `NotShared` for an entry that the patient did not share.
    """
    if not entry.shared:
        raise NotShared("a journal entry that is not shared has no place in a chart")
    about = refs.to("Patient", patient)
    corrected = "corrected" if entry.status is RecordStatus.CORRECTED else None
    mine = {
        "resourceType": "QuestionnaireResponse",
        "identifier": refs.identifier(entry.id),
        "extension": RECORD_STATUS.holding(corrected),
        "questionnaire": JOURNAL.url,
        "status": _STATUS[entry.status],
        "subject": about,
        "authored": moment_to_fhir(entry.written_at),
        "author": about,
        "source": about,
        "basedOn": [refs.to("CarePlan", plan_id)],
        "item": _items(entry, {sign.id: sign.text for sign in signs}),
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: JournalEntry | None, resource: JsonObject, refs: Refs) -> Absorbed[JournalEntry]:
    """Return the entry that the resource describes: what stands in a chart is shared."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "written_at": read.one("authored", moment_from_fhir),
        "energy": to_question(read, ENERGY),
        "mood": to_question(read, MOOD),
        "insights": to_question(read, INSIGHTS),
        "side_effects": to_question(read, SIDE_EFFECTS),
        "warning_signs": in_groups(read, NOTICED_SIGN, lambda items: answer(items, SIGN_ID)),
        "shared": True,
        "status": read.one("status", lambda code: _status(code, resource)),
    }
    return read.settle(JournalEntry, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is an entry of the symptom journal."""
    return answers_form(resource, JOURNAL)


def _items(entry: JournalEntry, words: dict[str, str]) -> list[JsonObject]:
    return [
        answered(ENERGY, entry.energy),
        answered(MOOD, entry.mood),
        answered(INSIGHTS, entry.insights),
        answered(SIDE_EFFECTS, entry.side_effects),
        *(
            grouped(NOTICED_SIGN, answered(SIGN_ID, sign), answered(SIGN_TEXT, words.get(sign)))
            for sign in entry.warning_signs
        ),
    ]


def _status(code: Any, resource: JsonObject) -> RecordStatus:
    if code not in _READ_STATUS:
        raise Unreadable("has a code without a meaning in the plan")
    corrected = code == "amended" and RECORD_STATUS.within(resource.get("extension")) == "corrected"
    return RecordStatus.CORRECTED if corrected else _READ_STATUS[code]
