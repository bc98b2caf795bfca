"""Calendars of appointments, for programs that read iCalendar."""

from dataclasses import dataclass

from flask import Response, request

from service.api.doors import Doors, Gives, Operation
from service.api.responses import digest_tag, unless_known
from service.api.services import Services
from service.application.access import Permission
from service.application.ports import PlanPorts
from service.application.read_calendar import calendar_of_person, calendar_of_plan
from service.document.calendar import MEDIA

_GIVES = Gives(shape={"type": "string"}, media=MEDIA, headers=("ETag",))


def calendar_doors(services: Services) -> Doors:
    """Return the doors to calendars."""
    views = _Calendars(services.plans)
    doors = Doors("calendars", "Appointments for calendar programs; no word of the treatment is in them.")
    doors.open(
        "readCalendarOfPlan",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/calendar.ics",
            gives=_GIVES,
            headers=("IfNoneMatch",),
            needs=Permission.READ_PLAN,
        ),
        views.of_plan,
    )
    doors.open(
        "readCalendarOfPerson",
        Operation(
            method="GET",
            path="/people/<id:person_id>/calendar.ics",
            gives=_GIVES,
            headers=("IfNoneMatch",),
            needs=Permission.LIST_PLANS,
        ),
        views.of_person,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Calendars:
    ports: PlanPorts

    def of_plan(self, plan_id: str) -> Response:
        """Read the appointments of a plan as iCalendar."""
        return _calendar(calendar_of_plan(plan_id, ports=self.ports))

    def of_person(self, person_id: str) -> Response:
        """Read the appointments in which a clinician takes part, in every plan, as iCalendar."""
        return _calendar(calendar_of_person(person_id, ports=self.ports))


def _calendar(text: str) -> Response:
    response = Response(text, content_type=f"{MEDIA}; charset=utf-8")
    response.set_etag(digest_tag(text))
    return unless_known(response, request)
