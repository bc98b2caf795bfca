"""The one JSON document of a plan and of a person, shared by the API, the command line and storage."""

from service.document.alert import alert_from_document, alert_to_document, event_to_document
from service.document.journal_week import journal_week_to_document
from service.document.merge import merge_patch
from service.document.plan import (
    choice_from_document,
    decision_to_document,
    dose_from_document,
    dose_to_document,
    finding_to_document,
    item_from_document,
    item_to_document,
    measures_from_document,
    person_from_document,
    person_to_document,
    plan_from_document,
    plan_to_document,
)
from service.document.upcast import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "alert_from_document",
    "alert_to_document",
    "choice_from_document",
    "decision_to_document",
    "dose_from_document",
    "dose_to_document",
    "event_to_document",
    "finding_to_document",
    "item_from_document",
    "item_to_document",
    "journal_week_to_document",
    "measures_from_document",
    "merge_patch",
    "person_from_document",
    "person_to_document",
    "plan_from_document",
    "plan_to_document",
]
