"""The shape of everything that crosses the wire: raw JSON, so that what we do not model survives."""

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
