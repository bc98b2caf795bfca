"""Scores of one instrument over time, for a chart: only values that stand, in the order of their moments."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.findings.risk import positive_items
from service.domain.instruments import PUBLISHED, Instruments
from service.domain.measure import AnyMeasure, Measure, RecordStatus
from service.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One score; `needs_assessment` marks a positive risk item, whatever the total."""

    at: datetime
    value: int
    needs_assessment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The scores of one measure between its lowest and highest possible total."""

    measure: AnyMeasure
    low: int
    high: int
    points: tuple[Point, ...]


def score_series(plan: Plan, instruments: Instruments = PUBLISHED) -> tuple[Series, ...]:
    """Return a series for each measure that has a value, the clinic's own behind the others."""
    own = {one.measure for one in plan.scores if not isinstance(one.measure, Measure)}
    found = ((measure, _points(plan, measure)) for measure in (*Measure, *sorted(own)))
    return tuple(_series(measure, points, instruments) for measure, points in found if points)


def _series(measure: AnyMeasure, points: tuple[Point, ...], instruments: Instruments) -> Series:
    low, high = instruments.of(measure).range
    if measure not in instruments:  # nobody describes it any more: what was found is all that is known
        values = [point.value for point in points]
        low, high = min(0, *values), max(1, *values)
    return Series(measure=measure, low=low, high=high, points=points)


def _points(plan: Plan, measure: AnyMeasure) -> tuple[Point, ...]:
    held = (
        (one, one.value)
        for one in plan.scores
        if one.measure == measure and one.status is not RecordStatus.ENTERED_IN_ERROR
    )
    points = [
        (
            one.taken_at,
            one.id,
            Point(at=one.taken_at, value=value, needs_assessment=bool(positive_items(one))),
        )
        for one, value in held
        if value is not None
    ]
    return tuple(point for _, _, point in sorted(points, key=lambda one: one[:2]))
