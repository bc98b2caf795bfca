"""The audit trail of the command line: what the operator reads and changes leaves an entry too."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from service.application.audit import Trail
from service.application.ports import PlanPorts
from service.console.errors import told
from service.console.exit_codes import ExitCode
from service.console.installation import Installation
from service.ports.access import AuditEntry, Entrance, Outcome
from service.ports.storage import StorageError

_ROLE = "operator"
_OUR_FAILURES = frozenset({ExitCode.UNEXPECTED, ExitCode.EHR_UNAVAILABLE, ExitCode.STORAGE_UNAVAILABLE})


@contextmanager
def audited(installation: Installation, operation: str, *, plan_id: str | None = None) -> Iterator[PlanPorts]:
    """Give the ports of an operation that is written down: with its commit, or when the block ends."""
    with trail_of(installation, operation, plan_id=plan_id) as trail:
        yield replace(installation.plans, storage=trail)


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
            trail.close(Outcome.FAILED if code in _OUR_FAILURES else Outcome.REFUSED, code)
        raise
    trail.close(Outcome.DONE, ExitCode.DONE)
