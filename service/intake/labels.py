"""Security labels that close a resource to us (R4 v3-ActCode, InformationSensitivityPolicy)."""

from collections.abc import Iterator
from typing import Any

from service.fhir.json import JsonObject

PSYCHOTHERAPY_NOTES = frozenset({"PSYTHPN"})
# 42 CFR Part 2: disclosure needs an active consent, which no import can see.
_SUBSTANCE_USE = frozenset({"42CFRPart2", "ETH", "ETHUD", "OPIOIDUD"})


def labels_of(resource: JsonObject) -> frozenset[str]:
    """Return the codes of all labels of a resource and of what it contains, whatever their system.

    A label in an odd system is taken for what its code says: an error on this side keeps something out.
    """
    return frozenset(_codes(resource))


def speaks_of_substance_use(labels: frozenset[str]) -> bool:
    """Tell whether a label says substance use; SUD and all codes made from it, such as for counselling."""
    return any(code in _SUBSTANCE_USE or code.startswith("SUD") for code in labels)


def _codes(resource: JsonObject) -> Iterator[str]:
    meta = resource.get("meta")
    labels = meta.get("security") if isinstance(meta, dict) else None
    for label in labels if isinstance(labels, list) else []:
        code: Any = label.get("code") if isinstance(label, dict) else None
        if isinstance(code, str):
            yield code
    held = resource.get("contained")
    for one in held if isinstance(held, list) else []:
        if isinstance(one, dict):
            yield from _codes(one)
