"""Dates of any precision, and how they compare."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sandbox.periods import NotADate, Span, compares, span, span_of

EARLY = datetime(1900, 1, 1)  # noqa: DTZ001 (the zone is the strategy's)
LATE = datetime(2100, 1, 1)  # noqa: DTZ001 (the zone is the strategy's)


def at(year: int, month: int, day: int, *time: int) -> datetime:
    return datetime(year, month, day, *time, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026-12", at(2026, 12, 1), at(2027, 1, 1)),
        ("2026-02", at(2026, 2, 1), at(2026, 3, 1)),
        ("2026-02-28", at(2026, 2, 28), at(2026, 3, 1)),
        ("2026-02-28T10:00Z", at(2026, 2, 28, 10), at(2026, 2, 28, 10, 1)),
        ("2026-02-28T10:00:05+02:00", at(2026, 2, 28, 8, 0, 5), at(2026, 2, 28, 8, 0, 6)),
        ("2026-02-28T10:00:05.5Z", at(2026, 2, 28, 10, 0, 5, 500_000), at(2026, 2, 28, 10, 0, 5, 501_000)),
    ],
)
def test_a_date_covers_all_that_its_precision_leaves_open(text: str, start: datetime, end: datetime) -> None:
    assert span(text) == Span(start=start, end=end)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13", "2026-02-30", "2026-02-28T25:00:00Z", "9999-12-31", "20"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        span(text)


def test_a_period_may_be_open_at_either_end() -> None:
    begun, ended = span_of({"start": "2026"}), span_of({"end": "2026"})
    assert begun
    assert ended
    assert (begun.start, ended.end) == (at(2026, 1, 1), at(2027, 1, 1))
    assert begun.end > at(9999, 1, 1)
    assert ended.start < at(2, 1, 1)
    for nothing in ({}, {"start": "soon"}, 3, None, "soon"):
        assert span_of(nothing) is None


@given(st.datetimes(timezones=st.just(UTC), min_value=EARLY, max_value=LATE), st.integers(-3, 3))
def test_the_prefixes_agree_with_the_order_of_moments(moment: datetime, step: int) -> None:
    cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    other = cut + timedelta(milliseconds=step)
    found = span(cut.isoformat(timespec="milliseconds"))
    wanted = other.isoformat(timespec="milliseconds")
    expected = {
        "eq": cut == other,
        "ne": cut != other,
        "gt": cut > other,
        "ge": cut >= other,
        "lt": cut < other,
        "le": cut <= other,
        "sa": cut > other,
        "eb": cut < other,
    }
    assert {prefix: compares(prefix + wanted, found) for prefix in expected} == expected


def test_an_unknown_prefix_is_refused() -> None:
    with pytest.raises(NotADate):
        compares("ap2026", span("2026"))
