"""Searches for many values of one parameter, in as many requests as fit into a URL each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.ports.ehr import Capabilities, Ehr, Held


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: a kind of resource, whose parameter has any of the values; so many fit a URL."""

    kind: str
    parameter: str
    values: Sequence[str]
    at_once: int


def search_in_parts(offered: Capabilities, ehr: Ehr, wanted: Wanted) -> Iterator[Held]:
    """Yield what a server finds; nothing where it offers no such search."""
    able = offered.of(wanted.kind)
    if "search-type" not in able.interactions or wanted.parameter not in able.search_params:
        return
    for start in range(0, len(wanted.values), wanted.at_once):
        part = wanted.values[start : start + wanted.at_once]
        yield from ehr.search(wanted.kind, {wanted.parameter: ",".join(part)})
