"""Scores of one instrument over time, for a chart: only values that stand, in the order of their moments."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.findings.risk import positive_items
from service.domain.measure import RANGES, Measure, RecordStatus
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

    measure: Measure
    low: int
    high: int
    points: tuple[Point, ...]


def score_series(plan: Plan) -> tuple[Series, ...]:
    """Return a series for each measure that has a value, in the order of the measures."""
    found = ((measure, _points(plan, measure)) for measure in Measure)
    return tuple(
        Series(measure=measure, low=RANGES[measure][0], high=RANGES[measure][1], points=points)
        for measure, points in found
        if points
    )


def _points(plan: Plan, measure: Measure) -> tuple[Point, ...]:
    held = (
        (one, one.value)
        for one in plan.scores
        if one.measure is measure and one.status is not RecordStatus.ENTERED_IN_ERROR
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
