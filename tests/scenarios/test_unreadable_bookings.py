"""A booking that no plan can hold is told, never proposed; one without an end is read by its minutes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.application.sync_status import why
from service.domain.appointment import AppointmentStatus
from service.domain.values import Invalid
from service.mapping.references import Key
from service.ports.inbox import InboxItem, ItemState
from service.sync.reconciliation import Cause
from service.sync.words import shown_words
from tests.builders import PSYCHIATRIST, THERAPIST, a_plan, an_appointment, uid
from tests.scenarios.clinic import Clinic
from tests.scenarios.foreign import PATIENT, a_booking, answer, causes, chart_of, quiet, waiting

OURS = Key("Appointment", uid("appointments-0"))
START = datetime(2026, 3, 20, 9, tzinfo=UTC)
WITH_PATIENT, WITH_THERAPIST = (PATIENT, Key("Practitioner", THERAPIST.id))


def proposed() -> Clinic:
    asked = an_appointment(status=AppointmentStatus.PROPOSED, start=START, end=START + timedelta(minutes=50))
    clinic = Clinic(a_plan(appointments=(asked,)))
    clinic.sync()
    return clinic


def seen_by_the_therapist(clinic: Clinic, *, times: int = 1) -> dict[str, Any]:
    actors = [clinic.address(WITH_PATIENT), *([f"Practitioner/{clinic.of(WITH_THERAPIST)['id']}"] * times)]
    return {"participant": [{"actor": {"reference": one}, "status": "accepted"} for one in actors]}


def booked(clinic: Clinic, **elements: Any) -> str:
    return a_booking(clinic, START, **{**seen_by_the_therapist(clinic), **elements})


def closed_items(clinic: Clinic) -> list[InboxItem]:
    with clinic.storage.begin(write=False) as work:
        found = work.inbox.of_item("default", OURS.item)
    return [one for one in found if one.state is ItemState.CLOSED]


UNREADABLE: dict[str, dict[str, Any]] = {
    "no end, and no minutes": {"end": None},
    "an end before its start": {"end": (START - timedelta(hours=1)).isoformat()},
    "an end at its start": {"end": START.isoformat()},
    "an end at its start, and minutes beside it": {"end": START.isoformat(), "minutesDuration": 50},
    "a modifier that nobody knows": {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
}


def told_of(elements: dict[str, Any]) -> tuple[Clinic, str]:
    """A clinic whose chart has a booking with these elements, after one pass."""
    clinic = proposed()
    theirs = booked(clinic, **elements)
    clinic.sync()
    return clinic, theirs


@pytest.mark.parametrize("elements", UNREADABLE.values(), ids=UNREADABLE)
def test_what_no_plan_can_hold_is_told_with_its_path_and_not_proposed(elements: dict[str, Any]) -> None:
    clinic, theirs = told_of(elements)
    assert causes(clinic) == {Cause.UNREADABLE}
    item = waiting(clinic, Cause.UNREADABLE)
    assert (item.resource_type, item.item_id, item.groups) == ("Appointment", OURS.item, (theirs,))
    (words,) = shown_words(item.content, item.groups)
    assert words.theirs[0].startswith("cannot be read: Appointment")
    assert "status: booked" in words.theirs
    (where,) = why(OURS.item, ports=clinic.plans)
    assert where.inbox_items == (item.id,)
    quiet(clinic)


def test_one_clinician_twice_is_told_and_not_proposed() -> None:
    clinic = proposed()
    booked(clinic, **seen_by_the_therapist(clinic, times=2))
    clinic.sync()
    assert causes(clinic) == {Cause.UNREADABLE}
    quiet(clinic)


def test_mended_in_the_chart_it_is_proposed_and_linked_as_any_other() -> None:
    clinic, theirs = told_of({"end": None})
    clinic.edit(theirs, end=(START + timedelta(minutes=50)).isoformat())
    clinic.sync()
    assert causes(clinic) == {Cause.BOOKED_THERE}
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.sync()
    assert clinic.inbox == ()
    assert clinic.head().appointments[-1].status is AppointmentStatus.BOOKED


def test_left_as_it_is_it_is_not_told_again_and_is_proposed_once_it_can_be_read() -> None:
    clinic, theirs = told_of({"end": None})
    answer(clinic, Cause.UNREADABLE, "ours")
    clinic.sync()
    assert clinic.inbox == ()
    clinic.edit(theirs, comment="Bring the diary")
    clinic.sync()
    assert clinic.inbox == ()
    clinic.edit(theirs, end=(START + timedelta(minutes=50)).isoformat())
    clinic.sync()
    assert causes(clinic) == {Cause.BOOKED_THERE}


def test_the_plan_may_say_it_in_its_own_words() -> None:
    clinic, _ = told_of({"end": None})
    item = waiting(clinic, Cause.UNREADABLE)
    (mine,) = clinic.head().appointments
    named = {
        "id": mine.id,
        "kind": mine.kind.value,
        "status": "cancelled",
        "zone": mine.zone,
        "participants": [{"required": True, "status": "accepted"}],
    }
    decide_item(
        Decide(
            item_id=item.id,
            digest=item.digest,
            author=PSYCHIATRIST.id,
            choices=dict.fromkeys(item.groups, "third"),
            patch={"appointments": [named]},
        ),
        ports=clinic.plans,
    )
    clinic.sync()
    assert clinic.inbox == ()
    assert clinic.of(OURS)["status"] == "cancelled"
    quiet(clinic)


def test_theirs_cannot_be_chosen_and_nothing_confirms_it() -> None:
    clinic, _ = told_of({"end": None})
    for choice in ("theirs", "confirm"):
        with pytest.raises(Invalid):
            answer(clinic, Cause.UNREADABLE, choice)


def test_a_readable_one_beside_it_is_proposed_alone() -> None:
    clinic, unread = told_of({"end": None})
    theirs = booked(clinic, start=(START + timedelta(hours=1)).isoformat(), minutesDuration=50, end=None)
    clinic.sync()
    assert waiting(clinic, Cause.BOOKED_THERE).groups == (theirs,)
    assert waiting(clinic, Cause.UNREADABLE).groups == (unread,)
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.sync()
    assert clinic.inbox == ()
    assert [one.status.value for one in clinic.head().appointments] == ["cancelled", "booked"]


def test_declined_it_is_not_told_when_it_can_be_read_no_longer() -> None:
    clinic, theirs = told_of({})
    answer(clinic, Cause.BOOKED_THERE, "decline")
    clinic.edit(theirs, end=None)
    clinic.sync()
    assert clinic.inbox == ()


def asked_before_it_was_known_to_be_unreadable(clinic: Clinic) -> None:
    """A person confirms a booking whose item was opened when it passed for readable."""
    item = waiting(clinic, Cause.UNREADABLE)
    with clinic.storage.begin() as work:
        work.inbox.save([replace(item, cause=Cause.BOOKED_THERE.value)])
        work.commit()
    answer(clinic, Cause.BOOKED_THERE, "confirm")


def test_confirmed_and_unreadable_meanwhile_it_ends_as_that_and_a_person_is_told() -> None:
    clinic, theirs = told_of({"end": None})
    asked_before_it_was_known_to_be_unreadable(clinic)
    clinic.sync()
    (over,) = closed_items(clinic)
    assert (over.cause, over.outcome) == (Cause.BOOKED_THERE, "unreadable")
    item = waiting(clinic, Cause.UNREADABLE)
    assert (item.state, item.groups) == (ItemState.OPEN, (theirs,))
    assert [one.status for one in clinic.head().appointments] == [AppointmentStatus.PROPOSED]
    quiet(clinic)


def test_confirmed_and_changed_meanwhile_so_that_it_cannot_be_read_it_ends_as_that_too() -> None:
    clinic, theirs = told_of({})
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.edit(theirs, end=START.isoformat())
    clinic.sync()
    assert [one.outcome for one in closed_items(clinic)] == ["unreadable"]
    assert causes(clinic) == {Cause.UNREADABLE}


def by_its_minutes() -> tuple[Clinic, str]:
    """A clinic in which a person confirmed a booking with a start and minutes, and no end."""
    clinic = proposed()
    theirs = booked(clinic, end=None, minutesDuration=45)
    clinic.sync()
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.sync()
    return clinic, theirs


def times(clinic: Clinic) -> tuple[datetime | None, datetime | None]:
    held = clinic.head().appointments[-1]
    return held.start, held.end


def test_a_booking_without_an_end_is_linked_by_its_start_and_its_minutes() -> None:
    clinic, theirs = by_its_minutes()
    assert clinic.inbox == ()
    assert times(clinic) == (START, START + timedelta(minutes=45))
    assert "end" not in chart_of(clinic, theirs), "theirs is never written"
    quiet(clinic)


def test_longer_minutes_and_another_start_come_into_the_plan() -> None:
    clinic, theirs = by_its_minutes()
    clinic.edit(theirs, minutesDuration=90)
    clinic.sync()
    assert times(clinic) == (START, START + timedelta(minutes=90))
    moved = START + timedelta(hours=2)
    clinic.edit(theirs, start=moved.isoformat())
    clinic.sync()
    assert times(clinic) == (moved, moved + timedelta(minutes=90))
    assert clinic.inbox == ()
    quiet(clinic)


def test_a_linked_booking_that_loses_its_minutes_is_told() -> None:
    clinic, theirs = by_its_minutes()
    clinic.edit(theirs, minutesDuration=None)
    clinic.sync()
    assert waiting(clinic, Cause.UNREADABLE).reference == theirs
    assert times(clinic) == (START, START + timedelta(minutes=45))


def test_an_end_that_is_said_counts_before_the_minutes() -> None:
    clinic = proposed()
    booked(clinic, minutesDuration=20)
    clinic.sync()
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.sync()
    assert times(clinic) == (START, START + timedelta(minutes=50))
