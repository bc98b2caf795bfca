"""Which CarePlan a draft rests on, where a chart has several: by a stated rule, or as a person names it."""

from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.intake.chart import Chart, Finding, Member
from service.mapping.references import Refs
from service.mapping.terminology.systems import SNOMED

# SNOMED CT, as in Synthea's records: mental health care plan, psychiatry care plan, and the plan for
# major depressive disorder.
MENTAL_HEALTH = frozenset({(SNOMED, "718347000"), (SNOMED, "736254008"), (SNOMED, "737434004")})
_INTENTS = frozenset({"plan", "order"})
_STANDING = ("active", "on-hold", "draft", "completed", "revoked", "unknown")

NO_PLAN = "is no plan but a proposal or an option"
MISTAKEN = "was entered in error"
FURTHER = "is a further care plan: the draft rests on another one"


def choose(chart: Chart, named: str | None = None) -> tuple[Member | None, tuple[Finding, ...]]:
    """Return the CarePlan, None where there is none, and the reasons of the others.

    One of ours comes first, then those for mental health, then by status (active first), then the one that
    asks for most, then the newest, then by address. `named` is the id of one that a person chose; `Invalid`
    says that it is not there.
    """
    chosen = next(iter(ranked(chart, named)), None)
    others = (one for one in chart.members if one.type == "CarePlan" and one is not chosen)
    return chosen, tuple(
        Finding(address=one.address, path="", reason=_reason(one, chart.system) or FURTHER) for one in others
    )


def ranked(chart: Chart, named: str | None = None) -> tuple[Member, ...]:
    """Return the CarePlans on which a draft can rest, the best first; with `named` that one alone."""
    members = (one for one in chart.members if one.type == "CarePlan")
    candidates = [one for one in members if _reason(one, chart.system) is None]
    return (_named(candidates, named),) if named else tuple(_in_order(candidates, chart.system))


def is_for_mental_health(resource: JsonObject) -> bool:
    """Tell whether a CarePlan says by its category that it is for mental health."""
    categories = resource.get("category", [])
    codings = (coding for one in categories for coding in one.get("coding", []))
    return any((coding.get("system"), coding.get("code")) in MENTAL_HEALTH for coding in codings)


def _named(candidates: list[Member], named: str) -> Member:
    for one in candidates:
        if named in (one.address, one.address.partition("/")[2]):
            return one
    raise Invalid([Problem("care_plan", "names no CarePlan of this chart that a plan can rest on")])


def _reason(member: Member, system: str) -> str | None:
    return None if Refs(system=system).own_item(member.resource) else _unfit(member.resource)


def _unfit(resource: JsonObject) -> str | None:
    if resource.get("status") == "entered-in-error":
        return MISTAKEN
    return None if resource.get("intent") in _INTENTS else NO_PLAN


def _in_order(candidates: list[Member], system: str) -> list[Member]:
    refs = Refs(system=system)
    ordered = sorted(candidates, key=lambda one: one.address)
    ordered.sort(key=lambda one: _since(one.resource), reverse=True)
    ordered.sort(key=lambda one: _size(one.resource), reverse=True)
    ordered.sort(key=lambda one: _standing(one.resource))
    ordered.sort(key=lambda one: not is_for_mental_health(one.resource))
    ordered.sort(key=lambda one: refs.own_item(one.resource) is None)
    return ordered


def _standing(resource: JsonObject) -> int:
    status = resource.get("status")
    return _STANDING.index(status) if status in _STANDING else len(_STANDING)


def _size(resource: JsonObject) -> int:
    return len(resource.get("activity", [])) + len(resource.get("goal", []))


def _since(resource: JsonObject) -> str:
    return str(resource.get("period", {}).get("start") or resource.get("created") or "")
