"""JSON files that settings name."""

from pathlib import Path

from service.fhir.json import JsonObject, loads
from service.settings import BadSettings


def json_in(file: str, variable: str) -> JsonObject:
    """Read the JSON object of a file; raises `BadSettings`, which names the variable."""
    try:
        return loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadSettings(f"{variable} names no readable JSON file") from None
