"""The sandbox EHR, assembled: its shape, its faults, its chart."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from service.bootstrap.surroundings import RandomIds
from service.console.installation import ChartUnusable, SandboxShape, WrongFault
from service.sandbox.faults.notation import Fault, read_text
from service.sandbox.faults.server import FaultyServer
from service.sandbox.faults.values import NotAFault
from service.sandbox.hooks import Hooks
from service.sandbox.server import FhirServer
from service.sandbox.shape import Shape
from service.sandbox.sqlite import FileUnusable, SqliteStore
from service.sandbox.store import Store
from service.telemetry.events import SANDBOX_ANSWERED, Log, emit
from service.telemetry.logs import configure

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_PLAIN = Shape(
    transaction=False,
    batch=False,
    conditional_create=False,
    conditional_update=False,
    update_create=False,
    patch=False,
)
_SHAPES = {
    SandboxShape.HAPI: Shape(),
    SandboxShape.SINGLE_WRITES: Shape(transaction=False, batch=False),
    SandboxShape.PLAIN: _PLAIN,
    SandboxShape.STRICT: Shape(validates=True),
}


def sandbox_on(
    store: Store, shape: SandboxShape, *, faults: Sequence[Fault], control: bool, log: TextIO | None
) -> "WSGIApplication":
    """Return a FHIR server on a chart, of a shape and with faults, that tells a log of its answers."""
    from service.sandbox.app import door, telling  # noqa: PLC0415  0.1 s that other commands save
    from service.sandbox.control import open_control  # noqa: PLC0415  as above

    hooks = Hooks()
    server = FhirServer(store, _precise_now, RandomIds().new, shape=_SHAPES[shape], notify=hooks.send)
    ehr = FaultyServer(server, faults)
    app = door(ehr.answer if faults or control else server.answer)
    if control:
        open_control(app, ehr)
    if log is not None:
        telling(app, _written_to(configure(as_json=False, stream=log)))
    return app


def _written_to(log: Log) -> Callable[[str, str, int], None]:
    def tell(request_id: str, method: str, status: int) -> None:
        emit(log, SANDBOX_ANSWERED, request_id=request_id, method=method, status=status)

    return tell


def read_faults(texts: Sequence[str]) -> list[Fault]:
    """Return the faults that were asked for; raises `WrongFault`."""
    try:
        return list(map(read_text, texts))
    except NotAFault as refusal:
        raise WrongFault(str(refusal)) from None


def _precise_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  here the clock is made


def chart_in(file: Path) -> SqliteStore:
    """Return the chart in a file; raises `ChartUnusable`."""
    try:
        return SqliteStore(file)
    except FileUnusable as error:
        raise ChartUnusable(str(error)) from None
