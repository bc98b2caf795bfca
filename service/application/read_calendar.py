"""The appointments of a plan, or of a clinician in every plan, as a calendar."""

from service.application.ports import PlanPorts
from service.document.calendar import Entry, calendar_text
from service.domain.revision import Revision


def calendar_of_plan(plan_id: str, *, ports: PlanPorts) -> str:
    """Return the calendar of a plan's appointments; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        head = work.plans.head(plan_id)
    return calendar_text(_entries(head), name="Appointments")


def calendar_of_person(person_id: str, *, ports: PlanPorts) -> str:
    """Return the calendar of the appointments in which a clinician takes part; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        work.people.get(person_id)
        heads = [work.plans.head(one) for one in work.plans.appointed(person_id)]
    entries = (
        entry
        for head in heads
        for entry in _entries(head)
        if person_id in {one.person for one in entry.appointment.participants}
    )
    return calendar_text(entries, name="Appointments")


def _entries(head: Revision) -> tuple[Entry, ...]:
    return tuple(
        Entry(appointment=one, revision=head.number, recorded_at=head.recorded_at)
        for one in head.plan.appointments
    )
