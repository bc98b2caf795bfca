from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.document.scalars import (
    read_date,
    read_decimal,
    read_flag,
    read_moment,
    read_text,
    read_whole,
    write_decimal,
)
from service.domain.values import TEXT_LIMIT, Invalid

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def test_a_text_is_as_long_as_it_was_sent_with_the_white_space_around_it() -> None:
    assert read_text(" " + "x" * (TEXT_LIMIT - 1)) == "x" * (TEXT_LIMIT - 1)
    with pytest.raises(Invalid, match=f"is longer than {TEXT_LIMIT} characters"):
        read_text(" " + "x" * TEXT_LIMIT)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_a_decimal_keeps_every_digit(value: Decimal) -> None:
    assert read_decimal(write_decimal(value)).as_tuple() == value.as_tuple()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("50"), 50),
        (Decimal("12.5"), 12.5),
        (Decimal("1.50"), "1.50"),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal("5E+1"), 50),
    ],
)
def test_a_decimal_is_a_number_where_that_keeps_its_digits(value: Decimal, written: object) -> None:
    assert write_decimal(value) == written
    assert type(write_decimal(value)) is type(written)


@pytest.mark.parametrize("value", [25, 25.0, "25", " 25.00 ", "2.5e1", Decimal("25")])
def test_a_decimal_comes_as_a_number_or_as_a_text(value: Any) -> None:
    assert read_decimal(value) == Decimal(25)


@pytest.mark.parametrize(
    "value",
    [True, None, "", "a lot", "1,5", "NaN", "٣", "0x10", "1e", [], float("inf"), Decimal("NaN")],
)
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(Invalid, match="must be a number"):
        read_decimal(value)


@pytest.mark.parametrize("value", ["1e9999", "1e-9999", 10**30, Decimal("1e31")])
def test_a_number_that_would_fill_pages_is_refused(value: Any) -> None:
    with pytest.raises(Invalid, match="too large or too small"):
        read_decimal(value)


def test_zero_is_a_number() -> None:
    assert read_decimal("0") == 0


@pytest.mark.parametrize("value", [True, 1.0, "1", None, Decimal(1)])
def test_a_whole_number_is_a_json_integer(value: Any) -> None:
    with pytest.raises(Invalid, match="whole number"):
        read_whole(value)


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_a_flag_is_true_or_false(value: Any) -> None:
    with pytest.raises(Invalid, match="true or false"):
        read_flag(value)


@pytest.mark.parametrize("value", [1, None, [], True])
def test_a_text_is_a_text(value: Any) -> None:
    with pytest.raises(Invalid, match="must be a text"):
        read_text(value)


@pytest.mark.parametrize(
    "value", ["20260331", "2026-W10-1", "2026-3-1", "2026-02-30", "2026-03-31T00:00:00Z"]
)
def test_a_day_has_one_form(value: str) -> None:
    with pytest.raises(Invalid, match="must be a date such as"):
        read_date(value)


def test_a_day_is_read() -> None:
    assert read_date(" 2026-03-31 ") == date(2026, 3, 31)


@pytest.mark.parametrize(
    "value", ["2026-03-31", "2026-03-31 10:00:00Z", "2026-02-30T10:00:00Z", "2026-03-31T10:00:00+2x", "soon"]
)
def test_a_moment_has_one_form(value: str) -> None:
    with pytest.raises(Invalid, match="must be a date and time such as"):
        read_moment(value)


@pytest.mark.parametrize("value", ["2026-03-31T10:00:00", "2026-03-31T10:00", "2026-03-31T10:00:00.000"])
def test_a_moment_has_an_offset(value: str) -> None:
    with pytest.raises(Invalid, match="needs a time zone offset, such as"):
        read_moment(value)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31), timezones=OFFSETS))  # noqa: DTZ001  bounds
def test_a_moment_comes_back_with_its_offset(value: datetime) -> None:
    moment = value.replace(microsecond=0)
    assert read_moment(moment.isoformat()) == moment
    assert read_moment(moment.isoformat()).utcoffset() == moment.utcoffset()


def test_greenwich_may_be_written_as_z() -> None:
    assert read_moment("2026-03-31T10:00:00Z") == datetime(2026, 3, 31, 10, tzinfo=UTC)
