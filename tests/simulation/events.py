"""What happens to a patient in twelve months, drawn from the seed before anybody reacts to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from service.domain.adherence import Taking
from service.domain.condition import Severity
from service.domain.measure import Measure
from tests.simulation.patients import WEEKS, Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A questionnaire was filled in; `risk` is the answer to a risk item, None where there is none."""

    measure: Measure
    value: int
    risk: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A questionnaire was not filled in."""

    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The last score turned out to be somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """A session of therapy took place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A session of therapy was booked, and the patient did not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """An entry in the journal."""

    shared: bool
    mood: int
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """A side effect of the medicine."""

    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A report of how the medicine was taken."""

    taking: Taking


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedThere:
    """Somebody stops the medicine in the EHR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOffThere:
    """Somebody cancels the next check-in in the EHR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewordedThere:
    """Somebody words a goal anew in the EHR."""


Event: TypeAlias = (
    Answered | Declined | TakenBack | Attended | Missed | Wrote | Felt | Took
    | StoppedThere | CalledOffThere | RewordedThere
)  # fmt: skip

IN_THE_CHART = (StoppedThere, CalledOffThere, RewordedThere)
"""The events that happen in the EHR, of which our service learns by the sync alone."""

_MEASURED = (0, 2, 4, 6, 8, 10, 12, *range(16, WEEKS + 1, 4))
_SESSIONS = (1, 2, 3, 4, 6, 8, 10, 12, *range(15, WEEKS + 1, 4))
_JOURNAL = (1, 2, 3, 5, 8, 13, 20, 28, 29, 30, 36, 44)


def events_of(patient: Patient, seed: int) -> tuple[tuple[int, Event], ...]:
    """Return (day, what happens), day 0 first; days are counted from the first of the treatment."""
    draw = Random(f"events/{seed}/{patient.number}")  # noqa: S311  a simulation, no secret
    found = [
        *_measures(patient, draw),
        *_sessions(patient, draw),
        *_journal(patient, draw),
        *_medicine(draw),
        *_elsewhere(draw),
    ]
    return tuple(sorted(found, key=lambda one: one[0]))


def _measures(patient: Patient, draw: Random) -> Iterator[tuple[int, Event]]:
    measure = patient.illness.measure
    for week in _MEASURED:
        if week and draw.random() > patient.answers:
            yield 7 * week, Declined(measure=measure)
            continue
        value = patient.total(week, draw)
        yield 7 * week, Answered(measure=measure, value=value, risk=_risk(measure, value, draw))
        if week and draw.random() < 0.02:
            yield 7 * week + 1, TakenBack()
    if patient.illness.modality.value and draw.random() < 0.1:
        screened = draw.randint(1, 2) if draw.random() < 0.5 else 0
        day = draw.randint(10, 300)
        yield day, Answered(measure=Measure.C_SSRS, value=screened, risk=screened)
    if "Bipolar" in patient.illness.name:
        for week in (0, 6, 12, 24, 36):
            yield 7 * week, Answered(measure=Measure.ASRM, value=draw.choice((0, 1, 2, 3, 7)), risk=None)


def _risk(measure: Measure, value: int, draw: Random) -> int | None:
    if measure is not Measure.PHQ_9 or draw.random() < 0.05:
        return None
    return draw.choice((1, 1, 2)) if draw.random() < value / 200 else 0


def _sessions(patient: Patient, draw: Random) -> Iterator[tuple[int, Event]]:
    weekday = draw.randint(0, 4)
    for week in _SESSIONS:
        came = draw.random() < patient.comes
        # The first session is held when it is held: a course that never began has nobody who missed it.
        yield 7 * week + weekday, Attended() if came or week == _SESSIONS[0] else Missed()


def _journal(patient: Patient, draw: Random) -> Iterator[tuple[int, Event]]:
    for week in _JOURNAL if patient.keeps_journal else ():
        mood, shared = draw.randint(2, 8), draw.random() < 0.6
        yield 7 * week + 2, Wrote(shared=shared, mood=mood, ticked=draw.random() < 0.12)


def _medicine(draw: Random) -> Iterator[tuple[int, Event]]:
    if draw.random() < 0.35:
        severity = draw.choice((Severity.MILD, Severity.MODERATE, Severity.MODERATE, Severity.SEVERE))
        yield draw.randint(3, 120), Felt(severity=severity)
    for week in (5, 14, 27, 40):
        taking = draw.choice((Taking.AS_AGREED, Taking.AS_AGREED, Taking.MOSTLY, Taking.PARTLY))
        yield 7 * week, Took(taking=taking)


def _elsewhere(draw: Random) -> Iterator[tuple[int, Event]]:
    if draw.random() < 0.15:
        yield draw.randint(60, 330), StoppedThere()
    if draw.random() < 0.3:
        yield draw.randint(20, 330), CalledOffThere()
    if draw.random() < 0.3:
        yield draw.randint(90, 330), RewordedThere()
