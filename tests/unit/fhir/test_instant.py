from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.fhir.instant import before, moment_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-03-02T12:00:00Z", "2026-03-02T14:00:00+02:00", "2026-03-02T12:00:00.000+00:00"]
)
def test_an_instant_is_one_moment_however_it_is_written(text: str) -> None:
    assert moment_of(text) == NOON


@pytest.mark.parametrize("text", [None, "", "soon", "2026-03-02", "2026-03-02T12:00:00"])
def test_what_has_no_zone_or_is_no_instant_is_no_moment(text: str | None) -> None:
    assert moment_of(text) is None


def test_the_moment_before_another_is_written_in_utc_to_the_millisecond() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=2)))
    assert before(there, timedelta(seconds=120)) == "2026-03-02T11:58:00.000+00:00"
