"""What one plan knows of a resource that another plan has met already: a link, and where it may be more.

People are kept once for all plans, so that what one plan agreed on with the chart of them holds for each.
What is the clinic's own is linked by a person's word or a match, which holds too. Of anything else only the
place is lent: what the other plan meant by it is not what this one means.
"""

from service.ports.storage import LedgerEntry, LinkState

SHARED = frozenset({"Practitioner", "PractitionerRole"})
"""The kinds that belong to no patient, and say the same for every plan."""

# The links by which the clinic's own stands for an item, and the patient who must be bound anew.
_LINKS = frozenset({LinkState.PULL_ONLY, LinkState.FROZEN})


def lent(entry: LedgerEntry) -> LedgerEntry | None:
    """Return what a plan without an entry of its own starts from, None where it starts from nothing."""
    if is_whole(entry):
        return entry
    if entry.remote_id is None:
        return None
    return LedgerEntry(
        connection_id=entry.connection_id,
        resource_type=entry.resource_type,
        item_id=entry.item_id,
        patient_id=entry.patient_id,
        remote_id=entry.remote_id,
        state=LinkState.WAITING,
    )


def is_whole(entry: LedgerEntry) -> bool:
    """Tell whether an entry is lent as it is."""
    return entry.resource_type in SHARED or entry.state in _LINKS
