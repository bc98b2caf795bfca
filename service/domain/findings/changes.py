"""What changed on one side of the treatment: found by comparing revisions, whoever made them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from service.domain.findings.case import Case
from service.domain.findings.finding import Evidence
from service.domain.findings.start import first_daily, last_daily
from service.domain.ingredients import DrugClass, classes, ingredients
from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.plan import Plan
from service.domain.therapy import Modality, RequestStatus, TherapyCourse

_STOPPED = frozenset({OrderStatus.STOPPED, OrderStatus.COMPLETED, OrderStatus.CANCELLED})
_ENDED = frozenset({RequestStatus.COMPLETED, RequestStatus.REVOKED})
_PAUSED = frozenset({RequestStatus.ON_HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one side: the item as it is now, what became of it, and the day of the revision."""

    item: MedicationOrder | TherapyCourse
    what: str
    day: date

    @property
    def evidence(self) -> Evidence:
        """The change as evidence."""
        group = "medications" if isinstance(self.item, MedicationOrder) else "therapies"
        return Evidence(
            group=group, item=self.item.id, says=f"{name_of(self.item)} {self.what}", day=self.day
        )


def name_of(item: MedicationOrder | TherapyCourse) -> str:
    """Return what people call a medicine or a therapy; a known medicine without its strength."""
    if isinstance(item, TherapyCourse):
        focused = item.modality is Modality.TRAUMA_FOCUSED
        return item.title or ("trauma-focused therapy" if focused else item.modality.upper())
    code = item.drug.code
    known = " and ".join(sorted(ingredients(code)))
    return known or code.text or code.codings[0].display or "a medicine"


def changes(case: Case) -> Iterator[Change]:
    """Yield what changed within the days that count, and still stands in the plan of today."""
    first = case.today - timedelta(days=case.numbers.change_days)
    for before, after in pairwise(case.past):
        if first <= after.day <= case.today:
            yield from _of_orders(case, (before.plan, after.plan), after.day)
            yield from _of_therapies(case, (before.plan, after.plan), after.day)


def goes_on(order: MedicationOrder, case: Case) -> bool:
    """Tell whether another order that runs now has the same medicine: a renewal, and no stop."""
    return any(one.id != order.id and same_medicine(one, order) for one in case.running)


def same_medicine(one: MedicationOrder, other: MedicationOrder) -> bool:
    """Tell whether two orders are of the same medicine: the same code, or a known ingredient."""
    shared = ingredients(one.drug.code) & ingredients(other.drug.code)
    return one.drug.code == other.drug.code or bool(shared)


def _of_orders(case: Case, pair: tuple[Plan, Plan], day: date) -> Iterator[Change]:
    before = {one.id: one for one in pair[0].medications}
    now = {one.id: one for one in case.orders}
    for one in pair[1].medications:
        was, today = before.get(one.id), now.get(one.id)
        if was is None or today is None or was.status is not OrderStatus.ACTIVE:
            continue
        if one.status is today.status and one.status is not OrderStatus.ACTIVE and not goes_on(today, case):
            yield Change(item=today, what="stopped" if one.status in _STOPPED else "on hold", day=day)
    yield from _of_doses(case, pair, day)


def _of_doses(case: Case, pair: tuple[Plan, Plan], day: date) -> Iterator[Change]:
    """Yield the orders that came with another dose than the one that they follow."""
    held = {one.id for one in pair[0].medications}
    now = {one.id: one for one in case.orders}
    for one in pair[1].medications:
        today, followed = now.get(one.id), now.get(one.replaces or "")
        if one.id in held or today is None or followed is None or not same_medicine(today, followed):
            continue
        if last_daily(followed) != first_daily(today):
            yield Change(item=today, what="changed in dose", day=day)


def _of_therapies(case: Case, pair: tuple[Plan, Plan], day: date) -> Iterator[Change]:
    before = {one.id: one for one in pair[0].therapies}
    now = {one.id: one for one in case.plan.therapies}
    for one in pair[1].therapies:
        was, today = before.get(one.id), now.get(one.id)
        if was is None or today is None or was.status is not RequestStatus.ACTIVE:
            continue
        if one.status is today.status and one.status in _ENDED | _PAUSED:
            yield Change(item=today, what="ended" if one.status in _ENDED else "on hold", day=day)


def class_goes_on(order: MedicationOrder, group: frozenset[DrugClass], case: Case) -> bool:
    """Tell whether a medicine of the same class runs now."""
    return any(one.id != order.id and classes(one.drug.code) & group for one in case.running)
