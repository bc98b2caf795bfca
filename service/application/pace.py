"""When a plan whose pass left something to do is tried again: soon at first, then ever more rarely."""

from dataclasses import dataclass
from datetime import timedelta

from service.application.chart_run import PatientBusy
from service.ports.ehr import EhrError, Throttled
from service.ports.storage import StorageError, Superseded
from service.sync.report import Done, PushReport, Standing

_PEOPLE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that doubles with every failure in a row, up to the longest."""

    first: timedelta
    longest: timedelta

    def after(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures in a row before this one."""
        doublings = min(failures, 32)  # enough for any longest, and no number too large for a timedelta
        return self.longest if self.first * 2**doublings > self.longest else self.first * 2**doublings


# Another run holds the patient, or people write as fast as the pass reads: it is over in moments.
_BUSY = Pause(timedelta(seconds=1), timedelta(seconds=30))
# The EHR or the database is away; each try costs them a request.
_AWAY = Pause(timedelta(seconds=5), timedelta(minutes=15))
# Only people can end it, in the inbox or in the chart, or nobody knows what it is.
_ODD = Pause(timedelta(minutes=1), timedelta(hours=1))


def after_error(error: Exception, failures: int) -> timedelta:
    """Return how long to wait after a pass that ended with an error."""
    match error:
        case PatientBusy() | Superseded():
            return _BUSY.after(failures)
        case Throttled(retry_after=float() | int() as asked):
            return max(timedelta(seconds=asked), _AWAY.after(failures))
        case EhrError() | StorageError():
            return _AWAY.after(failures)
        case _:
            return _ODD.after(failures)


def after_report(
    report: PushReport, failures: int, *, settled_in: timedelta, writes: bool = True
) -> timedelta | None:
    """Return how long to wait after a pass that ended with a report; None when it left nothing to do.

    `settled_in` is how long it takes until the oldest write of unknown outcome may be sent again; where the
    connection does not write, what waits to be written is looked at as rarely as what waits for people.
    """
    done = {item.done for item in report.items}
    if report.standing is Standing.IN_STEP:
        return None
    if Done.UNKNOWN_OUTCOME in done:
        return max(settled_in, _BUSY.first)
    if Done.WAITING in done and writes:
        return _AWAY.after(failures)
    return _PEOPLE


def reason_of(outcome: PushReport | Exception) -> str:
    """Return the code of what keeps a plan from being in step: a kind of error, or what became of an item."""
    if isinstance(outcome, Exception):
        return type(outcome).__name__
    done = {item.done for item in outcome.items}
    for one in (Done.UNKNOWN_OUTCOME, Done.WAITING):
        if one in done:
            return one.value
    return outcome.standing.value
