"""Sessions that took place: modality, start and stop times and who was there, never what was said."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.domain.references import APPOINTMENT, PERSON, THERAPY
from service.domain.values import Problem, Value, unique


class Setting(StrEnum):
    """FHIR v3-ActCode encounter class: in the clinic or by video or telephone."""

    AMBULATORY = "AMB"
    VIRTUAL = "VR"


class SessionStatus(StrEnum):
    """FHIR encounter-status, as far as a plan records."""

    FINISHED = "finished"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Value):
    """One attended session or meeting, with its start and end."""

    id: str
    start: datetime
    end: datetime
    setting: Setting = Setting.AMBULATORY
    status: SessionStatus = SessionStatus.FINISHED
    appointment: str | None = field(default=None, metadata=APPOINTMENT)
    therapy: str | None = field(default=None, metadata=THERAPY)
    attended_by: tuple[str, ...] = field(default=(), metadata=PERSON)

    def problems(self) -> Iterator[Problem]:
        if self.start.tzinfo and self.end.tzinfo and self.end <= self.start:
            yield Problem("end", "is not after the start")
        yield from unique("attended_by", self.attended_by)
