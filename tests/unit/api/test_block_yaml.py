"""What is written as YAML is read back as it was, by another reader."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from service.api.block_yaml import block_yaml

# Without what YAML 1.1 readers take for line ends or refuse, as JSON lets it stand unescaped.
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")) | st.just("\n"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert yaml.safe_load(block_yaml(value)) == value


@pytest.mark.parametrize("text", ["a\n\nb", "a\n b", "\na\nb", "a\nb\n", "a\tb\nc", "no", "1"])
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert yaml.safe_load(block_yaml({"text": text, text: [text, [text]]})) == {
        "text": text,
        text: [text, [text]],
    }


def test_paragraphs_are_written_as_paragraphs() -> None:
    assert block_yaml({"a": {"b": "One.\n\nTwo."}}) == "a:\n  b: |-\n    One.\n\n    Two.\n"
