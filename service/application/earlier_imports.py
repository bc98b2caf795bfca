"""Finding the import that a chart has led to before, from the same source or from the other one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.intake.adoption import item_of
from service.intake.chart import Chart
from service.intake.identity import care_plans, home_of, names_of
from service.ports.imports import ImportRecord
from service.ports.storage import UnitOfWork, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """An id under which an import may be kept, and the CarePlan on which it rests, where the name says it.

    `further` says that a draft would rest on another CarePlan today.
    """

    import_id: str
    care_plan: str | None = None
    further: bool = False


def names(chart: Chart, care_plan: str | None) -> tuple[Name, ...]:
    """Return the names of a chart by whose it is and by its CarePlans, the best CarePlan's first.

    `care_plan` is the only one that counts, where a person named one; raises as `care_plans`.
    """
    plans = care_plans(chart, care_plan) or (None,)
    return tuple(
        Name(import_id=one, care_plan=None if plan is None else plan.address, further=plan is not plans[0])
        for plan in plans
        for one in names_of(chart, plan)
    )


def by_place(origin: str, chart: Chart, care_plan: str | None) -> Name:
    """Return the name of a chart by the server or the file that it is from."""
    return Name(import_id=item_of(origin, f"{chart.patient}/import/{care_plan or ''}"))


def find(sought: Iterable[Name], work: UnitOfWork) -> tuple[Name, ImportRecord] | None:
    """Return the first import that is kept under one of the names and has a plan.

    A draft stays the one that it was when the chart gets a fuller CarePlan; one on a further CarePlan that a
    person named says nothing of the best one.
    """
    for one in sought:
        record = kept(one.import_id, work)
        if record is None or record.plan_id is None or (one.further and is_named(record)):
            continue
        if plan_exists(record.plan_id, work):
            return one, record
    return None


def is_named(record: ImportRecord) -> bool:
    """Tell whether a person named the CarePlan of an import."""
    return bool(record.content.get("named"))


def kept(import_id: str, work: UnitOfWork) -> ImportRecord | None:
    """Return an import, None where there is none."""
    try:
        return work.imports.get(import_id)
    except Unknown:
        return None


def plan_exists(plan_id: str, work: UnitOfWork) -> bool:
    """Tell whether there is a plan."""
    try:
        work.plans.head(plan_id)
    except Unknown:
        return False
    return True


def at_home(chart: Chart, care_plan: str | None) -> Iterator[str]:
    """Yield the id of the plan that a CarePlan led to, if it was read from the server that the file names."""
    base = None if care_plan is None else home_of(chart, care_plan)
    if base is not None:
        yield from (item_of(one, str(care_plan)) for one in (base, f"{base}/"))
