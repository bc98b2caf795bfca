from hypothesis import given

from service.domain.coordination import Medium
from service.mapping import communication as module
from tests.builders import NURSE, PSYCHIATRIST, a_note, uid
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
NOTES = generated(meetings.a_note, uid("notes-0"))
FULL = a_note(medium=Medium.CONVERSATION, recipients=(PSYCHIATRIST.id, NURSE.id))


def written(value=FULL):
    return sent(MAPPER.write(value, None, PLACED))


@given(NOTES, NOTES)
def test_a_note_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(NOTES, NOTES)
def test_a_note_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(NOTES)
def test_a_note_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_what_others_added_to_a_note_stays():
    chart = written()
    patient = {"reference": PLACED.to("Patient", PATIENT)["reference"]}
    chart["category"].append(NOTHING_OF_OURS)
    chart["recipient"] += [ELSEWHERE, patient]
    chart["about"].append({"reference": "CarePlan/another"})
    chart["payload"].insert(0, {"contentAttachment": {"title": "a drawing"}})
    chart["payload"][1]["id"] = "p1"
    laid = MAPPER.write(a_note(text="Another text", recipients=(PSYCHIATRIST.id,)), chart, PLACED)
    assert laid["category"] == [NOTHING_OF_OURS, *written(a_note())["category"]]
    assert laid["recipient"] == [PLACED.to("Practitioner", PSYCHIATRIST.id), ELSEWHERE, patient]
    assert laid["about"] == chart["about"]
    assert laid["payload"] == [chart["payload"][0], {"contentString": "Another text", "id": "p1"}]


def test_an_author_outside_the_plan_is_reported_and_changes_nothing():
    assert leaves(MAPPER, FULL, {**written(), "sender": ELSEWHERE}) == ("Communication.sender",)


def test_a_status_that_the_plan_does_not_know_is_reported_and_changes_nothing():
    assert leaves(MAPPER, FULL, {**written(), "status": "preparation"}) == ("Communication.status",)


def test_a_note_without_one_text_is_reported():
    attached = {"contentAttachment": {"title": "a drawing"}}
    assert leaves(MAPPER, FULL, {**written(), "payload": [attached]}) == ("Communication.payload",)
    assert leaves(MAPPER, FULL, {**written(), "payload": ["text"]}) == ("Communication.payload[0]",)
    twice = {**written(), "payload": [{"contentString": FULL.text}, {"contentString": "and more"}]}
    assert leaves(MAPPER, FULL, twice) == ("Communication.payload",)
