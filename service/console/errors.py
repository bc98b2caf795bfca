"""The one table from exceptions to exit codes and words; api/errors is its twin for HTTP."""

from dataclasses import dataclass

from service.application.preview_digest import Moved
from service.application.push_plan import PatientBusy, ReadOnly
from service.console.exit_codes import ExitCode
from service.console.installation import ChartUnusable, NoEhr, WrongFault, WrongSetting
from service.console.preparation import NotUpgraded
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject, NotJson
from service.ports.ehr import Contended, EhrError, SeveralMatch, Stale, Unavailable
from service.ports.sealing import Damaged, KeysUnfit
from service.ports.storage import Outdated, Pinned, StorageUnavailable, Superseded, Taken, Unknown
from service.ports.upkeep import BackupError
from service.sync.barrier import Barred
from service.sync.restored import ServerReset
from service.sync.two_way import MassVanish

# A class before its bases. None of these errors holds patient data in its text.
_TABLE: tuple[tuple[type[Exception], ExitCode, str], ...] = (
    (Invalid, ExitCode.REFUSED, "refused"),
    (NotJson, ExitCode.REFUSED, "refused"),
    (Unknown, ExitCode.NOT_FOUND, "not found"),
    (Taken, ExitCode.CONFLICT, "conflict"),
    (Superseded, ExitCode.CONFLICT, "conflict"),
    (Outdated, ExitCode.CONFLICT, "conflict"),
    (Pinned, ExitCode.CONFLICT, "conflict"),
    (PatientBusy, ExitCode.CONFLICT, "busy"),
    (Moved, ExitCode.CONFLICT, "something moved"),
    (MassVanish, ExitCode.CONFLICT, "the chart looks emptied"),
    (
        ServerReset,
        ExitCode.CONFLICT,
        "the EHR's server went back (`tandem connection accept-reset` accepts it)",
    ),
    (Contended, ExitCode.CONFLICT, "busy"),
    (Stale, ExitCode.CONFLICT, "the chart has moved on"),
    (SeveralMatch, ExitCode.CONFLICT, "several resources of the chart match"),
    (Unavailable, ExitCode.EHR_UNAVAILABLE, "the EHR is not available"),
    (EhrError, ExitCode.EHR_REFUSES, "the EHR refuses"),
    (BackupError, ExitCode.REFUSED, "refused"),
    (NotUpgraded, ExitCode.STORAGE_UNAVAILABLE, "the database is not ready"),
    (KeysUnfit, ExitCode.STORAGE_UNAVAILABLE, "the keys do not fit"),
    (Damaged, ExitCode.STORAGE_UNAVAILABLE, "the database is damaged"),
    (StorageUnavailable, ExitCode.STORAGE_UNAVAILABLE, "the database is not available"),
    (ReadOnly, ExitCode.USAGE, "not allowed (TANDEM_EHR_MODE says what is)"),
    (Barred, ExitCode.USAGE, "not allowed"),
    (NoEhr, ExitCode.USAGE, "settings"),
    (WrongSetting, ExitCode.USAGE, "settings"),
    (WrongFault, ExitCode.USAGE, "the fault makes no sense (--faults-list lists them)"),
    (ChartUnusable, ExitCode.USAGE, "the chart's file cannot be used"),
)


# More is no help; the words tell how many there are.
_TOLD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person is told about an error; `problems` name the fields of refused input."""

    code: ExitCode
    words: str
    problems: tuple[Problem, ...] = ()

    @property
    def document(self) -> JsonObject:
        """The same for machines."""
        said: JsonObject = {"exit_code": self.code.value, "message": self.words}
        if self.problems:
            said["problems"] = [{"field": one.field, "reason": one.reason} for one in self.problems]
        return {"error": said}

    @property
    def text(self) -> str:
        """The same on a terminal, one field a line."""
        return "\n".join(
            (self.words, *(f"  {one.field or 'the input'}: {one.reason}" for one in self.problems))
        )


def told(error: Exception) -> Told:
    """Return what to say of an error; of one that nobody expected, its kind and place and never its text."""
    for kind, code, words in _TABLE:
        if isinstance(error, kind):
            return _known(error, code, words)
    return Told(code=ExitCode.UNEXPECTED, words=f"unexpected: {_kind_and_place(error)}; --debug shows more")


def _known(error: Exception, code: ExitCode, words: str) -> Told:
    if isinstance(error, Invalid):
        return Told(
            code=code, words=f"{words}: {len(error.problems)} problem(s)", problems=error.problems[:_TOLD]
        )
    return Told(code=code, words=f"{words}: {error}")


def _kind_and_place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place
