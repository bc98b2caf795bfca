"""A plan as FHIR: every resource that a chart would hold, and a Bundle of them."""

from service.application.ports import PlanPorts
from service.domain.plan import people_named
from service.fhir.json import JsonObject
from service.mapping.graph import Subject, project
from service.mapping.references import Key, Refs


def export_plan(plan_id: str, *, ports: PlanPorts) -> JsonObject:
    """Return a Bundle of type collection with symbolic references; raises `Unknown`."""
    return bundle_of(fhir_of(plan_id, ports=ports))


def fhir_of(plan_id: str, *, ports: PlanPorts) -> dict[Key, JsonObject]:
    """Return every resource of the latest revision, named by urns."""
    with ports.storage.begin(write=False) as work:
        plan = work.plans.head(plan_id).plan
        people = work.people.many(one for _, one in people_named(plan))
    return project(Subject(plan=plan, people=people), Refs())


def bundle_of(resources: dict[Key, JsonObject]) -> JsonObject:
    """Return a collection; the same plan gives the same bytes."""
    entries = [{"fullUrl": key.urn, "resource": resources[key]} for key in sorted(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}
