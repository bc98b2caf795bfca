"""After a death: only endings that people decided are written, nothing new and no other change."""

from service.fhir.transitions import is_terminal, status_of
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.outgoing import Outgoing
from service.sync.report import Done, ItemReport
from service.sync.sending import Sender

_DIED = "the patient has died: only endings are written"


def endings_only(sender: Sender, outgoing: dict[Key, Outgoing]) -> dict[Key, Outgoing]:
    """Return the endings among what was to go out; the rest is noted as left to people."""
    left: dict[Key, Outgoing] = {}
    for key, out in outgoing.items():
        if is_ending(out):
            left[key] = out
        else:
            address = out.held.reference if out.held else None
            report = ItemReport(key=out.key, done=Done.MANUAL_ENTRY, reference=address, reason=_DIED)
            sender.mark(report, LinkState.PARKED)
    return left


def is_ending(out: Outgoing) -> bool:
    """Tell whether a write ends something that runs in the chart."""
    if out.held is None:
        return False
    before, after = status_of(out.held.resource), status_of(out.body)
    kind = out.key.type
    ends = after is not None and is_terminal(kind, after)
    return ends and not (before is not None and is_terminal(kind, before))
