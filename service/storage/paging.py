"""Opaque cursors of lists: where the next page begins."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from service.domain.values import Invalid, Problem


def cursor(*parts: str) -> str:
    """Return the cursor that points behind an item with these sort keys."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def position(after: str, count: int) -> tuple[str, ...]:
    """Return the `count` sort keys of a cursor; `Invalid` when it is none of ours."""
    try:
        parts = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, RecursionError):
        raise not_a_cursor() from None
    if not isinstance(parts, list) or len(parts) != count or not all(isinstance(one, str) for one in parts):
        raise not_a_cursor()
    return tuple(parts)


def not_a_cursor() -> Invalid:
    """Return the error for a cursor that no page gave."""
    return Invalid([Problem("after", "is no cursor of this list")])
