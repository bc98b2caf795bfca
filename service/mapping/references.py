"""How items of a plan are addressed in a chart, and how a reference is traced back to its item."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID, uuid5

from service.fhir.json import JsonObject

DEFAULT_IDENTIFIER_SYSTEM = "https://w3id.org/tandem-care/id"
_NAMESPACE = UUID("6f0d8c9e-2f1b-5f0a-9d57-0f6f6d1c9a01")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One resource that stands for one item of a plan: FHIR type and the item's id."""

    type: str
    item: str

    @property
    def urn(self) -> str:
        """The name of the resource inside a Bundle, the same at every rendering."""
        return _urn(self.type, self.item)

    def __str__(self) -> str:
        return f"{self.type}/{self.item}"


@lru_cache(maxsize=4096)
def _urn(type_: str, item: str) -> str:
    """Name a key, for as long as some plans are at work: one push asks for each name twenty times."""
    return uuid5(_NAMESPACE, f"{type_}/{item}").urn


@dataclass(frozen=True, slots=True, kw_only=True)
class Refs:
    """The addresses of a plan's resources in one chart (`Type/id`), and the system of our identifiers.

    What has no address yet is named by its `urn:uuid:`, which a transaction resolves.
    """

    system: str = DEFAULT_IDENTIFIER_SYSTEM
    addresses: Mapping[Key, str] = field(default_factory=dict)
    traces: Mapping[str, Key] = field(default_factory=dict)

    def to(self, type_: str, item: str) -> JsonObject:
        """Return a Reference to the resource of an item."""
        key = Key(type_, item)
        return {"reference": self.addresses.get(key, key.urn)}

    def maybe(self, type_: str, item: str | None) -> JsonObject | None:
        """Return a Reference, or None for no item."""
        return None if item is None else self.to(type_, item)

    def all(self, type_: str, items: tuple[str, ...]) -> list[JsonObject]:
        """Return a Reference to each of several items."""
        return [self.to(type_, item) for item in items]

    def identifier(self, item: str) -> JsonObject:
        """Return our business identifier of an item."""
        return {"system": self.system, "value": item}

    def item(self, reference: JsonObject | None, *types: str) -> str | None:
        """Return the id of the item that a Reference points to, if it is of ours and of one of the types."""
        key = self.traces.get((reference or {}).get("reference", ""))
        return key.item if key is not None and (not types or key.type in types) else None

    def knows(self, reference: JsonObject | None) -> bool:
        """Tell whether a Reference points to an item of this plan."""
        return (reference or {}).get("reference", "") in self.traces

    def own_item(self, resource: JsonObject) -> str | None:
        """Return the item that a resource says it stands for, by our identifier."""
        found = resource.get("identifier", [])
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict) and one.get("system") == self.system and _is_id(one.get("value")):
                return str(one["value"])
        return None


def _is_id(value: object) -> bool:
    # Ids of ours are ASCII; a broken surrogate in a chart could not even be named.
    return isinstance(value, str) and value.isascii() and value != ""
