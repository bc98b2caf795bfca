"""What the command line can have assembled."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from service.bootstrap.sandboxes import chart_in, read_faults, sandbox_on
from service.bootstrap.surroundings import SystemClock
from service.bootstrap.tandem import Tandem, api_of
from service.bootstrap.watching import check_traces
from service.console.installation import SandboxShape, WrongSetting
from service.ports.clock import Clock
from service.ports.sealing import BadKeys
from service.sandbox.faults.knobs import KNOBS
from service.sandbox.store import MemoryStore
from service.settings import BadSettings, Settings, read_settings
from service.storage.database import UnknownOption, database_url
from service.storage.keyring import add_key

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Parts:
    """What the command line can ask for, as `service.console.installation.Parts`."""

    def installed(self) -> Tandem:
        """Return the installation of the environment's settings; raises `WrongSetting`."""
        try:
            tandem = Tandem(settings=read_settings())
            _ = tandem.override, tandem.authority, tandem.standards, tandem.keys
            check_traces(tandem.settings)
        except (BadSettings, BadKeys) as error:
            raise WrongSetting(str(error)) from None
        _check_database(tandem.settings.database_url)
        return tandem

    def assembled(self, settings: Mapping[str, Any], log: TextIO, *, clock: Clock | None = None) -> Tandem:
        """Return an installation of these settings alone, whose events go to a stream."""
        return Tandem(settings=Settings(**settings), log_to=log, clock=clock or SystemClock())

    @contextmanager
    def sandbox(
        self,
        chart: Path | None,
        shape: SandboxShape,
        *,
        faults: Sequence[str] = (),
        control: bool = False,
        log: TextIO | None = None,
    ) -> "Iterator[WSGIApplication]":
        """Give a FHIR server with its chart in a file or in memory; raises `ChartUnusable`, `WrongFault`.

        A line for each of its answers goes to `log`.
        """
        armed = read_faults(faults)
        with nullcontext(MemoryStore()) if chart is None else closing(chart_in(chart)) as store:
            yield sandbox_on(store, shape, faults=armed, control=control, log=log)

    def faults(self) -> Mapping[str, str]:
        """Return what each fault of the sandbox does, by its name."""
        return {knob.name: knob.does for knob in KNOBS.values()}

    def new_key(self, file: Path, key_id: str | None, *, current: bool) -> str:
        """Put a new key into a file and return its id; raises `WrongSetting`."""
        try:
            return add_key(file, key_id, current=current)
        except BadKeys as error:
            raise WrongSetting(str(error)) from None

    def openapi(self) -> str:
        """Return the description of the API, as openapi.yaml holds it."""
        from service.api import spec  # noqa: PLC0415  Flask and smorest: 0.4 s that other commands save

        return spec(api_of(Tandem(settings=Settings())))


def _check_database(url: str) -> None:
    try:
        database_url(url)
    except UnknownOption as error:
        raise WrongSetting(f"TANDEM_DATABASE_URL {error}") from None
    except Exception:  # SQLAlchemy's ArgumentError, which only storage knows, is no ValueError
        # The URL may hold a password: it is not repeated.
        raise WrongSetting("TANDEM_DATABASE_URL must be sqlite:///<file> or postgresql://…") from None
