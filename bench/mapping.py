"""How many plans a second are mapped, and how many are mapped and checked."""

from collections.abc import Callable, Iterator
from itertools import islice
from statistics import median
from time import perf_counter

from bench.plans import Fresh, fresh_plans
from bench.table import Row
from service.fhir.json import JsonObject
from service.fhir.validation import judged, problems
from service.mapping.graph import Subject, project
from service.mapping.references import Refs

_ROUNDS = 7
_PLANS = 20


def mapping_rows() -> Iterator[Row]:
    """Measure in rounds, each of which does everything once over the same plans."""
    plans = list(islice(fresh_plans(), _PLANS))
    took: dict[str, list[float]] = {"mapped": [], "checked": [], "judged": []}
    for turn in range(_ROUNDS + 1):
        since = perf_counter()
        resources = [one for fresh in plans for one in _mapped(fresh)]
        seconds = {
            "mapped": perf_counter() - since,
            "checked": _over(resources, problems),
            "judged": _over(resources, judged),
        }
        for name, each in seconds.items():
            if turn:  # the first round warms up
                took[name].append(each)
    middle = {name: median(each) for name, each in took.items()}
    whole = middle["mapped"] + middle["checked"]
    yield Row("plans mapped a second", f"{_PLANS / middle['mapped']:.0f}", "12 resources each, unchecked")
    yield Row("plans mapped and checked a second", f"{_PLANS / whole:.0f}", "as a push does it")
    yield Row(
        "of which checking", f"{100 * middle['checked'] / whole:.0f} %", "at a glance, as all are sound"
    )
    full = _PLANS / (middle["mapped"] + middle["judged"])
    yield Row("plans mapped and judged in full a second", f"{full:.0f}", "what a glance saves")


def _mapped(fresh: Fresh) -> list[JsonObject]:
    people = {one.id: one for one in fresh.people}
    return list(project(Subject(plan=fresh.plan, people=people), Refs()).values())


def _over(resources: list[JsonObject], check: Callable[[JsonObject], object]) -> float:
    since = perf_counter()
    for one in resources:
        check(one)
    return perf_counter() - since
