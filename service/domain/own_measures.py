"""What a clinic says of measures: other numbers for a published one, and measures of its own.

The numbers of a clinic's own measure need a source, as the published ones have theirs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from service.domain.goal import Target
from service.domain.instruments import INSTRUMENTS, PUBLISHED, Instrument, Instruments
from service.domain.measure import AnyMeasure, Measure, OwnMeasure, Score, named
from service.domain.plan import Plan
from service.domain.values import Invalid, Problem, Value, within

_NEEDED = ("source", "lowest", "highest", "higher_is_better", "adults")


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Value):
    """A band of severity: the lowest total in it, and its name."""

    at_least: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureWords(Value):
    """What a clinic says of one measure; what it does not say stays as published.

    `lowest` and `highest` are totals; everything else is as in `Instrument`.
    """

    source: str | None = None
    lowest: int | None = None
    highest: int | None = None
    higher_is_better: bool | None = None
    bands: tuple[Band, ...] = ()
    change: int | None = None
    response: Decimal | None = None
    remission: int | None = None
    screen: int | None = None
    adults: bool | None = None


def clinic_instruments(words: Mapping[str, MeasureWords]) -> Instruments:
    """Return the published instruments with what a clinic says, by the names of measures.

    Raises `Invalid`, whose problems name the measure and the field.
    """
    known: dict[AnyMeasure, Instrument] = dict(INSTRUMENTS)
    problems: list[Problem] = []
    for name, said in words.items():
        measure = named(name)
        if measure is None:
            problems.append(Problem(name, "is no name of a measure: small letters, digits and '-', 2 to 40"))
            continue
        found = tuple(_complaints(measure, said))
        problems += (problem.under(name) for problem in found)
        if not found:
            known[measure] = _instrument(measure, said)
    if problems:
        raise Invalid(problems)
    return Instruments(known=MappingProxyType(known))


def check_measures(before: Plan | None, plan: Plan, instruments: Instruments) -> None:
    """Refuse, with `Invalid`, what is new or changed in a plan and in no measure that is described.

    What was kept before stays, whatever a clinic describes by now.
    """
    kept = () if before is None else (*before.scores, *(goal.target for goal in before.goals))
    problems = [
        problem.under(path)
        for path, one in _measured(plan)
        if one not in kept
        for problem in _misfit(one, instruments)
    ]
    if problems:
        raise Invalid(problems)


def _measured(plan: Plan) -> Iterator[tuple[str, Score | Target]]:
    yield from ((f"scores[{index}]", one) for index, one in enumerate(plan.scores))
    for index, goal in enumerate(plan.goals):
        if goal.target is not None:
            yield f"goals[{index}].target", goal.target


def _misfit(measured: Score | Target, instruments: Instruments) -> Iterator[Problem]:
    measure = measured.measure
    if measure not in instruments:
        yield Problem("measure", f"must be one of {', '.join(sorted(instruments.known))}")
    elif isinstance(measure, OwnMeasure):
        yield from within("value", measured.value, instruments.of(measure).range)


def _complaints(measure: AnyMeasure, said: MeasureWords) -> Iterator[Problem]:
    published = isinstance(measure, Measure)
    if published and (said.lowest, said.highest, said.higher_is_better) != (None, None, None):
        yield Problem("lowest", "and highest and higher_is_better are as published and cannot be changed")
        return
    missing = [] if published else [one for one in _NEEDED if getattr(said, one) is None]
    yield from (Problem(one, "is needed for a measure of your own") for one in missing)
    if said.source is None and published:
        yield Problem("source", "is needed for other numbers than the published ones")
    if not missing:
        yield from _numbers(measure, said)


def _numbers(measure: AnyMeasure, said: MeasureWords) -> Iterator[Problem]:
    low, high = _range(measure, said)
    if low >= high:
        yield Problem("highest", "must be more than lowest")
        return
    for name in ("remission", "screen"):
        yield from within(name, getattr(said, name), (low, high))
    yield from within("change", said.change, (1, high - low))
    if said.response is not None and not 0 < said.response <= 1:
        yield Problem("response", "must be a share of the baseline, more than 0 and at most 1")
    if said.response is not None and (_higher_is_better(measure, said) or low):
        yield Problem("response", "needs a measure whose best total is 0: use change")
    lowest = [band.at_least for band in said.bands]
    if lowest and (lowest != sorted(set(lowest)) or lowest[0] != low or lowest[-1] > high):
        yield Problem("bands", f"must rise from {low}, each from another total up to {high}")


def _range(measure: AnyMeasure, said: MeasureWords) -> tuple[int, int]:
    low, high = PUBLISHED.of(measure).range
    return (low if said.lowest is None else said.lowest, high if said.highest is None else said.highest)


def _higher_is_better(measure: AnyMeasure, said: MeasureWords) -> bool:
    return PUBLISHED.of(measure).higher_is_better if said.higher_is_better is None else said.higher_is_better


def _instrument(measure: AnyMeasure, said: MeasureWords) -> Instrument:
    """Return a published instrument, or an empty one, with what was said."""
    numbers = {
        name: value
        for name in ("source", "change", "response", "remission", "screen", "adults")
        if (value := getattr(said, name)) is not None
    }
    if said.bands:
        numbers["bands"] = tuple((band.at_least, band.name) for band in said.bands)
    if isinstance(measure, OwnMeasure):
        numbers["totals"] = _range(measure, said)
    return replace(PUBLISHED.of(measure), higher_is_better=_higher_is_better(measure, said), **numbers)
