"""Which statuses are endings: an ending never becomes active again; reopening is a new item."""

from enum import StrEnum

from service.domain.appointment import AppointmentStatus
from service.domain.condition import Verification
from service.domain.coordination import FlagStatus, NoteStatus, TaskStatus
from service.domain.goal import GoalStatus
from service.domain.measure import RecordStatus
from service.domain.medication import OrderStatus
from service.domain.session import SessionStatus
from service.domain.therapy import RequestStatus

# No set: statuses of two kinds with the same code are equal as text, and a set would keep only one of them.
ENDINGS: tuple[StrEnum, ...] = (
    RequestStatus.REVOKED,
    RequestStatus.COMPLETED,
    RequestStatus.ENTERED_IN_ERROR,
    OrderStatus.STOPPED,
    OrderStatus.COMPLETED,
    OrderStatus.CANCELLED,
    OrderStatus.ENTERED_IN_ERROR,
    AppointmentStatus.FULFILLED,
    AppointmentStatus.CANCELLED,
    AppointmentStatus.NOSHOW,
    AppointmentStatus.ENTERED_IN_ERROR,
    GoalStatus.COMPLETED,
    GoalStatus.CANCELLED,
    GoalStatus.REJECTED,
    GoalStatus.ENTERED_IN_ERROR,
    TaskStatus.REJECTED,
    TaskStatus.COMPLETED,
    TaskStatus.CANCELLED,
    TaskStatus.ENTERED_IN_ERROR,
    FlagStatus.INACTIVE,
    FlagStatus.ENTERED_IN_ERROR,
    RecordStatus.ENTERED_IN_ERROR,
    NoteStatus.ENTERED_IN_ERROR,
    SessionStatus.ENTERED_IN_ERROR,
    Verification.ENTERED_IN_ERROR,
)


def may_follow(before: StrEnum, after: StrEnum) -> bool:
    """Tell whether a status may become another: an ending only becomes entered-in-error, if it is not yet."""
    if before is after:
        return True
    return not any(before is one for one in ENDINGS) or after.value == "entered-in-error"
