"""What people of a clinic add to a treatment in its chart, and what comes of it in the inbox."""

from typing import Any

from service.application.inbox import Decide, decide_item
from service.fhir.json import JsonObject
from service.sync.reconciliation import Cause
from service.sync.words import shown_words
from tests.builders import PSYCHIATRIST
from tests.scenarios.clinic import Clinic
from tests.scenarios.foreign import (
    PATIENT,
    waiting,
)
from tests.scenarios.test_offers import PLAN
from tests.unit.intake.charts import CBT, coded

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


DETAIL = {"detail": {"status": "scheduled", "description": "Sleep hygiene"}}


LABELLED = {"meta": {"security": [{"code": "SUD"}]}}


def a_resource(clinic: Clinic, kind: str, **elements: Any) -> str:
    """Something that somebody of the clinic enters in the chart."""
    usual: dict[str, JsonObject] = {
        "Goal": {"lifecycleStatus": "active", "description": {"text": "Walk daily"}},
        "ServiceRequest": {"status": "active", "intent": "order", "code": CBT, "authoredOn": "2026-03-02"},
        "Condition": {"clinicalStatus": coded(CLINICAL, "active"), "code": {"text": "Insomnia"}},
    }
    whose = {"for" if kind == "Task" else "subject": {"reference": clinic.address(PATIENT)}}
    return clinic.made({"resourceType": kind, **usual.get(kind, {}), **whose, **elements})


def put_into_plan(clinic: Clinic, element: str, *entries: JsonObject) -> None:
    """Somebody puts entries into the CarePlan, after those that are there."""
    there = clinic.of(PLAN).get(element, [])
    clinic.edit(clinic.address(PLAN), **{element: [*there, *entries]})


def noted(clinic: Clinic) -> None:
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    decide_item(Decide(item_id=item.id, digest=item.digest, author=PSYCHIATRIST.id), ports=clinic.plans)


def reasons(clinic: Clinic) -> list[str]:
    """Why the entries of the CarePlan cannot be taken up."""
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    return [line for one in shown_words(item.content, item.groups) for line in one.ours]


def offered(clinic: Clinic) -> set[str]:
    return {name for one in clinic.inbox if one.cause == Cause.EXISTS_THERE for name in one.groups}
