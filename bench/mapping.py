"""How many plans a second are mapped, and how much of a checked plan is which check."""

from collections.abc import Callable, Iterator
from itertools import islice
from statistics import median
from time import perf_counter

from bench.plans import Fresh, fresh_plans
from bench.table import Row
from service.fhir.json import JsonObject
from service.fhir.structure import structural_problems
from service.fhir.validation import problems
from service.mapping.graph import Subject, project
from service.mapping.references import Refs

_ROUNDS = 7
_PLANS = 20


def mapping_rows() -> Iterator[Row]:
    """Measure in rounds, each of which does everything once over the same plans."""
    plans = list(islice(fresh_plans(), _PLANS))
    took: dict[str, list[float]] = {"mapped": [], "models": [], "structure": [], "checked": []}
    for turn in range(_ROUNDS + 1):
        since = perf_counter()
        resources = [one for fresh in plans for one in _mapped(fresh)]
        seconds = {
            "mapped": perf_counter() - since,
            "models": _over(resources, _models),
            "structure": _over(resources, lambda one: list(structural_problems(one))),
            "checked": _over(resources, problems),
        }
        for name, each in seconds.items():
            if turn:  # the first round warms up
                took[name].append(each)
    middle = {name: median(each) for name, each in took.items()}
    whole = middle["mapped"] + middle["checked"]
    yield Row("plans mapped a second", f"{_PLANS / middle['mapped']:.0f}", "12 resources each, unchecked")
    yield Row("plans mapped and checked a second", f"{_PLANS / whole:.0f}", "as a push does it")
    yield Row("of which mapping", _share(middle["mapped"], whole), "")
    yield Row("of which fhir.resources", _share(middle["models"], whole), "its models, inside the structure")
    yield Row("of which the rest of the structure", _share(middle["structure"] - middle["models"], whole), "")
    rest = middle["checked"] - middle["structure"]
    yield Row("of which codes, references, invariants", _share(rest, whole), "")


def _mapped(fresh: Fresh) -> list[JsonObject]:
    people = {one.id: one for one in fresh.people}
    return list(project(Subject(plan=fresh.plan, people=people), Refs()).values())


def _models(resource: JsonObject) -> object:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415  0.2 s, beside its only use

    return get_fhir_model_class(str(resource["resourceType"])).model_validate(resource)


def _over(resources: list[JsonObject], check: Callable[[JsonObject], object]) -> float:
    since = perf_counter()
    for one in resources:
        check(one)
    return perf_counter() - since


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %"
