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


def is_labelled_closed(resource: JsonObject) -> bool:
    """Tell whether a resource is labelled as what nobody may be shown who did not ask for it by name."""
    labels = labels_of(resource)
    return bool(labels & PSYCHOTHERAPY_NOTES) or speaks_of_substance_use(labels)


def speaks_of_substance_use(labels: frozenset[str]) -> bool:
    """Tell whether a label says substance use; SUD and all codes made from it, such as for counselling."""
    return any(code in _SUBSTANCE_USE or code.startswith("SUD") for code in labels)


def _codes(resource: JsonObject) -> Iterator[str]:
    # Read in whatever form it stands: what is no R4 is shown in part, and a label must close it all the same.
    for meta in _each(resource.get("meta")):
        yield from _texts(meta.get("security") if isinstance(meta, dict) else meta)
    for one in _each(resource.get("contained")):
        if isinstance(one, dict):
            yield from _codes(one)


def _texts(label: Any) -> Iterator[str]:
    match label:
        case str():
            yield label
        case dict() if "code" in label:
            yield from _texts(label["code"])
        case dict():
            for one in label.values():
                yield from _texts(one)
        case list():
            for one in label:
                yield from _texts(one)


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
