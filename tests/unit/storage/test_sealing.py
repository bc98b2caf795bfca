"""What is sealed opens to itself, in its own place, under its own key, and nowhere else."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ports.sealing import Damaged, KeyLacking, NotSealed
from service.storage.sealing import (
    ClearSealer,
    Content,
    FirstSealer,
    KeyedSealer,
    Place,
    Sealer,
    key_of,
    sealer_of,
)
from tests.contract.storage.keys import KEYS, a_ring

PLACE: Place = ("revisions", "document", "plan-1", 2)
SEALER = KeyedSealer(KEYS)
SEALERS = [SEALER, ClearSealer()]

texts = st.text(alphabet=st.characters(exclude_categories=()))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
contents = texts | st.dictionaries(texts, values, max_size=4)


@pytest.mark.parametrize("sealer", SEALERS, ids=lambda one: type(one).__name__)
@given(content=contents)
def test_whatever_is_stored_opens_to_itself(sealer: Sealer, content: Content) -> None:
    assert same(sealer.open(PLACE, sealer.seal(PLACE, content)), content)


def same(one: Any, other: Any) -> bool:
    """Whether both are equal to the last digit: 1.0 and 1.00 are not the same."""
    match one:
        case dict():
            return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
        case list():
            return len(one) == len(other) and all(map(same, one, other))
        case Decimal():
            return str(one) == str(other) or one.as_tuple() == Decimal(other).as_tuple()
        case _:
            return bool(one == other)


def test_a_sealed_text_shows_its_key_and_nothing_of_its_content() -> None:
    stored = SEALER.seal(PLACE, {"family_name": "Okafor"})
    assert key_of(stored) == "2026-01"
    assert "Okafor" not in stored
    assert SEALER.seal(PLACE, {"family_name": "Okafor"}) != stored, "each has a nonce of its own"


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("revisions", "document", "plan-1", 3),
        ("revisions", "document", "plan-2", 2),
        ("revisions", "document", "plan-1", "2"),
        ("revisions", "other", "plan-1", 2),
        ("people", "document", "plan-1", 2),
        ("revisions", "document", "plan-12"),
    ],
)
def test_a_sealed_text_opens_in_no_other_place(elsewhere: Place) -> None:
    with pytest.raises(Damaged, match=str(elsewhere[2])):
        SEALER.open(elsewhere, SEALER.seal(PLACE, "a text"))


@given(position=st.integers(min_value=len("sealed:1:2026-01:")), letter=st.sampled_from("AZaz09+/=:"))
def test_a_sealed_text_that_was_changed_opens_no_more(position: int, letter: str) -> None:
    stored = SEALER.seal(PLACE, "a text")
    place = position % len(stored)
    changed = stored[:place] + letter + stored[place + 1 :]
    if place >= len("sealed:1:2026-01:") and changed != stored:
        with pytest.raises(Damaged):
            SEALER.open(PLACE, changed)


@pytest.mark.parametrize("cut", ["sealed:1:2026-01:", "sealed:1:2026-01", "sealed:1:2026-01:AAAA"])
def test_a_sealed_text_that_was_cut_opens_no_more(cut: str) -> None:
    with pytest.raises(Damaged):
        SEALER.open(PLACE, cut)


def test_a_text_under_one_key_is_not_taken_for_one_under_another() -> None:
    stored = KeyedSealer(a_ring("a")).seal(PLACE, "a text")
    both = KeyedSealer(a_ring("b", "a"))
    assert both.open(PLACE, stored) == "a text"
    with pytest.raises(Damaged):
        both.open(PLACE, stored.replace(":a:", ":b:"))
    with pytest.raises(KeyLacking, match="key a"):
        KeyedSealer(a_ring("b")).open(PLACE, stored)


def test_with_a_key_nothing_in_the_clear_is_taken_for_ours() -> None:
    with pytest.raises(NotSealed, match="plan-1/2"):
        SEALER.open(PLACE, ClearSealer().seal(PLACE, {"title": "forged"}))


def test_the_first_sealing_opens_both() -> None:
    first = FirstSealer(KEYS)
    assert first.open(PLACE, ClearSealer().seal(PLACE, {"n": Decimal("1.50")})) == {"n": Decimal("1.50")}
    assert first.open(PLACE, SEALER.seal(PLACE, "a text")) == "a text"


def test_without_a_key_what_is_sealed_stays_shut() -> None:
    with pytest.raises(KeyLacking, match="2026-01"):
        ClearSealer().open(PLACE, SEALER.seal(PLACE, "a text"))


@pytest.mark.parametrize("stored", ["{", "{}}", "no json", ""])
def test_a_clear_text_that_is_no_json_is_damaged(stored: str) -> None:
    with pytest.raises(Damaged):
        ClearSealer().open(PLACE, stored)


@pytest.mark.parametrize("sealer", SEALERS, ids=lambda one: type(one).__name__)
def test_hashes_keep_purposes_and_parts_apart(sealer: Sealer) -> None:
    hashes = {
        sealer.hashed("identifier", "ab", "c"),
        sealer.hashed("identifier", "a", "bc"),
        sealer.hashed("identifier", "abc"),
        sealer.hashed("other", "ab", "c"),
    }
    assert len(hashes) == 4
    assert sealer.hashed("identifier", "ab", "c") in hashes
    assert sealer.hashed("identifier", "ab", "c") in sealer.hashes("identifier", "ab", "c")


def test_a_hash_needs_its_key() -> None:
    assert KeyedSealer(a_ring("a")).hashed("p", "x") != KeyedSealer(a_ring("b")).hashed("p", "x")
    assert set(KeyedSealer(a_ring("a", "b")).hashes("p", "x")) == {
        KeyedSealer(a_ring(one)).hashed("p", "x") for one in ("a", "b")
    }


def test_an_installation_seals_when_it_has_keys() -> None:
    assert isinstance(sealer_of(KEYS), KeyedSealer)
    assert isinstance(sealer_of(None), ClearSealer)
