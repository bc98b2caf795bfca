"""The audit trail of the command line: what the operator reads and changes leaves an entry too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import MappingProxyType

from service.application.audit import Trail
from service.application.ports import PlanPorts
from service.console.errors import told
from service.console.exit_codes import ExitCode
from service.console.installation import Installation
from service.ports.access import AuditEntry, Entrance, Outcome
from service.ports.storage import StorageError

_ROLE = "operator"
_OUR_FAILURES = frozenset({ExitCode.UNEXPECTED, ExitCode.EHR_UNAVAILABLE, ExitCode.STORAGE_UNAVAILABLE})

UNRECORDED: Mapping[str, str] = MappingProxyType({
    "serve": "each request that it answers leaves an entry of its own",
    "worker": "its passes stand in the journal of what was sent, and what they change in revisions",
    "sandbox": "it is an EHR to try things with, and opens no database of ours",
    "demo": "its people and plans are made up, in a database of their own",
    "health": "it tells whether parts work and how much waits, and shows nothing of a plan",
    "openapi": "it prints the description of the API, which is public",
    "alerts notice": "it prints a text of the settings, and opens no database",
    "key new": "it writes into the file of keys, and opens no database",
    "db upgrade": "it changes the form of tables, and before it there may be no trail to write in",
    "backup --verify": "it reads a file and shows numbers; an entry would fill a database to restore into",
})  # fmt: skip
"""The commands that leave no entry, each with the reason."""


def within(trail: Trail, installation: Installation) -> PlanPorts:
    """Return the ports of an operation whose first commit also keeps its entry."""
    return replace(installation.plans, storage=trail)


@contextmanager
def audited(
    installation: Installation, operation: str, *, plan_id: str | None = None, item_id: str | None = None
) -> Iterator[PlanPorts]:
    """Give the ports of an operation that is written down: with its commit, or when the block ends."""
    with trail_of(installation, operation, plan_id=plan_id, item_id=item_id) as trail:
        yield within(trail, installation)


@contextmanager
def trail_of(
    installation: Installation,
    operation: str,
    *,
    plan_id: str | None = None,
    item_id: str | None = None,
    begun: bool = False,
) -> Iterator[Trail]:
    """Give the trail of an operation; `begun` is for one that changes what is not ours."""
    clock = installation.plans.clock
    entry = AuditEntry(
        at=clock.now(),
        who=installation.operator,
        role=_ROLE,
        entrance=Entrance.CONSOLE,
        operation=operation,
        outcome=Outcome.DONE,
        status=ExitCode.DONE,
        plan_id=plan_id,
        item_id=item_id,
    )
    trail = Trail(installation.plans.storage, clock, entry)
    if begun:
        trail.begun()
    try:
        yield trail
    except Exception as error:
        code = told(error).code
        with suppress(StorageError):  # the failure is told, whether it can be written down or not
            if installation.is_current():  # to open a file that is not there would make it
                trail.close(Outcome.FAILED if code in _OUR_FAILURES else Outcome.REFUSED, code)
        raise
    trail.close(Outcome.DONE, ExitCode.DONE)
