"""Every fault that a sync has to survive, in the words of the laws of the sync, has its knob."""

import pytest

from service.sandbox.faults.knobs import KNOBS
from service.sandbox.faults.notation import read_text

NAMED = {
    "no connection": ["no-connection"],
    "response lost before the effect": ["lost-request"],
    "response lost after the effect": ["lost-response", "cut-body"],
    "effect after our look-up": ["late-effect"],
    "5xx before the effect": ["error-before"],
    "5xx after the effect": ["error-after"],
    "a remote edit between read and write": ["meanwhile-edit"],
    "409 for 412, and 412 for 409": ["409-for-412", "412-for-409"],
    "a stale search for 60 s": ["stale-search", "search-cache"],
    "duplicate, missing and reordered rows in pages": ["duplicate-row", "missing-row", "reordered-rows"],
    "a thousand rows with one lastUpdated": ["equal-timestamps"],
    "a clock five minutes off": ["clock-skew seconds=300", "clock-skew seconds=-300"],
    "429 and 503 with Retry-After": ["too-many-requests", "too-many-requests form=date", "overloaded"],
    "an expired token in mid-run": ["expired-token"],
    "an expired page (410)": ["expired-page"],
    "a server that answers 200 and changes nothing": ["ignored-write", "ignored-write says=kept"],
    "one that drops elements": ["dropped-elements paths=Goal.note"],
    "merged tags": ["merged-tags"],
    "a merged patient": ["merged-patient"],
    "a resource moved to another patient": ["moved-resource"],
    "a wiped server": ["wipe"],
    "a swapped server": ["swapped-server"],
    "latency": ["latency"],
}
# A client brings these about itself.
OURS = {"a crash at every I/O boundary", "a worker paused past its lease"}


@pytest.mark.parametrize("words", NAMED)
def test_a_fault_of_the_laws_has_its_knob(words: str) -> None:
    for text in NAMED[words]:
        read_text(text)


def test_no_knob_is_without_a_law() -> None:
    named = {text.partition(" ")[0] for texts in NAMED.values() for text in texts}
    assert named == set(KNOBS)
    assert not OURS & set(NAMED)
