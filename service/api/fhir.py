"""A plan as FHIR, and what is wrong with it as FHIR."""

from dataclasses import dataclass

from flask import Response, request

from service.api.doors import Doors, Gives, Operation
from service.api.plans import items_of
from service.api.responses import answer, digest_tag, dumped, unless_known
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.examine_plan import examine
from service.application.export_plan import export_plan, fhir_of
from service.application.ports import PlanPorts
from service.fhir.canonical import dumps

FHIR = "application/fhir+json"
_BUNDLE = {
    "type": "object",
    "description": "A FHIR R4 Bundle of type collection; the same plan gives the same bytes.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirProblem:
    """What R4 forbids in one resource of a plan: the FHIRPath, the rule's id and why."""

    resource: str
    path: str
    rule: str
    message: str


def fhir_doors(services: Services) -> Doors:
    """Return the doors to plans as FHIR."""
    views = _Fhir(services.plans)
    path = "/plans/<id:plan_id>/fhir"
    bundle = Gives(shape=_BUNDLE, media=FHIR, headers=("ETag",))
    doors = Doors("fhir", "Plans as FHIR R4 4.0.1.")
    doors.open(
        "exportPlan",
        Operation(
            method="GET", path=path, gives=bundle, headers=("IfNoneMatch",), needs=Permission.READ_PLAN
        ),
        views.export,
    )
    doors.open(
        "checkPlan",
        Operation(
            method="GET",
            path=f"{path}/problems",
            gives=Gives(shape=items_of(schema_of(FhirProblem))),
            needs=Permission.READ_PLAN,
        ),
        views.check,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Fhir:
    ports: PlanPorts

    def export(self, plan_id: str) -> Response:
        """Read a plan as a Bundle of all that a chart would hold; unshared journal entries are not in it."""
        text = dumps(export_plan(plan_id, ports=self.ports))
        response = Response(text, content_type=FHIR)
        response.set_etag(digest_tag(text))
        return unless_known(response, request)

    def check(self, plan_id: str) -> Response:
        """List what required codes, reference targets and invariants of R4 forbid in a plan."""
        found = examine(fhir_of(plan_id, ports=self.ports))
        told = [
            FhirProblem(resource=str(one.key), path=one.path, rule=one.by, message=one.words) for one in found
        ]
        return answer({"items": [dumped(schema_of(FhirProblem), one) for one in told]})
