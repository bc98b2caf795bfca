"""What resources about treatments of the past have in common: it is over, and something came of it."""

from typing import Any

from service.domain.concept import ALWAYS, Period
from service.domain.measure import RecordStatus
from service.fhir.json import JsonObject
from service.mapping.choices import without_other_types
from service.mapping.datatypes import Unreadable

_STATUS = {RecordStatus.FINAL: "completed", RecordStatus.ENTERED_IN_ERROR: "entered-in-error"}


def status_to_fhir(status: RecordStatus) -> str:
    """Return the code of FHIR event-status or medication-statement-status, which agree on these two."""
    return _STATUS[status]


def status_from_fhir(code: Any) -> RecordStatus:
    """Return the status; one that says that the treatment goes on, or never was, is `Unreadable`."""
    for status, known in _STATUS.items():
        if known == code:
            return status
    raise Unreadable("is not the status of a treatment that is over")


def fitting(onto: JsonObject | None, period: Period, *said: str) -> JsonObject | None:
    """Return what is held without what says in another type what we say; `said` ends with the period.

    While the plan knows no days, a time of another type stays.
    """
    return without_other_types(onto, *(said[:-1] if period == ALWAYS else said))
