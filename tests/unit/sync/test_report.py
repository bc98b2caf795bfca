"""What a push says of itself."""

import pytest

from service.mapping.references import Key
from service.sync.report import SETTLED, Done, ItemReport, PushReport, Standing, standing_of


def item(done, wrote=False, name="1"):
    return ItemReport(key=Key("Goal", name), done=done, wrote=wrote)


@pytest.mark.parametrize("done", sorted(SETTLED))
def test_what_is_settled_is_in_step(done):
    assert standing_of([item(done)]) is Standing.IN_STEP


@pytest.mark.parametrize(
    ("done", "standing"),
    [
        (Done.NOT_KEPT, Standing.PARTLY),
        (Done.CONFLICT, Standing.PARTLY),
        (Done.UNKNOWN_OUTCOME, Standing.PARTLY),
        (Done.MANUAL_ENTRY, Standing.PARTLY),
        (Done.UNMATCHED, Standing.PARKED),
        (Done.WOULD_CREATE, Standing.SHADOW),
        (Done.WOULD_UPDATE, Standing.SHADOW),
    ],
)
def test_one_item_that_is_not_settled_is_enough(done, standing):
    assert standing_of([item(Done.CREATED), item(done)]) is standing


def test_nothing_at_all_is_in_step():
    assert standing_of([]) is Standing.IN_STEP


def report(*items):
    return PushReport(plan_id="p", revision=1, connection_id="c", standing=Standing.PARTLY, items=items)


def test_only_what_we_wrote_now_counts_as_a_write():
    pushed = report(item(Done.CREATED, True), item(Done.NOT_KEPT, True, "2"), item(Done.UNCHANGED, name="3"))
    assert pushed.writes == 2
    assert pushed.counts == {"created": 1, "not-kept": 1, "unchanged": 1}
    assert pushed.touched


@pytest.mark.parametrize(
    ("items", "touched"),
    [([], False), ([item(Done.WAITING)], False), ([item(Done.UNKNOWN_OUTCOME)], True)],
)
def test_a_chart_may_be_another_after_a_write_or_an_unknown_outcome(items, touched):
    assert report(*items).touched is touched
