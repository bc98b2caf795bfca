"""What judging costs: all rules over many plans, and over one that changed while many are kept."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from statistics import median
from time import perf_counter

from bench.installation import Installation, installed
from bench.plans import fresh_plans
from bench.sink import Sink
from bench.table import Row
from service.application.findings import open_findings, today_of
from service.application.keep_plan import replace_plan
from service.application.ports import Editor
from service.application.read_plan import read_plan
from service.domain.findings.judging import judge

_REPEATS = 40
_MARKS = (100, 10, 1)


def rules_rows(number: int) -> Iterator[Row]:
    """Measure while so many plans are loaded, each of them whole: a year's worth of treatment in each."""
    marks = sorted({max(number // one, 1) for one in _MARKS})
    took: dict[int, float] = {}
    plans = fresh_plans(whole=True)
    with installed("http://nowhere.invalid/fhir", Sink()) as installation:
        ids: list[str] = []
        for kept in marks:
            new = [installation.load(one) for one in islice(plans, kept - len(ids))]
            ids += new
            # Each plan is changed once: with its revisions grows what is read for what changed of late.
            took[kept] = median(_changed(installation, one) for one in new[:_REPEATS])
        since = perf_counter()
        found = sum(len(open_findings(one, ports=installation.tandem.plans).findings) for one in ids)
        whole = perf_counter() - since
        alone = _alone(installation, ids[0])
    how = f"all rules, each plan read from SQLite, {found:,} findings in all"
    yield Row(f"judging {number:,} plans, seconds", f"{whole:.1f}", how)
    yield Row("of one plan, ms", f"{1000 * whole / number:.2f}", f"{1000 * alone:.2f} ms of it in the rules")
    for kept, seconds in took.items():
        how = f"median of up to {_REPEATS} plans, among {kept:,}"
        yield Row("judging one plan again that has just changed, ms", f"{1000 * seconds:.2f}", how)
    yield Row(
        f"the same, ratio of {marks[-1]:,} plans to {marks[0]:,}",
        f"{took[marks[-1]] / took[marks[0]]:.2f}",
        "it does not grow with the plans while it stays near 1",
    )


def _changed(installation: Installation, plan_id: str) -> float:
    """Change a plan's therapy, and return the seconds that judging it takes, without the change itself."""
    ports = installation.tandem.plans
    head = read_plan(plan_id, ports=ports)
    first, *others = head.plan.therapies
    longer = replace(first, sessions_planned=(first.sessions_planned or 0) + 1)
    editor = Editor(author="bench", expected=head.number, sees_unshared=True)
    replace_plan(replace(head.plan, therapies=(longer, *others)), editor=editor, ports=ports)
    since = perf_counter()
    open_findings(plan_id, ports=ports)
    return perf_counter() - since


def _alone(installation: Installation, plan_id: str) -> float:
    """Return the seconds that the rules take over a plan that has been read."""
    ports = installation.tandem.plans
    plan = read_plan(plan_id, ports=ports).plan
    today = today_of(plan, ports.clock.now())
    since = perf_counter()
    for _ in range(_REPEATS):
        judge(plan, today, ports.standards)
    return (perf_counter() - since) / _REPEATS
