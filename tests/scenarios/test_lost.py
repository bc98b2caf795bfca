"""What the chart lost: it comes back under our identifier, or is made again because somebody asks for it."""

from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.application.sync_status import why
from service.domain.coordination import FlagKind
from service.domain.values import Invalid
from service.mapping.references import Key
from service.mapping.terminology.records import FLAG_KIND
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import ConnectionMode, LinkState, Outdated
from service.sandbox.shape import Shape
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.builders import PSYCHIATRIST, the_full_plan, uid
from tests.scenarios.clinic import Clinic, of
from tests.scenarios.foreign import answer, causes, chart_of, quiet, waiting
from tests.scenarios.polled import in_step
from tests.scenarios.test_bookings import booked_and_confirmed
from tests.scenarios.two_sides import FLAG, GOAL, NOTE, PLAN, SESSION, item, of_item

AGAIN = {"item": "again"}


def agreed(**changes: Any) -> Clinic:
    clinic = Clinic(the_full_plan(), **changes)
    clinic.sync()
    return clinic


def without(clinic: Clinic, key: Key) -> dict[str, Any]:
    """Somebody deletes a resource; returns what it said, to be entered once more."""
    before = clinic.of(key)
    assert clinic.ask("DELETE", f"{key.type}/{before['id']}").status == 200
    return {name: one for name, one in before.items() if name not in {"id", "meta"}}


def entered_anew(clinic: Clinic, key: Key, **elements: Any) -> str:
    """Somebody deletes a resource and enters it once more, with our identifier and other words."""
    return clinic.made({**without(clinic, key), **elements})


def lost(key: Key = FLAG, **changes: Any) -> Clinic:
    """A clinic whose chart lost a resource, which was told."""
    clinic = agreed(**changes)
    without(clinic, key)
    clinic.sync()
    return clinic


def standing(clinic: Clinic, key: Key = FLAG) -> LinkState:
    entry = clinic.entry(key)
    assert entry is not None
    return entry.state


def noted(clinic: Clinic) -> InboxItem:
    """What a person took note of as gone."""
    (found,) = [one for one in clinic.storage.kept.inbox.values() if one.outcome == "acknowledged"]
    return found


WORDS = {"code": FLAG_KIND.concept(FlagKind.SAFETY, "their words")}


@pytest.mark.parametrize("when", ["at once", "after it was told", "after it was noted"])
def test_what_is_entered_anew_under_our_identifier_is_asked_about_linked_and_in_step_again(when: str) -> None:
    clinic = agreed()
    body = without(clinic, FLAG)
    if when != "at once":
        clinic.sync()
    if when == "after it was noted":
        answer(clinic, Cause.VANISHED)
        clinic.sync()
    anew = clinic.made({**body, **WORDS})
    report = clinic.sync()
    assert waiting(clinic, Cause.TWO_CLAIMANTS).groups == (anew,)
    assert of(report, FLAG).done is Done.DETACHED
    assert chart_of(clinic, anew)["code"] == WORDS["code"]
    quiet(clinic)
    answer(clinic, Cause.TWO_CLAIMANTS, "confirm")
    clinic.sync()
    assert waiting(clinic, Cause.RESTORED).reference == anew, "what it says otherwise is nobody's edit"
    answer(clinic, Cause.RESTORED, "theirs")
    report = clinic.sync()
    assert (of(report, FLAG).done, of(report, FLAG).reference) == (Done.UNCHANGED, anew)
    assert of_item("flags", "text")(clinic.head()) == "their words"
    assert clinic.inbox == (), "that it was lost needs no note any more"
    clinic.edit(anew, status="inactive", period={"start": "2024-03-05", "end": "2026-03-01"})
    clinic.sync()
    assert of_item("flags", "status")(clinic.head()).value == "inactive"
    quiet(clinic)


def test_what_is_entered_anew_word_by_word_is_linked_by_one_answer() -> None:
    clinic = agreed()
    anew = entered_anew(clinic, FLAG)
    clinic.sync()
    answer(clinic, Cause.TWO_CLAIMANTS, "confirm")
    report = clinic.sync()
    assert of(report, FLAG).reference == anew
    assert clinic.inbox == ()
    quiet(clinic)


def test_an_edit_of_what_waits_is_shown_and_asked_anew() -> None:
    clinic = agreed()
    anew = entered_anew(clinic, FLAG, **WORDS)
    clinic.sync()
    shown = waiting(clinic, Cause.TWO_CLAIMANTS)
    clinic.edit(anew, status="inactive")
    clinic.sync()
    assert waiting(clinic, Cause.TWO_CLAIMANTS).digest != shown.digest


def test_what_is_said_to_be_somebody_elses_is_left_alone_and_nothing_is_made_beside_it() -> None:
    clinic = agreed()
    anew = entered_anew(clinic, FLAG, **WORDS)
    clinic.sync()
    before = chart_of(clinic, anew)
    answer(clinic, Cause.TWO_CLAIMANTS, "decline")
    clinic.sync()
    assert causes(clinic) == {Cause.VANISHED}
    answer(clinic, Cause.VANISHED, AGAIN)
    clinic.sync()
    told = waiting(clinic, Cause.VANISHED)
    assert (told.state, told.choices) == (ItemState.OPEN, {}), "it cannot be made yet: asked anew"
    assert (chart_of(clinic, anew), len(clinic.all("Flag"))) == (before, 2)
    clinic.edit(anew, identifier=None)
    answer(clinic, Cause.VANISHED, AGAIN)
    report = clinic.sync()
    assert of(report, FLAG).done is Done.CREATED
    assert clinic.inbox == ()
    quiet(clinic)


def test_of_several_that_were_entered_anew_a_person_says_which() -> None:
    clinic = lost()
    body = {**clinic.of(Key("Flag", uid("flags-1"))), "id": None, "meta": None}
    body = {name: one for name, one in body.items() if one is not None}
    name = [{"system": clinic.system, "value": FLAG.item}]
    first, second = (clinic.made({**body, "identifier": name}) for _ in range(2))
    clinic.sync()
    assert set(waiting(clinic, Cause.TWO_CLAIMANTS).groups) == {first, second}
    with pytest.raises(Invalid, match="confirm one"):
        answer(clinic, Cause.TWO_CLAIMANTS, "decline")
    answer(clinic, Cause.TWO_CLAIMANTS, {first: "decline", second: "confirm"})
    report = clinic.sync()
    assert of(report, FLAG).reference == second


@pytest.mark.parametrize("way", ["history", "updated"])
def test_what_is_entered_anew_under_our_identifier_wakes_the_plan_of_whatever_kind_it_is(way: str) -> None:
    clinic = in_step(way)
    anew = entered_anew(clinic, Key("Flag", clinic.head().flags[0].id), **WORDS)
    clinic.poll(), clinic.sync()
    assert waiting(clinic, Cause.TWO_CLAIMANTS).groups == (anew,)
    clinic.later(minutes=10)
    clinic.poll(), clinic.sync()
    clinic.later(minutes=10)
    assert clinic.poll().woken == frozenset()
    clinic.edit(anew, status="inactive")
    assert clinic.poll().woken == {clinic.plan.id}


SHAPES = {
    "as HAPI": Shape(),
    "with ids of ours": Shape(conditional_create=False),
    "by search": Shape(conditional_create=False, update_create=False),
    "one by one": Shape(transaction=False, batch=False),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("key", [FLAG, NOTE, SESSION], ids=str)
def test_what_a_person_asks_for_is_made_again_once(key: Key, shape: Shape) -> None:
    clinic = lost(key, shape=shape)
    assert clinic.sync().writes == 0
    answer(clinic, Cause.VANISHED, AGAIN)
    report = clinic.sync()
    assert of(report, key).done is Done.CREATED
    assert of(report, key).reference == clinic.address(key)
    assert report.standing is Standing.IN_STEP
    assert (clinic.inbox, standing(clinic, key)) == ((), LinkState.IN_SYNC)
    quiet(clinic)


def test_what_is_made_again_says_what_the_plan_says_by_now() -> None:
    clinic = lost()
    clinic.revise(item("flags", text="our words")(clinic.head()))
    assert clinic.sync().writes == 0
    answer(clinic, Cause.VANISHED, AGAIN)
    clinic.sync()
    assert clinic.of(FLAG)["code"]["text"] == "our words"
    quiet(clinic)


def test_what_is_made_again_is_named_again_by_what_refers_to_it() -> None:
    clinic = agreed()
    before, gone = clinic.of(PLAN), clinic.address(GOAL)
    versions = sorted(clinic.store.history(), key=lambda one: one.moment)
    clinic.hold(one for one in versions if f"{one.kind}/{one.id}" != gone)
    clinic.sync()
    clinic.rename("Another title")
    clinic.sync()
    assert gone not in {one["reference"] for one in clinic.of(PLAN).get("goal", [])}
    answer(clinic, Cause.VANISHED, AGAIN)
    report = clinic.sync()
    made = of(report, GOAL).reference
    assert made not in {None, gone}
    assert {one["reference"] for one in clinic.of(PLAN)["goal"]} == {
        made if one["reference"] == gone else one["reference"] for one in before["goal"]
    }
    quiet(clinic)


def test_a_note_taken_is_not_the_last_word() -> None:
    clinic = lost()
    answer(clinic, Cause.VANISHED)
    clinic.sync()
    assert clinic.inbox == ()
    (status,) = [one for one in why(FLAG.item, ports=clinic.plans) if one.resource_type == "Flag"]
    assert "item=again" in status.next_step
    gone = noted(clinic)
    decide_item(
        Decide(item_id=gone.id, digest=gone.digest, author=PSYCHIATRIST.id, choices=AGAIN),
        ports=clinic.plans,
    )
    report = clinic.sync()
    assert of(report, FLAG).done is Done.CREATED
    assert clinic.inbox == ()
    with pytest.raises(Outdated):
        decide_item(
            Decide(item_id=gone.id, digest=gone.digest, author=PSYCHIATRIST.id, choices=AGAIN),
            ports=clinic.plans,
        )


def test_a_note_is_taken_once() -> None:
    clinic = lost()
    answer(clinic, Cause.VANISHED)
    gone = noted(clinic)
    with pytest.raises(Outdated):
        decide_item(Decide(item_id=gone.id, digest=gone.digest, author="x"), ports=clinic.plans)


def test_of_what_is_gone_a_person_takes_note_or_asks_for_it_again_and_nothing_else() -> None:
    clinic = lost()
    gone = waiting(clinic, Cause.VANISHED)
    for given in ({"choices": {"item": "ours"}}, {"choices": {"x": "again"}}, {"patch": {"title": "x"}}):
        with pytest.raises(Invalid):
            decide_item(Decide(item_id=gone.id, digest=gone.digest, author="x", **given), ports=clinic.plans)
    with pytest.raises(Invalid):
        decide_item(
            Decide(item_id=gone.id, digest=gone.digest, author="x", choices=AGAIN, patch={}),
            ports=clinic.plans,
        )


def test_what_was_the_clinics_own_is_never_made_by_us() -> None:
    clinic, theirs = booked_and_confirmed()
    clinic.edit(clinic.address(PLAN), activity=None)
    assert clinic.ask("DELETE", theirs).status == 200
    clinic.sync()
    with pytest.raises(Invalid, match="the clinic's own"):
        answer(clinic, Cause.VANISHED, AGAIN)
    answer(clinic, Cause.VANISHED)


def test_what_a_person_asked_for_is_made_when_the_chart_can_be_written_again() -> None:
    clinic = lost()
    answer(clinic, Cause.VANISHED, AGAIN)
    clinic.configure(mode=ConnectionMode.READ_ONLY)
    report = clinic.sync()
    assert (of(report, FLAG).done, standing(clinic)) == (Done.WAITING, LinkState.WAITING)
    clinic.configure(mode=ConnectionMode.WRITE)
    report = clinic.sync()
    assert of(report, FLAG).done is Done.CREATED
    quiet(clinic)


def test_what_is_back_under_its_old_id_is_linked_and_not_made_again() -> None:
    clinic = agreed()
    address = clinic.address(FLAG)
    body = without(clinic, FLAG)
    clinic.sync()
    answer(clinic, Cause.VANISHED, AGAIN)
    back = {**body, "id": address.partition("/")[2]}
    assert clinic.ask("PUT", address, back).status in {200, 201}
    report = clinic.sync()
    assert of(report, FLAG).reference == address
    assert (clinic.inbox, len(clinic.all("Flag"))) == ((), 2)
    quiet(clinic)


def test_nothing_is_made_again_of_what_left_the_plan_meanwhile() -> None:
    clinic = lost()
    answer(clinic, Cause.VANISHED, AGAIN)
    clinic.change(flags=())
    assert clinic.sync().standing is Standing.IN_STEP
    assert (clinic.inbox, len(clinic.all("Flag"))) == ((), 1)


def test_a_loss_that_a_push_found_is_told_by_the_next_pass_once() -> None:
    clinic = agreed()
    without(clinic, FLAG)
    clinic.revise(item("flags", text="our words")(clinic.head()))
    assert of(clinic.push(), FLAG).done is Done.DETACHED
    assert clinic.inbox == ()
    clinic.sync(), clinic.sync()
    waiting(clinic, Cause.VANISHED)
    answer(clinic, Cause.VANISHED)
    clinic.sync()
    assert clinic.inbox == ()
