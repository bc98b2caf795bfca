"""When two resources say the same: never by version or time stamp, always by canonical content."""

from typing import Any

from service.fhir.canonical import canonical, digest
from service.fhir.json import JsonObject

# What a server adds or stamps by itself; its absence or presence says nothing about our content.
_SERVERS_OWN = frozenset({"id", "meta", "resourceType"})


def same(one: JsonObject, other: JsonObject) -> bool:
    """Tell whether two resources have the same content."""
    return digest(one) == digest(other)


def not_kept(sent: JsonObject, kept: JsonObject) -> tuple[str, ...]:
    """Return the FHIR paths of what we sent and the server did not keep as we meant it."""
    kind = sent["resourceType"]
    names = (name for name in sent if name not in _SERVERS_OWN)
    if all(_contains(kept.get(name), sent[name]) for name in names):
        return ()  # kept to the letter, as most is: only another spelling needs the canonical form
    ours, theirs = canonical(sent), canonical(kept)
    names = (name for name in ours if name not in _SERVERS_OWN)
    return tuple(f"{kind}.{name}" for name in names if not _contains(theirs.get(name), ours[name]))


def _contains(kept: Any, sent: Any) -> bool:
    """Tell whether everything that was sent is in what was kept; the server may say more beside it."""
    match sent, kept:
        case {"div": str()}, {"div": str()}:
            return True  # HAPI 8.8.0 respells a narrative (`<p></p>` as `<p/>`); what it narrates is compared
        case dict(), dict():
            return all(_contains(kept.get(name), one) for name, one in sent.items())
        case list(), list():
            pairs = zip(kept, sent, strict=False)
            return len(kept) >= len(sent) and all(_contains(had, one) for had, one in pairs)
        case _:
            return bool(kept == sent)
