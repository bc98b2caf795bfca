"""What others of a clinic write into its chart by themselves, and what people answer in the inbox."""

from datetime import datetime, timedelta
from typing import Any

from service.application.inbox import Decide, decide_item
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.inbox import InboxItem
from service.sync.reconciliation import Cause
from tests.builders import PSYCHIATRIST, RXNORM, uid
from tests.scenarios.clinic import Clinic

PATIENT = Key("Patient", uid("patient"))
THERAPIST_KEY = Key("Practitioner", uid("therapist"))
SERTRALINE = {"coding": [{"system": RXNORM, "code": "312941"}], "text": "Sertraline 50 mg"}
FLUOXETINE = {"coding": [{"system": RXNORM, "code": "310385"}], "text": "Fluoxetine 20 mg"}


def an_order(clinic: Clinic, mg: int = 50, **elements: Any) -> str:
    """An order that a prescriber writes in the chart, once a day."""
    step = {
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [
            {"doseQuantity": {"value": mg, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}
        ],
    }
    resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": SERTRALINE,
        "subject": {"reference": clinic.address(PATIENT)},
        "authoredOn": clinic.clock.now().date().isoformat(),
        "dosageInstruction": [step],
        **elements,
    }
    return clinic.made({name: one for name, one in resource.items() if one is not None})


def a_booking(clinic: Clinic, begin: datetime, **elements: Any) -> str:
    """An appointment that the scheduler makes, with the patient alone unless told otherwise."""
    resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": begin.isoformat(),
        "end": (begin + timedelta(minutes=50)).isoformat(),
        "participant": [{"actor": {"reference": clinic.address(PATIENT)}, "status": "accepted"}],
        **elements,
    }
    return clinic.made({name: one for name, one in resource.items() if one is not None})


def waiting(clinic: Clinic, cause: Cause) -> InboxItem:
    """The one item that waits for this reason."""
    (found,) = [one for one in clinic.inbox if one.cause == cause]
    return found


def causes(clinic: Clinic) -> set[str]:
    """Why somebody has to look."""
    return {one.cause for one in clinic.inbox}


def answer(clinic: Clinic, cause: Cause, choice: str | dict[str, str] | None = None) -> InboxItem:
    """A person answers the one item that waits for this reason: all of it alike, or each by its name."""
    item = waiting(clinic, cause)
    choices = dict.fromkeys(item.groups, choice) if isinstance(choice, str) else (choice or {})
    return decide_item(
        Decide(item_id=item.id, digest=item.digest, author=PSYCHIATRIST.id, choices=choices),
        ports=clinic.plans,
    )


def quiet(clinic: Clinic) -> None:
    """One more pass writes nothing on either side."""
    number, again = clinic.editor.expected, clinic.sync()
    assert (again.writes, clinic.editor.expected) == (0, number)


def chart_of(clinic: Clinic, address: str) -> JsonObject:
    """What the chart holds there."""
    body = clinic.ask("GET", address).body
    assert body is not None
    return body
