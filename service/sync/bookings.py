"""Bookings that come as new appointments: which of the chart's own may be the one that a plan asked for.

A booking is matched by patient, kind and time; it is linked only when a person confirms it. Then it becomes
the plan's appointment at the booked instant, and what we proposed ends as cancelled in the same pass. What no
plan can hold is told as that, and never proposed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain.appointment import Appointment, AppointmentStatus
from service.domain.plan import Plan
from service.fhir.instant import moment_of
from service.fhir.json import JsonObject
from service.fhir.subjects import patients_of
from service.mapping.references import Key
from service.mapping.terminology.records import APPOINTMENT_KIND
from service.ports.ehr import Ehr, Held
from service.ports.storage import LedgerEntry
from service.sync.adopting import Copying, adopted_entry, taken_up, unlinked, untakeable
from service.sync.agenda import Agenda, remote_of
from service.sync.imported import plainly_said
from service.sync.linking import plan_only_entry
from service.sync.questions import Question
from service.sync.reconciliation import Cause

_ASKED_FOR = frozenset({AppointmentStatus.PROPOSED, AppointmentStatus.PENDING, AppointmentStatus.WAITLIST})
COMING = frozenset({"pending", "booked", "arrived", "checked-in"})
_BOOKED_ANEW = "booked in the chart as another appointment"


def appointments_there(agenda: Agenda, ehr: Ehr, patient: str, *, today: date) -> tuple[Held, ...]:
    """Return the patient's appointments of the chart's own that are booked from yesterday on."""
    offered = agenda.capabilities.of("Appointment")
    if "search-type" not in offered.interactions or "patient" not in offered.search_params:
        return ()
    query = {"patient": patient}
    if "date" in offered.search_params:
        query["date"] = f"ge{today - timedelta(days=1)}"
    found = (one for one in ehr.search("Appointment", query) if one.reference.startswith("Appointment/"))
    return tuple(
        one
        for one in unlinked(agenda, found)
        if one.resource.get("status") in COMING and set(patients_of(one.resource)) == {patient}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What came of bookings: the plan with those that were confirmed, and what has to be asked."""

    plan: Plan
    entries: dict[Key, LedgerEntry]
    questions: tuple[Question, ...]


def look_for_bookings(agenda: Agenda, found: Iterable[Held], copying: Copying) -> Booked:
    """Link what a person confirmed, and ask about the rest; one booking stands for one appointment."""
    left = {one.reference: one for one in found}
    plan, entries, questions = agenda.plan, dict[Key, LedgerEntry](), list[Question]()
    for asked_for in agenda.plan.appointments:
        if asked_for.status not in _ASKED_FOR:
            continue
        here = replace(agenda, plan=plan)
        question, unread = _questions(here, asked_for, left.values(), copying=copying)
        confirmed = [left.pop(one) for one in sorted(agenda.answers.confirmed(question))]
        made = _taken(here, asked_for, confirmed, copying=copying)
        if made is not None:
            plan, news = made
            entries |= news
        else:
            questions += [one for one in (question, unread) if one.candidates]
    return Booked(plan=plan, entries=entries, questions=tuple(questions))


def may_be(asked_for: Appointment, there: JsonObject, agenda: Agenda) -> bool:
    """Tell whether an appointment of the chart may be the booking of one that a plan asked for."""
    start = start_of(there)
    return start is not None and _in_time(asked_for, start, agenda) and _of_kind(asked_for, there, agenda)


def start_of(appointment: JsonObject) -> datetime | None:
    """Return the instant at which an appointment of the chart starts, if it says one."""
    return moment_of(str(appointment.get("start")))


def _questions(
    agenda: Agenda, asked_for: Appointment, found: Iterable[Held], *, copying: Copying
) -> tuple[Question, Question]:
    """Return what is proposed as the booking, and what may be it and cannot be read."""
    key = Key("Appointment", asked_for.id)
    declined = agenda.answers.declined(key, Cause.BOOKED_THERE)
    likely = [
        one for one in found if one.reference not in declined and may_be(asked_for, one.resource, agenda)
    ]
    reasons = {one.reference: untakeable(agenda, one, copying, zone=asked_for.zone) for one in likely}
    left_there = agenda.answers.declined(key, Cause.UNREADABLE)
    unread = {address: why for address, why in reasons.items() if why and address not in left_there}
    ask = Question(
        key=key,
        cause=Cause.BOOKED_THERE,
        ours=plainly_said(agenda)[key],
        candidates={one.reference: one.resource for one in likely if not reasons[one.reference]},
    )
    there = {one.reference: one.resource for one in likely if one.reference in unread}
    return ask, replace(ask, cause=Cause.UNREADABLE, candidates=there, unread=unread)


def _in_time(asked_for: Appointment, start: datetime, agenda: Agenda) -> bool:
    slack = timedelta(days=agenda.asking.booking_days)
    if asked_for.start is not None:
        return abs(start - asked_for.start) <= slack
    wanted = asked_for.requested
    if wanted is None:
        return False
    day = start.astimezone(ZoneInfo(asked_for.zone)).date()
    early = wanted.start is not None and day < wanted.start - slack
    late = wanted.end is not None and day > wanted.end + slack
    return not early and not late


def _of_kind(asked_for: Appointment, there: JsonObject, agenda: Agenda) -> bool:
    """Tell whether the kinds agree; where the chart's kind says nothing to us, a clinician must be shared."""
    kinds = {kind for one in there.get("serviceType", []) if (kind := APPOINTMENT_KIND.find(one)) is not None}
    if kinds:
        return asked_for.kind in kinds
    people = {Key("Practitioner", one.person) for one in asked_for.participants if one.person is not None}
    wanted = {agenda.address(one) for one in people}
    return bool(wanted & set(_actors(there)))


def _actors(there: JsonObject) -> Iterator[str]:
    for one in there.get("participant", []):
        yield str(one.get("actor", {}).get("reference"))


def _taken(
    agenda: Agenda, asked_for: Appointment, confirmed: list[Held], *, copying: Copying
) -> tuple[Plan, dict[Key, LedgerEntry]] | None:
    """Return the plan with the booking in it and ours cancelled, None where nothing can be made of it."""
    made = None if not confirmed else taken_up(agenda, confirmed[0], copying, zone=asked_for.zone)
    if made is None:
        return None
    plan, key = made
    listed = tuple(_settled(one, asked_for, key.item) for one in plan.appointments)
    after = replace(agenda, plan=replace(plan, appointments=listed))
    entries = {key: adopted_entry(after, key, confirmed[0])}
    ours = Key("Appointment", asked_for.id)
    if remote_of(agenda.ledger.get(ours)) is None:  # it never got into the chart, and need not get there
        entries[ours] = plan_only_entry(after, ours)
    return after.plan, entries


def _settled(one: Appointment, asked_for: Appointment, booked: str) -> Appointment:
    """Return ours as cancelled, and theirs as what ours was for."""
    if one.id == asked_for.id:
        return replace(one, status=AppointmentStatus.CANCELLED, cancellation_reason=_BOOKED_ANEW)
    if one.id == booked:
        return replace(one, kind=asked_for.kind, therapy=asked_for.therapy, requested=asked_for.requested)
    return one
