"""The page of results: each part stands on its own."""

from datetime import date

from bench.results import keep, read
from bench.table import Row

DAY = date(2026, 3, 2)


def test_a_part_that_is_measured_again_replaces_its_own_table_alone(tmp_path):
    page = tmp_path / "RESULTS.md"
    keep(page, "push", [Row("ratio", "0.5", "old")], command="bench push", day=DAY)
    keep(page, "api", [Row("ratio", "4", "kept")], command="bench api", day=DAY)
    keep(page, "push", [Row("ratio", "0.8", "new")], command="bench push", day=DAY)
    parts = read(page)
    assert list(parts) == ["api", "push"]
    assert "| ratio | 4 | kept |" in parts["api"]
    assert "| ratio | 0.8 | new |" in parts["push"]
    assert "old" not in page.read_text(encoding="utf-8")


def test_a_page_of_an_older_form_is_begun_anew(tmp_path):
    page = tmp_path / "RESULTS.md"
    page.write_text("# What it costs\n\n| figure | value | how |\n", encoding="utf-8")
    keep(page, "api", [Row("ratio", "4", "x")], command="bench api", day=DAY)
    assert page.read_text(encoding="utf-8").count("| figure | value | how |") == 1
