"""The same plan in charts of every shape: what is written, how, and how often."""

import pytest

from service.application.change_plan import change_dose
from service.domain.dosing import NewDose
from service.mapping.references import Key
from service.sandbox.shape import Shape
from service.sync.report import Done, Standing
from tests.builders import PSYCHIATRIST, a_dosage_step, a_plan, day, mg, the_full_plan, uid
from tests.scenarios.clinic import Clinic, attention, counted, done, named, of

SHAPES = {
    "a transaction": Shape(),
    "a transaction without conditional create": Shape(conditional_create=False),
    "a transaction and search by identifier": Shape(conditional_create=False, update_create=False),
    "single writes": Shape(transaction=False, batch=False),
    "single writes under our ids": Shape(transaction=False, conditional_create=False),
    "single writes and search by identifier": Shape(
        transaction=False, conditional_create=False, update_create=False
    ),
    "single conditional writes without our ids": Shape(transaction=False, update_create=False),
}
PLANS = {"a plan": a_plan(), "the full plan": the_full_plan()}
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
EVERY_PLAN = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)


def graph(clinic: Clinic):
    """The chart by our names; a decision's Provenance is held only where we may choose its id."""
    return named(one for one in clinic.all() if one["resourceType"] != "Provenance")


@EVERY_PLAN
@EVERY_SHAPE
def test_the_chart_holds_the_same_graph_whatever_the_server_can_do(plan, shape):
    clinic, reference = Clinic(plan, shape=shape), Clinic(plan)
    assert reference.push().standing is Standing.IN_STEP
    report = clinic.push()
    assert attention(report) == {}
    assert report.standing is Standing.IN_STEP
    assert graph(clinic) == graph(reference)
    withheld = 0 if shape.update_create else len(plan.phases)
    assert counted(report) == {Done.CREATED: len(report.items) - withheld} | (
        {Done.WITHHELD: withheld} if withheld else {}
    )
    assert len(clinic.all("Provenance")) == len(plan.phases) - withheld


@EVERY_PLAN
@EVERY_SHAPE
def test_pushing_an_unchanged_plan_again_writes_nothing(plan, shape):
    clinic = Clinic(plan, shape=shape)
    clinic.push()
    before = list(clinic.store.history())
    report = clinic.push()
    assert clinic.writes == []
    assert report.writes == 0
    assert set(done(report).values()) <= {Done.UNCHANGED, Done.WITHHELD}
    assert list(clinic.store.history()) == before


@EVERY_SHAPE
def test_every_resource_carries_our_identifier_and_one_patient(shape):
    clinic = Clinic(the_full_plan(), shape=shape)
    report = clinic.push()
    for item in report.items:
        if item.key.type not in {"Provenance"}:
            assert clinic.address(item.key) == item.reference
    (patient,) = clinic.all("Patient")
    for one in clinic.all():
        subject = one.get("subject") or one.get("for")
        assert subject in ({"reference": f"Patient/{patient['id']}"}, None)


def test_one_transaction_is_one_request():
    clinic = Clinic(the_full_plan())
    clinic.push()
    assert clinic.writes == ["POST "]


def test_one_by_one_what_is_referred_to_goes_first_and_the_plan_is_completed_last():
    clinic = Clinic(the_full_plan(), shape=SHAPES["single writes"])
    clinic.push()
    asked = clinic.writes
    assert asked[-1] == f"PUT {clinic.address(Key('CarePlan', clinic.plan.id))}"
    order = [one.split()[1].partition("/")[0] for one in asked[:-1]]
    assert order.index("Patient") < order.index("Goal") < order.index("CarePlan") < order.index("Encounter")
    assert len(asked) == len(clinic.all()) + 1
    drafts = [one for one in clinic.sent() if one["resourceType"] == "CarePlan"]
    assert [(one["status"], "activity" in one) for one in drafts] == [("draft", False), ("active", True)]


NEW_DOSE = NewDose(
    order_id=uid("medications-0"),
    new_order_id=uid("medications-1"),
    dosage=(a_dosage_step(dose=mg("100")),),
    prescriber=PSYCHIATRIST.id,
    authored_on=day(42),
)
OLD, NEW = (Key("MedicationRequest", uid(f"medications-{n}")) for n in (0, 1))
PLAN = Key("CarePlan", uid("plan"))


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.transaction])
def test_a_new_dose_writes_both_orders_and_the_plan_in_one_transaction_with_if_match(name):
    clinic = Clinic(shape=SHAPES[name])
    clinic.push()
    change_dose(clinic.plan.id, NEW_DOSE, editor=clinic.editor, ports=clinic.plans)
    report = clinic.push()
    assert clinic.writes == ["POST "]
    wrote = {item.key: item.done for item in report.items if item.wrote}
    assert wrote == {OLD: Done.UPDATED, NEW: Done.CREATED, PLAN: Done.UPDATED}
    entries = [one for one in clinic.transaction()["entry"]]
    puts = [
        one["request"] for one in entries if one["request"]["method"] == "PUT" and "ifMatch" in one["request"]
    ]
    assert {one["url"] for one in puts} == {clinic.address(OLD), clinic.address(PLAN)}
    assert {one["ifMatch"] for one in puts} == {'W/"1"'}
    assert clinic.of(OLD)["status"] == "stopped"
    assert clinic.of(NEW)["status"] == "active"
    assert clinic.of(NEW)["priorPrescription"] == {"reference": clinic.address(OLD)}
    activities = [one["reference"]["reference"] for one in clinic.of(PLAN)["activity"]]
    assert {clinic.address(OLD), clinic.address(NEW)} <= set(activities)
    assert clinic.push().writes == 0


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if not shape.transaction])
def test_without_transactions_a_new_dose_is_entered_by_hand_and_the_rest_goes_on(name):
    clinic = Clinic(shape=SHAPES[name])
    clinic.push()
    change_dose(clinic.plan.id, NEW_DOSE, editor=clinic.editor, ports=clinic.plans)
    clinic.rename("Depression, second phase")
    report = clinic.push()
    assert report.standing is Standing.PARTLY
    for key in (OLD, NEW):
        assert of(report, key).done is Done.MANUAL_ENTRY
        assert "by hand" in str(of(report, key).reason)
    assert of(report, PLAN).done is Done.UPDATED
    assert clinic.of(PLAN)["title"] == "Depression, second phase"
    assert clinic.of(OLD)["status"] == "active"
    assert len(clinic.all("MedicationRequest")) == 1
    assert clinic.push().writes == 0


def test_a_transaction_beyond_the_largest_is_sent_one_by_one(monkeypatch):
    monkeypatch.setattr("service.sync.push.LARGEST_TRANSACTION", 5)
    clinic = Clinic()
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    assert len(clinic.writes) == len(report.items) + 1


def test_a_single_change_is_a_single_update():
    clinic = Clinic()
    clinic.push()
    clinic.rename("Another title")
    report = clinic.push()
    assert clinic.writes == [f"PUT {clinic.address(PLAN)}"]
    assert clinic.asked[-1].headers["If-Match"] == 'W/"1"'
    assert done(report)[str(PLAN)] is Done.UPDATED
