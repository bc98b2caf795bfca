"""The part about rules judges every plan, and says how many plans were kept when one was judged again."""

import re

from bench.rules import rules_rows


def test_every_plan_is_judged_and_each_mark_has_its_row() -> None:
    rows = list(rules_rows(20))
    assert [one.what for one in rows] == [
        "judging 20 plans, seconds",
        "of one plan, ms",
        *["judging one plan again that has just changed, ms"] * 3,
        "the same, ratio of 20 plans to 1",
    ]
    found = re.search(r"(\d+) findings in all", rows[0].how)
    assert found is not None
    assert int(found[1]) > 0
    assert [one.how.rpartition(" among ")[2] for one in rows[2:5]] == ["1", "2", "20"]
