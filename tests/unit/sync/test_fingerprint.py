"""When two resources say the same, and what a server did not keep."""

from decimal import Decimal

import pytest

from service.sync.fingerprint import not_kept, same

SENT = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "startDate": "2024-03-04",
    "note": [{"text": "a"}, {"text": "b"}],
    "target": [{"detailQuantity": {"value": Decimal("9.0"), "unit": "points"}}],
}


def test_a_stamp_or_another_spelling_is_no_change():
    kept = {
        **SENT,
        "id": "1",
        "meta": {"versionId": "5"},
        "target": [{"detailQuantity": {"unit": "points", "value": 9}}],
    }
    assert same(SENT, kept)
    assert not same(SENT, {**kept, "lifecycleStatus": "on-hold"})


KEPT = {
    "all": (SENT, ()),
    "more": (
        {**SENT, "language": "en", "note": [{"text": "a", "time": "2024"}, {"text": "b"}, {"text": "c"}]},
        (),
    ),
    "one element less": ({n: v for n, v in SENT.items() if n != "startDate"}, ("Goal.startDate",)),
    "another value": ({**SENT, "lifecycleStatus": "planned"}, ("Goal.lifecycleStatus",)),
    "a shorter list": ({**SENT, "note": [{"text": "a"}]}, ("Goal.note",)),
    "another order": ({**SENT, "note": [{"text": "b"}, {"text": "a"}]}, ("Goal.note",)),
    "less within": ({**SENT, "target": [{"detailQuantity": {"value": 9}}]}, ("Goal.target",)),
    "nothing": (
        {"resourceType": "Goal"},
        ("Goal.lifecycleStatus", "Goal.note", "Goal.startDate", "Goal.target"),
    ),
    "another type of value": ({**SENT, "note": "a"}, ("Goal.note",)),
}


@pytest.mark.parametrize(("kept", "paths"), KEPT.values(), ids=KEPT)
def test_what_the_server_did_not_keep_is_told_by_its_path(kept, paths):
    assert not_kept(SENT, kept) == paths


def test_what_the_server_stamps_is_its_own():
    sent = {**SENT, "id": "ours", "meta": {"tag": [{"code": "x"}]}}
    assert not_kept(sent, {**SENT, "id": "theirs"}) == ()


def test_a_narrative_may_be_spelled_by_the_server():
    said = {**SENT, "text": {"status": "generated", "div": "<div><p></p>x</div>"}}
    assert not_kept(said, {**SENT, "text": {"status": "generated", "div": "<div><p/>x</div>"}}) == ()
    assert not_kept(said, SENT) == ("Goal.text",)
