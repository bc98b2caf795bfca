"""Calendars over REST: of a plan, and of a clinician over every plan."""

from typing import Any

from icalendar import Calendar

from tests.builders import PSYCHIATRIST, THERAPIST, a_participant, a_plan, an_appointment, uid

BOOKED = an_appointment(participants=(a_participant(person=None), a_participant()), therapy=None)
PLAN = a_plan(appointments=(BOOKED,))


def uids(text: str) -> list[str]:
    return [str(one["uid"]) for one in Calendar.from_ical(text).walk("VEVENT")]


def test_a_plan_has_a_calendar(api: Any) -> None:
    api.keep(PLAN)
    said = api.get(f"/plans/{PLAN.id}/calendar.ics")
    assert said.mimetype == "text/calendar"
    assert uids(said.text) == [f"{BOOKED.id}@tandem"]
    again = api.get(f"/plans/{PLAN.id}/calendar.ics", If_None_Match=said.headers["ETag"])
    assert again.status_code == 304
    assert api.get("/plans/nobody/calendar.ics").status_code == 404


def test_a_clinician_has_a_calendar_over_every_plan(api: Any) -> None:
    api.keep(PLAN)
    other = an_appointment(
        id=uid("appointments-9"), participants=(a_participant(person=PSYCHIATRIST.id),), therapy=None
    )
    api.keep(a_plan(id=uid("plan-2"), appointments=(other,)))
    assert uids(api.get(f"/people/{THERAPIST.id}/calendar.ics").text) == [f"{BOOKED.id}@tandem"]
    assert uids(api.get(f"/people/{PSYCHIATRIST.id}/calendar.ics").text) == [f"{other.id}@tandem"]
    assert api.get("/people/nobody/calendar.ics").status_code == 404
