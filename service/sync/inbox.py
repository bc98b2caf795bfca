"""What a person is shown of two sides, and the digest that binds a decision to exactly that."""

from hashlib import sha256

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.sync.sides import Agreed, Sides


def content_of(sides: Sides | None) -> JsonObject:
    """Return the four resources to keep with an item, none for what vanished without a second side."""
    if sides is None:
        return {}
    shown = {
        "agreed_ours": sides.agreed.ours,
        "agreed_theirs": sides.agreed.theirs,
        "ours": sides.ours,
        "theirs": sides.theirs,
    }
    return shown if sides.agreed.known else {**shown, "never_agreed": True}


def sides_in(content: JsonObject) -> Sides | None:
    """Return the sides that an item was opened with, None for a question and for what vanished."""
    if "agreed_ours" not in content:
        return None
    known = not content.get("never_agreed", False)
    agreed = Agreed(ours=content["agreed_ours"], theirs=content["agreed_theirs"], known=known)
    return Sides(agreed=agreed, ours=content["ours"], theirs=content["theirs"])


def digest_of(sides: Sides | None) -> str:
    """Return the digest of all that is shown; equal content gives the same, whatever its stamps."""
    parts = [] if sides is None else [sides.agreed.ours, sides.agreed.theirs, sides.ours, sides.theirs]
    return sha256("".join(digest(one) for one in parts).encode()).hexdigest()


def chart_digest_of(sides: Sides | None) -> str:
    """Return the digest of what the chart said, whatever we have said since."""
    parts = [] if sides is None else [sides.agreed.theirs, sides.theirs]
    return sha256("".join(digest(one) for one in parts).encode()).hexdigest()
