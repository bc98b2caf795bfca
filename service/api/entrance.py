"""Who makes the request at hand, what of a plan they see, and the entry that it leaves in the audit trail."""

from flask import Response, g, has_request_context, request

from service.api.requests import author_of, tag_of, version_of
from service.application.access import sees_unshared
from service.application.audit import Trail
from service.application.ports import Editor
from service.application.seeing import Seen, seen
from service.domain.revision import Revision
from service.ports.access import Caller
from service.ports.storage import Storage, UnitOfWork

WITHHELD = "X-Tandem-Withheld"


class RequestStorage:
    """The storage of every view: within a request, its first commit also keeps the request's audit entry."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def begin(self, *, write: bool = True) -> UnitOfWork:
        """Open a unit of work."""
        trail = trail_at_hand()
        return (self._storage if trail is None else trail).begin(write=write)


def trail_at_hand() -> Trail | None:
    """Return the audit entry of the request, None outside of one and where a door is open to everybody."""
    trail: Trail | None = g.get("trail") if has_request_context() else None
    return trail


def enter(caller: Caller, trail: Trail | None) -> None:
    """Say who makes this request, and where it is written down, None for nowhere."""
    g.caller, g.trail = caller, trail


def begun() -> None:
    """Write down that the request is about to change what is not ours."""
    trail: Trail = g.trail
    trail.begun()


def about(plan_id: str | None = None, *, item_id: str | None = None) -> None:
    """Write down which plan and what else the request is about, where its path does not say so."""
    trail: Trail = g.trail
    trail.about(plan_id=plan_id, item_id=item_id)


def caller_at_hand() -> Caller:
    """Return who makes the request."""
    caller: Caller = g.caller
    return caller


def author() -> str:
    """Return the author of the revision that the request makes; raises `Invalid` or `NotAllowed`."""
    caller: Caller = g.caller
    who = author_of(request, caller)
    if who != caller.subject:
        trail: Trail = g.trail
        trail.about(acting_for=who)
    return who


def editor() -> Editor:
    """Return who edits which version; raises as `author` does, and `NoVersion` or `StaleVersion`."""
    caller: Caller = g.caller
    expected = version_of(request, caller)
    return Editor(author=author(), expected=expected, sees_unshared=sees_unshared(caller))


def shown(revision: Revision) -> Seen:
    """Return what the caller sees of a revision."""
    return seen(revision, whole=sees_unshared(g.caller))


def tag(revision: Revision) -> str:
    """Return the ETag of what the caller sees of a revision."""
    return tag_of(revision.number, g.caller)


def told_withheld(response: Response, sight: Seen) -> Response:
    """Return the response with the number of entries that are left out of it."""
    response.headers[WITHHELD] = str(sight.withheld)
    return response
