"""JSON values as YAML in block style, the same text at every run; scalars stay as JSON writes them."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*|/[A-Za-z0-9_\-/]*")
_YAML_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def block_yaml(value: Any) -> str:
    """Return the YAML text of a JSON value."""
    return "\n".join(_block(value)) + "\n"


def _block(value: Any) -> Iterator[str]:
    match value:
        case dict() if value:
            for name, member in value.items():
                yield from _member(f"{_key(str(name))}:", member)
        case list() if value:
            for member in value:
                first, *rest = _block(member)
                yield f"- {first}"
                yield from _indented(rest)
        case _:  # a JSON scalar is a YAML scalar, and so is what is empty
            yield json.dumps(value, ensure_ascii=False)


def _member(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield key
        yield from _indented(_block(value))
    elif isinstance(value, str) and _is_paragraphs(value):
        yield f"{key} |-"
        yield from _indented(value.split("\n"))
    else:
        yield f"{key} {json.dumps(value, ensure_ascii=False)}"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" if line else "" for line in lines)


def _is_paragraphs(text: str) -> bool:
    """Tell whether a text stands in a literal block as it is: several lines, none with space around it."""
    lines = text.split("\n")
    plain = all(line == line.strip() and line.isprintable() for line in lines)
    return len(lines) > 1 and plain and text == text.strip()


def _key(name: str) -> str:
    plain = _PLAIN_KEY.fullmatch(name) and name.lower() not in _YAML_WORDS
    return name if plain else json.dumps(name, ensure_ascii=False)
