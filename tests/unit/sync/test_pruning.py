"""Leaving out references to what is not in the chart."""

from copy import deepcopy

import pytest

from service.sync.pruning import without

GONE = "urn:uuid:gone"
REFERENCE = {"reference": GONE}
STAYING = {"reference": "Goal/1"}

CUT = {
    "a reference": ({"author": REFERENCE, "title": "x"}, {"title": "x"}),
    "one of several": ({"goal": [REFERENCE, STAYING]}, {"goal": [STAYING]}),
    "the last of a list": ({"goal": [REFERENCE], "title": "x"}, {"title": "x"}),
    "an activity that held nothing else": (
        {"activity": [{"reference": REFERENCE}, {"reference": STAYING}]},
        {"activity": [{"reference": STAYING}]},
    ),
    "only the reference of an entry that says more": (
        {"agent": [{"type": {"text": "author"}, "who": REFERENCE}]},
        {"agent": [{"type": {"text": "author"}}]},
    ),
    "everything": ({"author": REFERENCE}, {}),
}


@pytest.mark.parametrize(("resource", "left"), CUT.values(), ids=CUT)
def test_what_refers_to_an_absent_resource_is_left_out(resource, left):
    assert without(resource, {GONE}) == left


def test_what_does_not_concern_us_stays_to_the_letter():
    """The null keeps the place of an extension in `_given`: R4, JSON representation of primitives."""
    resource = {
        "resourceType": "Patient",
        "name": [{"given": [None, "Maja"], "_given": [{"extension": [{"url": "u"}]}, None]}],
        "extension": [{}],
        "contact": [],
        "deceasedBoolean": False,
    }
    held = deepcopy(resource)
    assert without(resource, {GONE}) == held
    assert resource == held
