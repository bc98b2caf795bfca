"""An ending is final, in every list of statuses; only a mistake may still be marked as one."""

from enum import StrEnum
from itertools import product

import pytest

from service.domain.appointment import AppointmentStatus
from service.domain.condition import Verification
from service.domain.coordination import FlagStatus, NoteStatus, TaskStatus
from service.domain.goal import GoalStatus
from service.domain.measure import RecordStatus
from service.domain.medication import OrderStatus
from service.domain.session import SessionStatus
from service.domain.terminal import ENDINGS, may_follow
from service.domain.therapy import RequestStatus

KINDS: tuple[type[StrEnum], ...] = (
    RequestStatus,
    OrderStatus,
    AppointmentStatus,
    GoalStatus,
    TaskStatus,
    FlagStatus,
    RecordStatus,
    NoteStatus,
    SessionStatus,
    Verification,
)
# The words of FHIR after which nothing more happens, whichever resource has them. "completed" of a note and
# "finished" of a session are how a record begins, and only entered-in-error follows them.
ENDED = {"revoked", "completed", "stopped", "cancelled", "fulfilled", "noshow", "rejected", "inactive"}


def is_ending(status: StrEnum) -> bool:
    return status.value == "entered-in-error" or (
        status.value in ENDED and not isinstance(status, NoteStatus | SessionStatus)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_ending_stays_or_is_marked_as_a_mistake_and_all_else_may_change(kind):
    for was, now in product(kind, kind):
        final = is_ending(was) and now is not was and now.value != "entered-in-error"
        assert may_follow(was, now) is not final, f"{was} to {now}"


def test_the_endings_of_one_kind_hide_none_of_another():
    assert len(ENDINGS) == sum(is_ending(status) for kind in KINDS for status in kind)
