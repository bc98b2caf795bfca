"""Every span with the attributes that it may carry: ids, codes and counts, never a name or a text."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which side of a conversation a span is about."""

    SERVER = "server"
    INTERNAL = "internal"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Span:
    """A kind of span and the closed list of its attributes."""

    name: str
    side: Side
    attributes: frozenset[str]


class UnlistedAttribute(ValueError):
    """A span was given an attribute that is not on its list: a mistake in the code."""


REQUEST = Span("request", Side.SERVER, frozenset({"request_id", "operation", "method", "status"}))
PUSH = Span(
    "push",
    Side.INTERNAL,
    frozenset({"request_id", "plan_id", "connection_id", "revision", "outcome", "writes"}),
)
EHR_CALL = Span(
    "ehr call",
    Side.CLIENT,
    frozenset({"call_id", "connection_id", "interaction", "status", "attempt", "error"}),
)
SPANS = (REQUEST, PUSH, EHR_CALL)


def check(span: Span, attributes: dict[str, str | int]) -> None:
    """Refuse, with `UnlistedAttribute`, an attribute that is not on the list."""
    unlisted = sorted(attributes.keys() - span.attributes)
    if unlisted:
        raise UnlistedAttribute(f"{span.name} has no attribute {', '.join(unlisted)}")
