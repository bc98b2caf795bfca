from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.canonical import canonical, digest, dumps, loads, serialise
from tests.data import official

NAMES = st.sampled_from(
    ["status", "given", "_given", "start", "period", "note", "value", "contained", "name", "x"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
    | st.text(max_size=5)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
)
RESOURCES = st.builds(
    lambda kind, body: {"resourceType": kind, **body},
    st.sampled_from(["Appointment", "Patient", "CarePlan", "Unheard"]),
    st.dictionaries(NAMES, VALUES, max_size=4),
)


def shuffled(value, dice):
    match value:
        case dict():
            return {key: shuffled(value[key], dice) for key in dice.sample(sorted(value), len(value))}
        case list():
            return [shuffled(item, dice) for item in value]
        case _:
            return value


@given(RESOURCES)
def test_the_canonical_form_of_a_canonical_form_is_itself(resource):
    assert canonical(canonical(resource)) == canonical(resource)


@given(RESOURCES, st.randoms(use_true_random=False))
def test_the_order_of_keys_is_no_content(resource, dice):
    assert digest(shuffled(resource, dice)) == digest(resource)


def test_every_official_example_keeps_its_digest_through_our_json():
    for _, resource in official():
        assert digest(loads(dumps(shuffled(resource, Random(7))))) == digest(resource)  # noqa: S311 (no secret)


SAME = {
    "decimal zeros": ({"valueDecimal": Decimal("1.50")}, {"valueDecimal": 1.5}),
    "whole decimals": ({"valueDecimal": Decimal("100.0")}, {"valueDecimal": 100}),
    "exponents": ({"valueDecimal": Decimal("1e2")}, {"valueDecimal": 100}),
    "negative nought": ({"valueDecimal": Decimal("-0.00")}, {"valueDecimal": 0}),
    "zulu": ({"valueInstant": "2026-03-01T09:00:00Z"}, {"valueInstant": "2026-03-01T10:00:00+01:00"}),
    "fraction zeros": (
        {"valueDateTime": "2026-03-01T09:00:00.120Z"},
        {"valueDateTime": "2026-03-01T09:00:00.12Z"},
    ),
    "idle fraction": (
        {"valueDateTime": "2026-03-01T09:00:00.000Z"},
        {"valueDateTime": "2026-03-01T09:00:00Z"},
    ),
    "empty members": ({"extension": [], "id": "", "valueString": None}, {}),
    "empty in a list": ({"extension": [{"extension": [{}]}, {"url": "y"}]}, {"extension": [{"url": "y"}]}),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_another_spelling_is_the_same_content(one, other):
    assert digest(extended(one)) == digest(extended(other))


DIFFERENT = {
    "a time quoted in a string": (
        {"valueString": "2026-03-01T09:00:00.0Z"},
        {"valueString": "2026-03-01T09:00:00Z"},
    ),
    "another moment": (
        {"valueInstant": "2026-03-01T09:00:00Z"},
        {"valueInstant": "2026-03-01T09:00:00+01:00"},
    ),
    "another precision of a date": ({"valueDateTime": "2026-03"}, {"valueDateTime": "2026-03-01"}),
    "a leap second": ({"valueInstant": "2016-12-31T23:59:60Z"}, {"valueInstant": "2016-12-31T23:59:59Z"}),
    "a time out of range": (
        {"valueInstant": "0001-01-01T00:00:00+05:00"},
        {"valueInstant": "0001-01-01T00:00:00Z"},
    ),
    "digits beyond 28": (
        {"valueDecimal": Decimal("1.00000000000000000000000000000000001")},
        {"valueDecimal": 1},
    ),
    "true is not 1": ({"valueBoolean": True}, {"valueInteger": 1}),
    "a number is not its text": ({"valueString": "1"}, {"valueString": 1}),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_other_content_has_another_digest(one, other):
    assert digest(extended(one)) != digest(extended(other))


def extended(value):
    return {"resourceType": "Basic", "extension": [{"url": "x", **value}]}


def test_what_a_server_stamps_is_no_content():
    stamped = {
        "resourceType": "Patient",
        "id": "7",
        "meta": {"versionId": "3", "lastUpdated": "2026-01-01T00:00:00Z", "source": "#abc"},
        "active": True,
    }
    assert canonical(stamped) == {"resourceType": "Patient", "active": True}


def test_labels_and_profiles_are_sets():
    labels = [{"code": "R"}, {"code": "PSY"}]
    one = {"resourceType": "Patient", "meta": {"security": labels, "profile": ["a", "b"]}}
    other = {"resourceType": "Patient", "meta": {"security": labels[::-1], "profile": ["b", "a"]}}
    assert digest(one) == digest(other)


def test_a_label_is_content():
    labelled = {"resourceType": "Patient", "meta": {"security": [{"code": "R"}]}}
    assert digest(labelled) != digest({"resourceType": "Patient"})


def test_the_narrative_is_content():
    told = {"resourceType": "Patient", "text": {"status": "generated", "div": "<div/>"}}
    assert canonical(told) == told


def test_a_list_keeps_its_order():
    assert digest({"resourceType": "Patient", "name": [{"text": "a"}, {"text": "b"}]}) != digest(
        {"resourceType": "Patient", "name": [{"text": "b"}, {"text": "a"}]}
    )


def test_a_primitive_keeps_the_place_that_its_extension_is_matched_by():
    name = {"given": [None, "A", None], "_given": [{"id": "g"}, None]}
    assert canonical({"resourceType": "Patient", "name": [name]})["name"] == [
        {"_given": [{"id": "g"}], "given": [None, "A"]}
    ]


def test_a_contained_resource_keeps_its_id_and_is_read_by_its_own_type():
    drug = {"resourceType": "Medication", "id": "m", "batch": {"expirationDate": "2026-01-01T01:00:00+01:00"}}
    contained = canonical({"resourceType": "MedicationRequest", "id": "1", "contained": [drug]})["contained"]
    assert contained == [{**drug, "batch": {"expirationDate": "2026-01-01T00:00:00Z"}}]


def test_a_meta_of_the_wrong_shape_is_kept():
    assert canonical({"resourceType": "Patient", "meta": "odd"})["meta"] == "odd"


@pytest.mark.parametrize("number", [Decimal("Infinity"), float("nan")])
def test_an_infinite_number_has_no_canonical_form(number):
    with pytest.raises(ValueError, match="finite"):
        canonical({"resourceType": "Basic", "x": number})


def test_the_bytes_keep_the_digits_that_were_read():
    assert serialise(loads('{"b":1.50,"a":"é"}')) == '{"a":"é","b":1.50}'.encode()
