"""When the clock of a response starts: the later of first dose and first session, anew with a dose."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from service.domain.adherence import Taking
from service.domain.findings.case import Case
from service.domain.findings.finding import Evidence
from service.domain.medication import DosageStep, DosePeriodUnit, MedicationOrder

Daily: TypeAlias = tuple[Decimal, str]
"""The dose of a day, and its unit."""

_DAY = timedelta(days=1)
_HOURS = {DosePeriodUnit.HOUR: 1, DosePeriodUnit.DAY: 24, DosePeriodUnit.WEEK: 168}


def clock(case: Case) -> Evidence | None:
    """Return what started the clock of a response, None before anything began.

    A side that has not begun does not hold the clock: a therapy without a session on record would keep a
    lack of response from being noticed. Its first session then starts the clock anew.
    """
    sides = [one for one in (_last_dose(case), _first_session(case)) if one is not None]
    return max(sides, key=lambda one: (one.day or date.min, one.item), default=None)


def first_taken(order: MedicationOrder, case: Case) -> date:
    """Return the day of the first dose: that of the dosage, else of the order, unless reports say another.

    That it was taken says nothing of the days before the report, so such a report moves the day only back;
    it is later where the first days are reported as not taken.
    """
    day = order.dosage[0].start or order.authored_on
    told = sorted((one.start, one.end, one.taking) for one in case.adherence if one.medication == order.id)
    taken = [start for start, _, taking in told if taking is not Taking.NOT_TAKEN]
    if taken and taken[0] <= day:
        return taken[0]
    begins = day
    for start, end, taking in told:
        if taking is Taking.NOT_TAKEN and start <= begins:
            begins = max(begins, end + _DAY)
    return begins if begins == day else min((one for one in taken if one >= begins), default=begins)


def dosed_since(order: MedicationOrder, case: Case) -> date:
    """Return the day from which the first dose of an order was taken, through all that it renews."""
    orders = {one.id: one for one in case.orders}
    while (before := renewed(order, orders)) is not None:
        order = before
        if any(True for _ in dose_changes(order)):
            return max(day for day, _, _ in dose_changes(order))
    return first_taken(order, case)


def renewed(order: MedicationOrder, orders: Mapping[str, MedicationOrder]) -> MedicationOrder | None:
    """Return the order that this one goes on with: it replaces it, at the dose that it ended with."""
    before = orders.get(order.replaces or "")
    if before is None or before.drug.code != order.drug.code:
        return None
    return before if last_daily(before) == first_daily(order) else None


def dose_changes(order: MedicationOrder) -> Iterator[tuple[date, DosageStep, DosageStep]]:
    """Yield (day, before, after) for each titration step that changes the dose of a day."""
    for before, after in pairwise(_regular(order)):
        if after.start is not None and daily(before) != daily(after):
            yield after.start, before, after


def daily(step: DosageStep) -> Daily | None:
    """Return the dose of a day with its unit, None for what is taken as needed."""
    if step.timing is None:
        return None
    times = Decimal(24 * step.timing.frequency) / (step.timing.period * _HOURS[step.timing.unit])
    return step.dose.value * times, step.dose.unit


def first_daily(order: MedicationOrder) -> Daily | None:
    """Return the dose of a day that an order starts with, None for what is taken as needed alone."""
    regular = _regular(order)
    return daily(regular[0]) if regular else None


def last_daily(order: MedicationOrder) -> Daily | None:
    """Return the dose of a day that an order ends with, None for what is taken as needed alone."""
    regular = _regular(order)
    return daily(regular[-1]) if regular else None


def _regular(order: MedicationOrder) -> list[DosageStep]:
    return [step for step in order.dosage if not step.as_needed]


def _last_dose(case: Case) -> Evidence | None:
    """Return the last start or change of dose of a medicine that is taken now, up to today."""
    days = [
        (day, order.id)
        for order in case.running
        for day in (dosed_since(order, case), *(day for day, _, _ in dose_changes(order)))
        if day <= case.today
    ]
    if not days:
        return None
    day, item = max(days)
    return Evidence(group="medications", item=item, says="this dose since", day=day)


def _first_session(case: Case) -> Evidence | None:
    courses = {one.id for one in case.therapies}
    attended = [one for one in case.sessions if one.therapy in courses and one.start.date() <= case.today]
    if not attended:
        return None
    day = attended[0].start.date()
    return Evidence(group="sessions", item=attended[0].id, says="first session", day=day)
