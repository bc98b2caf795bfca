"""What others wrote into our resources and no plan holds stays there, and is told of each item."""

from typing import Any

import pytest

from service.application.sync_status import why
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.sync.reconciliation import Cause
from tests.builders import the_full_plan, uid
from tests.scenarios.added import a_resource
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, answering
from tests.scenarios.foreign import FLUOXETINE, an_order, answer, quiet
from tests.scenarios.test_offers import clinic_with

PLAN, TEAM = Key("CarePlan", uid("plan")), Key("CareTeam", uid("plan"))
ORDER, VISIT = Key("MedicationRequest", uid("medications-0")), Key("Appointment", uid("appointments-0"))


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    made = Clinic(the_full_plan())
    made.sync()
    return made


def beside(clinic: Clinic, key: Key) -> tuple[str, ...]:
    (told,) = [one for one in why(key.item, ports=clinic.plans) if one.resource_type == key.type]
    return told.beside


def more(clinic: Clinic, key: Key, **added: Any) -> None:
    """Somebody adds elements, or entries to lists, in the chart; a pass follows."""
    held = clinic.of(key)
    lists = {name: [*held.get(name, []), *one] for name, one in added.items() if isinstance(one, list)}
    clinic.edit(clinic.address(key), **{**added, **lists})
    clinic.sync()


def test_of_what_we_wrote_alone_nothing_stands_beside(clinic: Clinic) -> None:
    for entry in clinic.storage.kept.ledger.values():
        assert beside(clinic, Key(entry.resource_type, entry.item_id)) == ()


WORDS = {
    "status": "additional",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml">Ask <b>him</b> first.</div>',
}
ADDED: dict[str, tuple[Key, JsonObject, tuple[str, ...]]] = {
    "a note on an order": (
        ORDER,
        {"note": [{"text": "dizzy in the morning"}]},
        ("note: dizzy in the morning",),
    ),
    "a member of the team": (
        TEAM,
        {"participant": [{"member": {"display": "Dr. Strange"}, "role": [{"text": "Psychologist"}]}]},
        ("participant: member display Dr. Strange, role Psychologist",),
    ),
    "a room for a visit": (
        VISIT,
        {"participant": [{"actor": {"display": "Room 3"}, "status": "accepted"}]},
        ("participant: actor display Room 3, status accepted",),
    ),
    "an activity, which is told in the inbox": (
        PLAN,
        {"activity": [{"detail": {"status": "scheduled", "description": "Yoga"}}]},
        (),
    ),
    "a label that closes the order": (
        ORDER,
        {"note": [{"text": "SECRET"}], "meta": {"security": [{"code": "PSYTHPN"}]}},
        (),
    ),
    "a narrative": (PLAN, {"text": WORDS}, ("narrative: Ask him first.",)),
    "an extension": (
        ORDER,
        {"extension": [{"url": "http://clinic.test/shelf", "valueString": "B 12"}]},
        ("extension: value string B 12",),
    ),
    "an element that says nothing": (ORDER, {"courseOfTherapyType": {"id": "x"}}, ()),
}


@pytest.mark.parametrize(("key", "added", "told"), ADDED.values(), ids=ADDED)
def test_what_somebody_added_is_told_and_stays(key: Key, added: JsonObject, told: tuple[str, ...]) -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    more(clinic, key, **added)
    assert beside(clinic, key) == told
    quiet(clinic)
    clinic.rename("Another title")
    clinic.sync()
    assert beside(clinic, key) == told, "our own writes leave it there"


def test_what_was_never_agreed_on_has_nothing_beside() -> None:
    clinic = Clinic(the_full_plan(), shape=WITHOUT_TRANSACTIONS)
    clinic.spoil = answering("POST", "Goal", 422)
    clinic.sync()
    goal = Key("Goal", uid("goals-0"))
    entry = clinic.entry(goal)
    assert entry is not None
    assert entry.agreed_theirs is None
    assert beside(clinic, goal) == ()


def test_words_about_what_may_be_somebody_elses_are_not_said() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    goal = Key("Goal", uid("goals-0"))
    problem = a_resource(clinic, "Condition")
    more(clinic, goal, addresses=[{"reference": problem, "display": "SECRET"}])
    assert beside(clinic, goal) == ()


def test_a_drug_that_ours_says_by_its_code_is_not_said_again() -> None:
    clinic = clinic_with()
    drug = clinic.made({"resourceType": "Medication", "code": FLUOXETINE})
    an_order(clinic, 20, medicationCodeableConcept=None, medicationReference={"reference": drug})
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    assert beside(clinic, Key("MedicationRequest", clinic.head().medications[-1].id)) == ()
