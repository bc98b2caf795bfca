"""What is compared, shown and remembered where a person says whose it is."""

from typing import Any

from service.application.chart_copies import ChartCopies
from service.application.chart_run import at_the_chart
from service.application.sync_plan import SyncPlan
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.additions import Additions
from service.sync.bookings import start_of
from service.sync.companions import comparable
from service.sync.offers import look_for_offers
from service.sync.prescriptions import orders_there
from service.sync.questions import Question, Unasked, still_shown
from service.sync.reconciliation import Cause
from service.sync.tracked import went_back
from tests.builders import a_medication, a_plan
from tests.scenarios.clinic import Clinic
from tests.scenarios.foreign import FLUOXETINE, PATIENT, an_order

KEY = Key("CarePlan", "plan-1")
ASKED = Question(
    key=KEY, cause=Cause.EXISTS_THERE, candidates={"Appointment/1": {"resourceType": "Appointment"}}
)


def test_a_confirmation_holds_for_what_was_shown_and_nothing_else() -> None:
    other = {"resourceType": "Appointment", "status": "booked"}
    assert still_shown(ASKED.content, ASKED, "Appointment/1")
    assert not still_shown(ASKED.content, ASKED, "Appointment/2")
    assert not still_shown({}, ASKED, "Appointment/1")
    assert not still_shown({"candidates": {"Appointment/1": other}}, ASKED, "Appointment/1")


def test_who_was_not_asked_said_nothing() -> None:
    assert Unasked().declined(KEY, Cause.EXISTS_THERE) == Unasked().confirmed(ASKED) == frozenset()
    assert not Unasked().noted(KEY, Cause.DECEASED)
    assert not Unasked().noted_as_shown(ASKED)
    assert tuple(Unasked().noted_contents(KEY, Cause.CANNOT_TAKE_UP)) == ()
    assert not Unasked().told(KEY, Cause.VANISHED)
    assert not Unasked().asked_again(KEY)


def in_zone(zone: str) -> list[JsonObject]:
    return [{"url": "https://w3id.org/tandem-care/fhir/StructureDefinition/iana-zone", "valueString": zone}]


def test_the_zone_of_a_time_may_stand_anywhere_but_be_no_other() -> None:
    theirs = {
        "resourceType": "Appointment",
        "start": "x",
        "extension": [*in_zone("Europe/Berlin"), {"url": "urn:y"}],
    }
    ours = {
        "resourceType": "Appointment",
        "start": "x",
        "_start": {"extension": in_zone("Europe/Berlin")},
        "extension": [{"url": "urn:y"}],
    }
    same = comparable(theirs, ours)
    assert same[0] == same[1]
    other = comparable({**theirs, "extension": in_zone("Asia/Tokyo")}, ours)
    assert other[0] != other[1]


def test_steps_that_the_chart_numbers_keep_their_numbers() -> None:
    numbered = {"resourceType": "MedicationRequest", "dosageInstruction": [{"sequence": 2, "text": "x"}]}
    assert comparable(numbered, numbered)[0]["dosageInstruction"] == [{"sequence": 2}]


def held(version: str | None, updated: str | None) -> Held:
    return Held(reference="Goal/1", version=version, last_updated=updated, resource={"resourceType": "Goal"})


def entry(version: str | None, updated: str | None) -> LedgerEntry:
    return LedgerEntry(
        connection_id="default",
        resource_type="Goal",
        item_id="goal-1",
        state=LinkState.IN_SYNC,
        version=version,
        last_updated=updated,
    )


def test_a_server_went_back_by_its_numbers_or_else_by_its_time() -> None:
    noon, later = "2026-03-02T12:00:00+00:00", "2026-03-02T12:20:00+00:00"
    assert went_back(entry("10", noon), held("9", later))
    assert not went_back(entry("9", later), held("10", noon)), "numbers are surer than clocks"
    assert went_back(entry("b", later), held("a", noon))
    assert not went_back(entry("b", noon), held("a", later))
    for unknown in (None, "soon", "2026-03-02T12:00:00"):
        assert not went_back(entry("b", unknown), held("a", noon))
    assert not went_back(entry(None, noon), held("1", noon))


class Forgetful:
    """Reads a resource once, and makes nothing of it after that."""

    def __init__(self, copies: Any) -> None:
        self.copies, self.read = copies, set[str]()

    def item(self, address: str) -> str:
        return str(self.copies.item(address))

    def inside(self, care_plan: JsonObject, element: str, index: int) -> JsonObject | None:
        found: JsonObject | None = self.copies.inside(care_plan, element, index)
        return found

    def copy(self, resource: JsonObject, item: str, zone: str | None) -> JsonObject:
        copy: JsonObject = self.copies.copy(resource, item, zone)
        again = item in self.read
        self.read.add(item)
        return {**copy, "dosageInstruction": []} if again else copy


class SayingYes(Unasked):
    """Confirms whatever is asked."""

    def confirmed(self, question: Question) -> frozenset[str]:
        return frozenset(question.candidates)


def test_what_can_no_longer_be_read_when_it_is_taken_up_stays_an_offer() -> None:
    clinic = Clinic(a_plan(medications=(a_medication(),), adherence=(), side_effects=()))
    clinic.sync()
    address = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    with at_the_chart(SyncPlan(plan_id=clinic.plan.id), clinic.ports) as (agenda, _):
        orders_there(agenda, clinic.ehr, clinic.address(PATIENT))
        agenda.answers = SayingYes()
        copying = Forgetful(ChartCopies(agenda.connection))
        now = clinic.clock.now()
        offered = look_for_offers(agenda, (), copying, added=Additions(), now=now, asked=())
    assert offered.plan == clinic.head()
    assert offered.question is not None
    assert set(offered.question.candidates) == {address}


def test_an_instant_needs_its_offset() -> None:
    assert start_of({"start": "2026-03-02T09:00:00"}) is None
