"""HumanName: the official name of a person, among the other names that a chart keeps."""

from typing import Any

from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable
from service.mapping.overlay import WHOLE, Fields, OneOf
from service.mapping.reading import Reading


def _is_official(name: JsonObject) -> bool:
    return name.get("use", "official") == "official" and "end" not in name.get("period", {})


_ENTRY: Fields = {"family": WHOLE, "given": WHOLE}
# A name without a use is taken for the official one; a name that has ended is history and stays.
SHAPE = OneOf(_is_official, _ENTRY)


def name_to_fhir(family: str, given: tuple[str, ...]) -> list[JsonObject]:
    """Return the official name as the list that Patient and Practitioner hold."""
    return [{"use": "official", "family": family, "given": list(given)}]


def read_name(read: Reading) -> dict[str, Any]:
    """Return `family_name` and `given_names` of the official name; empty where there is none to read."""
    name = read.one("name", _official)
    return name if isinstance(name, dict) else {}


def _official(names: list[JsonObject]) -> dict[str, Any]:
    for index, name in enumerate(names):
        if _is_official(name):
            if "family" not in name:
                raise Unreadable("has no family name", f"[{index}].family")
            given = tuple(one for one in name.get("given", []) if one is not None)
            return {"family_name": name["family"], "given_names": given}
    raise Unreadable("holds no official name")
