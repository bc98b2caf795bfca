"""The parts of the bench that start processes of their own, each measured small."""

from bench.latency import latency_rows
from bench.memory import memory_rows


def test_each_way_of_an_edit_has_its_median_and_its_tail(chart: str) -> None:
    rows = list(latency_rows(chart, 1))
    ways = (
        "a local edit to the EHR",
        "an EHR edit to the plan by hook, delivered at once",
        "an EHR edit to the plan by hook, when the EHR delivers it",
        "an EHR edit to the plan by poll",
    )
    assert [one.what for one in rows] == [
        *(f"from {way}, {tail}, ms" for way in ways for tail in ("p50", "p95")),
        "a PUT of a bare client, p50, ms",
    ]
    assert all(float(one.value) > 0 for one in rows)
    assert "TANDEM_EHR_POLL_SECONDS=2" in rows[6].how


def test_memory_is_told_of_pushing_and_of_comparing() -> None:
    rows = list(memory_rows(10))
    assert [one.what for one in rows] == [
        "memory after 1 pushes, MiB",
        "memory of comparing 1 plans with the chart, MiB",
        "memory after 5 pushes, MiB",
        "memory after 10 pushes, MiB",
        "memory of comparing 10 plans with the chart, MiB",
    ]
    assert rows[-1].how.startswith("120 resources")
