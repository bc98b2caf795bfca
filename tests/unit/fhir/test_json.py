import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.canonical import digest
from service.fhir.json import DEEPEST, NotJson, dumps, loads
from service.fhir.validation import problems

NUMBERS = st.builds(lambda digits, shift: Decimal(digits).scaleb(shift), st.integers(), st.integers(-9, 9))
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | NUMBERS
KEYS = st.text(max_size=3)
VALUES = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(KEYS, LEAVES, max_size=3)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(OBJECTS)
def test_what_is_written_is_read_back(value):
    assert loads(dumps(value)) == value


@given(OBJECTS)
def test_what_we_write_any_reader_of_json_can_read(value):
    assert json.loads(dumps(value, sort_keys=True), parse_float=Decimal) == value


@pytest.mark.parametrize("digits", ["1.50", "0.10", "1E-7", "12345678901234567890.123456789012345678901"])
def test_every_digit_of_a_decimal_survives(digits):
    assert dumps(loads(f'{{"value":{digits}}}')) == f'{{"value":{digits}}}'


def test_text_outside_ascii_is_written_as_it_is():
    assert dumps({"text": 'Zoë "x"'}) == '{"text":"Zoë \\"x\\""}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"x"',
        '{"a":NaN}',
        '{"a":-Infinity}',
        b"\xff\xfe{",
        '{"a":' * 100_000,
        '{"a":' + "9" * 5000 + "}",
    ],
    ids=["empty", "cut", "list", "string", "NaN", "infinite", "bytes", "deep", "long"],
)
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(NotJson):
        loads(text)


def test_a_refusal_never_quotes_the_text():
    with pytest.raises(NotJson, match=r"^no JSON at line 1, column 10$"):
        loads('{"name": Jane Doe}')


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("inf")])
def test_an_infinite_number_is_never_written(number):
    with pytest.raises(ValueError, match=r"finite|compliant"):
        dumps({"value": number})


def nested(levels):
    return '{"a":' * levels + "1" + "}" * levels


def test_the_deepest_text_can_be_read_and_a_deeper_one_is_refused():
    assert loads(nested(DEEPEST))
    with pytest.raises(NotJson, match="levels deep"):
        loads(nested(DEEPEST + 1))


def test_the_deepest_text_can_be_digested_and_checked():
    levels = DEEPEST // 2 - 2
    inner = '{"url":"x","extension":[' * levels + '{"url":"x","valueCode":"x"}' + "]}" * levels
    resource = loads(f'{{"resourceType":"Basic","code":{{"text":"x"}},"extension":[{inner}]}}')
    assert digest(resource)
    assert problems(resource) == ()


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(NotJson, match="twice"):
        loads('{"doseQuantity": {"value": 50, "value": 500}}')
