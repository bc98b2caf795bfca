"""What keeps everything from being sent: asked anew before each request, where the lease is checked."""

from service.fhir.outcome import OutcomeIssue
from service.ports.storage import Connection, ConnectionMode, UnitOfWork
from service.sync.agenda import Ports

_READ_ONLY = "the connection is read-only"
_STOPPED = "writing is stopped; `tandem writing status` says why"
_OFF = "writing is off by TANDEM_WRITING"


class Barred(Exception):
    """Nothing may be sent now, whatever it is: what was sent before stays, and the rest waits."""

    issues: tuple[OutcomeIssue, ...] = ()


def check_open(connection: Connection, ports: Ports, work: UnitOfWork) -> None:
    """Raise `Barred` where the connection only reads, or the one switch has stopped all writing."""
    if connection.mode is ConnectionMode.READ_ONLY:
        raise Barred(_READ_ONLY)
    if not ports.writing:
        raise Barred(_OFF)
    if work.writing.get().stopped:
        raise Barred(_STOPPED)
