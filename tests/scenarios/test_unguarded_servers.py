"""Servers that do not honour If-Match, whether they say so or not: no edit is lost to a write of ours."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.application.chart_run import CAPABILITIES_LAST
from service.application.inbox import Decide, decide_item
from service.application.preview_sync import ApplySync, apply_sync, preview_sync
from service.application.sync_plan import SyncPlan
from service.application.writing import stop_writing
from service.domain.plan import Plan
from service.ports.storage import LinkState
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, Incoming, complaint
from service.sync.inbox import sides_in
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from service.sync.unguarded import note_unguarded
from service.sync.words import in_clinical_words
from tests.builders import PSYCHIATRIST, the_full_plan
from tests.fakes.storage import MemoryStorage
from tests.scenarios.clinic import Answering, Clinic, attention, of
from tests.scenarios.two_sides import GOAL, all_of, header, item, of_item
from tests.unit.sync.bench import an_agenda

SAYS_SO = Shape(honours_if_match=False)
ONE_BY_ONE = Shape(honours_if_match=False, transaction=False, batch=False)
THEIRS = {"description": {"text": "their words"}}
EVERY_SHAPE = pytest.mark.parametrize("shape", [SAYS_SO, ONE_BY_ONE], ids=["in one", "one by one"])
Reworded = Callable[[Plan], Plan]
OUR_WORDS = item("goals", description="our words")
# Beside the goal, so that there is more than one thing to send.
BOTH = all_of(OUR_WORDS, header(title="our title"))


def in_step(shape: Shape | None = None) -> Clinic:
    clinic = Clinic(the_full_plan(), shape=shape)
    assert clinic.sync().standing is Standing.IN_STEP
    return clinic


def reworded(shape: Shape | None = None, here: Reworded = BOTH) -> Clinic:
    """A plan and its chart in step, but for our words."""
    clinic = in_step(shape)
    clinic.revise(here(clinic.head()))
    return clinic


def unheeded(incoming: Incoming) -> Incoming:
    """The request as a server sees it that does not know If-Match, and does not say so."""
    headers = {name: one for name, one in incoming.headers.items() if name.lower() != "if-match"}
    return replace(incoming, headers=headers, body=incoming.body.replace(b'"ifMatch"', b'"_ifMatch"'))


def edited_before_the_write(clinic: Clinic, *edits: dict[str, Any]) -> None:
    """Somebody writes after our last look, as our write arrives; no If-Match is heeded."""
    left = [*(edits or [THEIRS])]

    def overtaken(answer: Answering, incoming: Incoming) -> Answer:
        if incoming.method in {"PUT", "POST"} and _is_about_goals(incoming):
            for one in left:
                clinic.edit(clinic.address(GOAL), **one)
            left.clear()
        return answer(unheeded(incoming))

    clinic.spoil = overtaken


def _is_about_goals(incoming: Incoming) -> bool:
    return incoming.segments[:1] in ((), ("Goal",), ("",))


def edited_after_the_first_look(clinic: Clinic, looks: int = 1) -> None:
    """Somebody writes between two looks of ours at a goal."""
    place = clinic.address(GOAL)
    seen: list[str] = []

    def overtaken(answer: Answering, incoming: Incoming) -> Answer:
        made = answer(incoming)
        if incoming.method == "GET" and "/".join(incoming.segments) == place:
            seen.append(place)
            if len(seen) == looks:
                clinic.edit(place, **THEIRS)
        return made

    clinic.spoil = overtaken


@EVERY_SHAPE
def test_what_somebody_changed_after_our_look_is_not_written_over(shape: Shape) -> None:
    clinic = reworded(shape)
    edited_after_the_first_look(clinic)
    report = clinic.sync()
    assert of(report, GOAL).done is Done.CONFLICT
    assert clinic.of(GOAL)["description"]["text"] == "their words"
    assert clinic.open_rows() == 0
    clinic.sync()
    (waiting,) = clinic.inbox
    assert waiting.cause == Cause.SAME_GROUP


def test_a_server_that_guards_its_updates_is_not_asked_twice() -> None:
    asked = {}
    for shape in (Shape(), SAYS_SO):
        clinic = reworded(shape, OUR_WORDS)
        clinic.sync()
        asked[shape] = sum(str(one.url).endswith(clinic.address(GOAL)) for one in clinic.asked)
    assert asked[SAYS_SO] == asked[Shape()] + 1


@EVERY_SHAPE
@pytest.mark.parametrize("honest", [True, False])
def test_an_edit_that_the_server_let_us_write_over_is_shown(shape: Shape, honest: bool) -> None:
    clinic = reworded(replace(shape, honours_if_match=not honest))
    edited_before_the_write(clinic)
    report = clinic.sync()
    assert attention(report) == {str(GOAL): (Done.CONFLICT, of(report, GOAL).reason)}
    assert "over an edit" in str(of(report, GOAL).reason)
    assert of(report, GOAL).wrote
    assert report.standing is Standing.PARTLY
    (told,) = clinic.inbox
    assert (told.cause, told.groups, told.reference) == (
        Cause.OVERWRITTEN,
        ("description",),
        clinic.address(GOAL),
    )
    sides = sides_in(told.content)
    assert sides is not None
    (words,) = in_clinical_words(sides, frozenset(told.groups))
    assert (words.ours, words.theirs) == (("description: our words",), ("description: their words",))
    entry = clinic.entry(GOAL)
    assert entry is not None
    assert entry.state is LinkState.CONFLICT


def test_an_edit_that_was_written_over_is_told_until_somebody_takes_note() -> None:
    clinic = reworded(SAYS_SO)
    edited_before_the_write(clinic)
    clinic.sync()
    for _ in range(2):
        report = clinic.sync()
        assert (report.standing, report.writes) == (Standing.IN_STEP, 0)
        (told,) = clinic.inbox
    decide_item(Decide(item_id=told.id, digest=told.digest, author=PSYCHIATRIST.id), ports=clinic.plans)
    assert clinic.inbox == ()
    assert of_item("goals", "description")(clinic.head()) == "our words"


def test_a_server_that_was_seen_to_overwrite_is_looked_at_again_from_then_on() -> None:
    """Also after it was asked anew what it can do, which it states as before."""
    clinic = reworded()
    edited_before_the_write(clinic)
    clinic.sync()
    clinic.later(seconds=CAPABILITIES_LAST.total_seconds() + 1)
    clinic.revise(item("goals", description="our other words")(clinic.head()))

    def unheeding(answer: Answering, incoming: Incoming) -> Answer:
        return answer(unheeded(incoming))

    clinic.spoil = unheeding
    clinic.sync()
    before = clinic.address(GOAL)
    assert sum(str(one.url).endswith(before) for one in clinic.asked if one.method == "GET") == 1


NOBODYS: dict[str, list[dict[str, Any]]] = {
    "taken back at once": [THEIRS, {"description": {"text": "Depression score below ten"}}],
    "the same as ours": [{"description": {"text": "our words"}}],
}


@pytest.mark.parametrize("edits", NOBODYS.values(), ids=NOBODYS)
def test_a_version_that_says_nothing_of_its_own_is_nobodys_edit(edits: list[dict[str, Any]]) -> None:
    clinic = reworded(SAYS_SO)
    edited_before_the_write(clinic, *edits)
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.inbox == ()


def answering_versions(clinic: Clinic, status: int) -> None:
    """Answers whoever reads an old version with an error."""
    before = clinic.spoil

    def spoilt(answer: Answering, incoming: Incoming) -> Answer:
        if incoming.method == "GET" and "_history" in incoming.segments[1:]:
            return Answer(status=status, body=complaint("no"), headers={})
        return before(answer, incoming)

    clinic.spoil = spoilt


def test_numbers_of_which_the_server_keeps_nothing_are_its_way_to_count() -> None:
    clinic = reworded(SAYS_SO)
    edited_before_the_write(clinic)
    answering_versions(clinic, 404)
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.inbox == ()


@pytest.mark.parametrize("offered", [True, False])
def test_an_edit_that_cannot_be_read_any_more_is_told_without_its_words(offered: bool) -> None:
    clinic = reworded(SAYS_SO)
    edited_before_the_write(clinic)
    answering_versions(clinic, 403)
    reads = {"interactions": ["read", "update", "create", "search-type"], "versioning": "versioned"}
    known = {} if offered else {"override": {"types": {"Goal": reads}}}
    assert of(clinic.sync(**known), GOAL).done is Done.CONFLICT
    (told,) = clinic.inbox
    assert (told.cause, told.groups, told.content) == (Cause.OVERWRITTEN, (), {})


def test_what_is_gone_at_the_second_look_is_not_brought_back() -> None:
    clinic = reworded(SAYS_SO)
    place = clinic.address(GOAL)
    seen: list[str] = []

    def deleting(answer: Answering, incoming: Incoming) -> Answer:
        if incoming.method == "GET" and "/".join(incoming.segments) == place:
            seen.append(place)
            if len(seen) > 1:
                return Answer(status=410, body=complaint("deleted"), headers={})
        return answer(incoming)

    clinic.spoil = deleting
    report = clinic.sync()
    assert of(report, GOAL).done is Done.DETACHED
    assert clinic.of(GOAL)["description"]["text"] != "our words"
    assert clinic.open_rows() == 0


def test_writing_that_is_stopped_at_the_second_look_sends_nothing() -> None:
    clinic = reworded(SAYS_SO, OUR_WORDS)
    place = clinic.address(GOAL)
    seen: list[str] = []

    def stopping(answer: Answering, incoming: Incoming) -> Answer:
        if incoming.method == "GET" and "/".join(incoming.segments) == place:
            seen.append(place)
            if len(seen) > 1:
                stop_writing("the EHR is moved", by="cli:root", ports=clinic.plans)
        return answer(incoming)

    clinic.spoil = stopping
    report = clinic.sync()
    assert (of(report, GOAL).done, clinic.writes, clinic.open_rows()) == (Done.WAITING, [], 0)


def test_what_is_applied_is_looked_at_again_too() -> None:
    clinic = reworded(ONE_BY_ONE, OUR_WORDS)
    digest = preview_sync(SyncPlan(plan_id=clinic.plan.id), clinic.ports).digest
    # The first look is that of the preview, which an application makes again.
    edited_after_the_first_look(clinic)
    report = apply_sync(ApplySync(plan_id=clinic.plan.id, digest=digest), clinic.ports)
    assert of(report, GOAL).done is Done.CONFLICT
    assert clinic.of(GOAL)["description"]["text"] == "their words"


def test_a_server_of_which_nothing_is_kept_yet_is_marked_for_the_run() -> None:
    agenda, storage = an_agenda(), MemoryStorage()
    with storage.begin() as work:
        note_unguarded(agenda, work, ["Goal"])
        assert work.capabilities.get("default") is None
    assert not agenda.capabilities.guards("Goal")
