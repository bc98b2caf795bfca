"""The part about latency: what it makes of the seconds, and when it edits."""

import pytest

from bench.latency import percentile, spread


@pytest.mark.parametrize(("hundredths", "found"), [(50, 15.5), (95, 28.55)])
def test_a_percentile_lies_within_what_was_measured(hundredths, found):
    assert percentile([float(one) for one in range(1, 31)], hundredths) == pytest.approx(found)


def test_of_one_edit_every_percentile_is_its_own():
    assert percentile([0.25], 50) == percentile([0.25], 95) == 0.25


def test_edits_fall_into_every_part_of_the_round_of_a_worker():
    tenths = {int(one / 0.2) for one in spread(30)}
    assert tenths == set(range(10))
