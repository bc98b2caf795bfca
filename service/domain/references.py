"""Which fields name another item: said once, beside the field, and followed here."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

PERSON = MappingProxyType({"refers": "people"})
CONDITION = MappingProxyType({"refers": "conditions"})
THERAPY = MappingProxyType({"refers": "therapies"})
MEDICATION = MappingProxyType({"refers": "medications"})
SCORE = MappingProxyType({"refers": "scores"})
APPOINTMENT = MappingProxyType({"refers": "appointments"})
WARNING_SIGN = MappingProxyType({"refers": "warning_signs"})


def named_items(value: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (field path, group that must hold it, id) for every item that a value names."""
    kind: Any = type(value)
    for name, group in _fields(kind):
        content = getattr(value, name)
        here = f"{path}.{name}" if path else name
        if group is None:
            yield from _within(content, here)
        elif isinstance(content, tuple):
            yield from ((f"{here}[{n}]", group, one) for n, one in enumerate(content))
        elif content is not None:
            yield here, group, content


@cache
def _fields(kind: Any) -> tuple[tuple[str, str | None], ...]:
    """Return the names of a dataclass's fields, each with the group that it refers to."""
    return tuple((one.name, one.metadata.get("refers")) for one in fields(kind))


def _within(content: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(content, tuple):
        for index, one in enumerate(content):
            yield from _within(one, f"{path}[{index}]")
    elif is_dataclass(content):
        yield from named_items(content, path)
