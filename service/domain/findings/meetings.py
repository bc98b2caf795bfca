"""What was held and what is booked: the days on which somebody looked at the treatment together."""

from datetime import date

from service.domain.appointment import Appointment, AppointmentKind, AppointmentStatus
from service.domain.findings.case import Case, day_of

HELD = frozenset({AppointmentStatus.FULFILLED})
MISSED = frozenset({AppointmentStatus.NOSHOW, AppointmentStatus.CANCELLED})
_OPEN = frozenset({
    AppointmentStatus.PROPOSED, AppointmentStatus.PENDING, AppointmentStatus.BOOKED,
    AppointmentStatus.ARRIVED, AppointmentStatus.CHECKED_IN, AppointmentStatus.WAITLIST,
})  # fmt: skip


def held(case: Case, *kinds: AppointmentKind) -> tuple[Appointment, ...]:
    """Return the appointments of some kinds that were held, the oldest first.

    A session that names its appointment shows that it was held, whatever its status says.
    """
    attended = {one.appointment for one in case.sessions}
    return tuple(
        one
        for one in case.appointments
        if one.kind in kinds
        and (one.status in HELD or one.id in attended)
        and one.status is not AppointmentStatus.ENTERED_IN_ERROR
        and (day_of(one) or date.max) <= case.today
    )


def missed(case: Case, *kinds: AppointmentKind) -> tuple[Appointment, ...]:
    """Return the appointments of some kinds that were missed or cancelled, the oldest first."""
    attended = {one.appointment for one in case.sessions}
    found = (one for one in case.appointments if one.kind in kinds and one.id not in attended)
    return tuple(one for one in found if one.status in MISSED)


def ahead(case: Case, *kinds: AppointmentKind) -> tuple[Appointment, ...]:
    """Return the appointments of some kinds that are booked or asked for, today or later."""
    attended = {one.appointment for one in case.sessions}
    return tuple(
        one
        for one in case.appointments
        if one.kind in kinds
        and one.status in _OPEN
        and one.id not in attended
        and (day_of(one) or case.today) >= case.today
    )
