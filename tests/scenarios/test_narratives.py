"""Narratives of the chart: one that a machine wrote follows what it tells, one that a person wrote stays."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from service.fhir.json import dumps
from service.ports.storage import ConnectionMode
from service.sandbox.wire import Answer, Incoming
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from service.sync.words import shown_words
from tests.builders import the_full_plan
from tests.scenarios.clinic import Answering, Clinic, attention, of, written
from tests.scenarios.foreign import answer, causes, quiet, waiting
from tests.scenarios.two_sides import (
    GOAL,
    ORDER,
    PLAN,
    header,
    item,
    narrated,
    of_chart,
    of_item,
)
from tests.scenarios.two_sides_treatment import SMALLER

WORDS = narrated("Wants to sleep better")


def narrating(answering: Answering, incoming: Incoming) -> Answer:
    """A server that writes a narrative of every goal that comes without one."""
    if not written(incoming):
        return answering(incoming)
    whole = json.loads(incoming.body)
    for entry in whole.get("entry", [{"resource": whole}]):
        if entry["resource"]["resourceType"] == "Goal":
            words = entry["resource"]["description"]["text"]
            entry["resource"].setdefault("text", narrated(words, status="generated"))
    return answering(replace(incoming, body=dumps(whole).encode()))


def narrated_clinic(**connection: object) -> Clinic:
    """A clinic in whose chart a person wrote narratives, with which both sides are in step."""
    clinic = Clinic(the_full_plan(), **connection)
    clinic.sync()
    for key in (GOAL, ORDER, PLAN):
        clinic.edit(clinic.address(key), text=WORDS)
    clinic.sync()
    assert clinic.inbox == ()
    return clinic


def test_a_server_that_writes_narratives_and_a_plan_that_changes_come_to_rest() -> None:
    clinic = Clinic(the_full_plan())
    clinic.spoil = narrating
    clinic.sync()
    for words in ("first", "second"):
        clinic.revise(item("goals", description=words)(clinic.head()))
        assert clinic.sync().standing is Standing.IN_STEP
        assert words in clinic.of(GOAL)["text"]["div"]
        quiet(clinic)
    assert clinic.inbox == ()


def test_a_narrative_goes_only_when_something_is_written() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(GOAL), text=narrated("Sleep", status="generated"))
    quiet(clinic)
    clinic.revise(item("goals", description="their words")(clinic.head()))
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.sync()
    assert clinic.of(GOAL)["text"] == narrated("Sleep", status="generated")


def test_of_one_narrative_a_person_is_told_once_until_they_take_note() -> None:
    clinic = narrated_clinic()
    for words in ("first", "second"):
        clinic.revise(item("goals", description=words)(clinic.head()))
        assert clinic.sync().standing is Standing.IN_STEP
    told = waiting(clinic, Cause.WORDS_LEFT)
    (words_,) = shown_words(told.content, told.groups)
    assert words_.theirs[-1] == "narrative: Wants to sleep better"
    assert "description: first" in words_.ours
    answer(clinic, Cause.WORDS_LEFT)
    quiet(clinic)
    assert clinic.inbox == ()
    clinic.revise(item("goals", description="third")(clinic.head()))
    clinic.sync()
    assert causes(clinic) == {Cause.WORDS_LEFT}


def test_a_dose_is_written_beside_a_narrative_once_a_person_says_so() -> None:
    clinic = narrated_clinic()
    clinic.revise(item("medications", 1, dosage=SMALLER)(clinic.head()))
    report = clinic.sync()
    assert of(report, ORDER).done is Done.CONFLICT
    quiet(clinic)
    answer(clinic, Cause.BESIDE_WORDS, "ours")
    assert clinic.sync().standing is Standing.IN_STEP
    value = of_chart(ORDER, "dosageInstruction", 0, "doseAndRate", 0, "doseQuantity", "value")
    assert Decimal(str(value(clinic))) == Decimal("12.5")
    assert clinic.of(ORDER)["text"] == WORDS
    quiet(clinic)
    assert clinic.inbox == ()


def test_a_person_may_go_back_to_what_the_narrative_tells() -> None:
    clinic = narrated_clinic()
    before = of_item("medications", "dosage", 1)(clinic.head())
    clinic.revise(item("medications", 1, dosage=SMALLER)(clinic.head()))
    clinic.sync()
    answer(clinic, Cause.BESIDE_WORDS, "theirs")
    assert clinic.sync().writes == 0
    assert of_item("medications", "dosage", 1)(clinic.head()) == before
    quiet(clinic)
    assert clinic.inbox == ()


def test_a_narrative_that_is_taken_out_of_the_chart_holds_nothing_back() -> None:
    clinic = narrated_clinic()
    clinic.revise(item("medications", 1, dosage=SMALLER)(clinic.head()))
    clinic.sync()
    clinic.edit(clinic.address(ORDER), text=None)
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.inbox == ()


def test_a_push_leaves_to_a_sync_what_stands_beside_a_narrative() -> None:
    clinic = narrated_clinic()
    clinic.revise(header(title="Our title")(item("goals", description="ours")(clinic.head())))
    report = clinic.push()
    assert set(attention(report)) == {str(GOAL), str(PLAN)}
    assert "a sync asks" in str(of(report, GOAL).reason)
    assert clinic.of(GOAL)["description"]["text"] != "ours"
    assert clinic.entry(GOAL).state == "conflict"
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.of(GOAL)["description"]["text"] == "ours"
    assert causes(clinic) == {Cause.WORDS_LEFT}


def test_a_push_of_what_no_narrative_tells_goes_out() -> None:
    clinic = narrated_clinic()
    clinic.revise(item("tasks", description="Book it for May")(clinic.head()))
    assert clinic.push().standing is Standing.IN_STEP


@pytest.mark.parametrize("mode", [ConnectionMode.READ_ONLY, ConnectionMode.SHADOW])
def test_where_nothing_leaves_nobody_is_asked_about_narratives(mode: ConnectionMode) -> None:
    clinic = narrated_clinic()
    clinic.configure(mode=mode)
    clinic.revise(item("goals", description="ours")(clinic.head()))
    clinic.sync()
    assert clinic.inbox == ()
    clinic.configure(mode=ConnectionMode.WRITE)
    clinic.sync()
    assert causes(clinic) == {Cause.WORDS_LEFT}


def test_a_rehearsed_push_says_all_that_it_would_write() -> None:
    clinic = narrated_clinic()
    clinic.configure(mode=ConnectionMode.SHADOW)
    clinic.revise(item("goals", description="ours")(clinic.head()))
    assert of(clinic.push(), GOAL).done is Done.WOULD_UPDATE
