"""Which fields name another item: said once, beside the field, and followed here."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

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
    """Return the fields of a dataclass that name an item or may hold what does, with the group named.

    Every plan that is kept is walked through, and most of its fields are texts, numbers and days.
    """
    found = ((one.name, one.metadata.get("refers"), one.type) for one in fields(kind))
    return tuple((name, group) for name, group, type_ in found if group is not None or _holds_more(type_))


def _holds_more(type_: Any) -> bool:
    return type_ is Any or is_dataclass(type_) or any(_holds_more(one) for one in get_args(type_))


def _within(content: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(content, tuple):
        for index, one in enumerate(content):
            yield from _within(one, f"{path}[{index}]")
    elif is_dataclass(content):
        yield from named_items(content, path)
