import pytest

from service.mapping.overlay import (
    ADDED_REFERENCES,
    ALL_IDENTIFIERS,
    DAY,
    MOMENT,
    WHOLE,
    ByReference,
    Coded,
    Link,
    OneOf,
    write,
)
from tests.unit.mapping.laws import ELSEWHERE, PATIENT, PLACED

HERS = PLACED.to("Patient", PATIENT)
NAMED = {"a": "A", "b": "B"}
CODED = Coded(NAMED.get)


def laid(shape, mine, onto):
    """What becomes of one element that the chart holds as `onto`."""
    chart = {"resourceType": "Basic", "x": onto, "y": "theirs"}
    result = write({"resourceType": "Basic", "x": mine}, chart, {"x": shape}, refs=PLACED)
    assert result["y"] == "theirs"
    return result.get("x")


TABLE = {
    "a code of the same meaning stays": (Coded(str.lower), "A", "a", "a"),
    "a code of another meaning goes": (CODED, "a", "b", "a"),
    "a code that we cannot read stays while we say none": (CODED, None, "z", "z"),
    "a code that we cannot read goes when we say one": (CODED, "a", "z", "a"),
    "a code that we withdraw goes": (CODED, None, "a", None),
    "a reference outside the plan stays while we say none": (Link(), None, ELSEWHERE, ELSEWHERE),
    "a reference outside the plan goes when we say one": (Link(), HERS, ELSEWHERE, HERS),
    "a reference that we withdraw goes": (Link(), None, HERS, None),
    "a reference to the same keeps its display": (
        Link(),
        HERS,
        {**HERS, "display": "d"},
        {**HERS, "display": "d"},
    ),
    "the first known entry is ours": (OneOf(str.isdigit), ["1"], ["x", "2", "3"], ["x", "1", "3"]),
    "no entry is known": (OneOf(str.isdigit), ["1"], ["x"], ["x", "1"]),
    "the known entry is withdrawn": (OneOf(str.isdigit), None, ["x", "2"], ["x"]),
    "references are added and none is taken away": (ADDED_REFERENCES, [HERS], [ELSEWHERE], [ELSEWHERE, HERS]),
    "references to another type stay": (ByReference(types=("Goal",)), None, [HERS], [HERS]),
    "references of ours that we no longer say go": (ByReference(), None, [HERS, ELSEWHERE], [ELSEWHERE]),
    "a day to the second stays the day": (DAY, "2024-03-04", "2024-03-04T10:00:00Z", "2024-03-04T10:00:00Z"),
    "another day replaces it": (DAY, "2024-03-05", "2024-03-04T10:00:00Z", "2024-03-05"),
    "one moment in two zones stays": (
        MOMENT,
        "2024-03-04T08:00:00Z",
        "2024-03-04T10:00:00.250+02:00",
        "2024-03-04T10:00:00.250+02:00",
    ),
    "another moment replaces it": (
        MOMENT,
        "2024-03-04T08:00:00Z",
        "2024-03-04T08:00:01Z",
        "2024-03-04T08:00:00Z",
    ),
    "what is no moment is replaced": (MOMENT, "2024-03-04T08:00:00Z", "2024", "2024-03-04T08:00:00Z"),
    "what has no zone is replaced": (
        MOMENT,
        "2024-03-04T08:00:00Z",
        "2024-03-04T08:00:00",
        "2024-03-04T08:00:00Z",
    ),
    "identifiers keep what others say of them": (
        ALL_IDENTIFIERS,
        [{"system": "s", "value": "1"}],
        [{"system": "s", "value": "1", "use": "old"}, {"system": "s", "value": "2"}],
        [{"system": "s", "value": "1", "use": "old"}, {"system": "s", "value": "2"}],
    ),
    "what is whole is ours": (WHOLE, "mine", "theirs", "mine"),
}


@pytest.mark.parametrize(("shape", "mine", "onto", "expected"), TABLE.values(), ids=TABLE)
def test_what_becomes_of_an_element_that_the_chart_holds(shape, mine, onto, expected):
    assert laid(shape, mine, onto) == expected


def test_an_element_that_the_chart_does_not_hold_is_written():
    for shape, mine in ((CODED, "a"), (Link(), HERS), (DAY, "2024-03-04")):
        assert laid(shape, mine, None) == mine


def test_an_extension_of_a_value_goes_with_the_value():
    chart = {"resourceType": "Basic", "x": "old", "_x": {"id": "1"}}
    shape = {"x": WHOLE}
    for mine, kept in (("old", True), ("new", False), (None, False)):
        result = write({"resourceType": "Basic", "x": mine}, chart, shape, refs=PLACED)
        assert ("_x" in result) is kept
