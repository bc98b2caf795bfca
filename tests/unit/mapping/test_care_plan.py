import pytest
from hypothesis import given

from service.domain.balance import Balance
from service.fhir.validation import problems
from service.mapping import care_plan as module
from service.mapping.extensions import TREATMENT_BALANCE
from service.mapping.terminology.treatment import BALANCE
from tests.builders import (
    NURSE,
    PSYCHIATRIST,
    THERAPIST,
    a_phase,
    a_plan,
    a_preference,
    day,
    the_full_plan,
    uid,
)
from tests.data import official, us_core
from tests.strategies import FEW, plans
from tests.unit.mapping.laws import ELSEWHERE, NEW, NOTHING_OF_OURS, PLACED, paths, sent

FULL = the_full_plan()


def written(plan=FULL, onto=None, refs=PLACED, **restricted):
    return sent(module.to_fhir(plan, refs, onto=onto, **restricted))


@FEW
@given(plans(), plans())
def test_a_header_comes_back_as_it_was_whatever_was_held(plan, held):
    for refs in (NEW, PLACED):
        for before in (None, held):
            made = module.absorb(before, written(plan, refs=refs), refs)
            assert (made.value, made.issues) == (module.header(plan), ())


@FEW
@given(plans(), plans())
def test_a_plan_laid_over_another_comes_back_and_theirs_stays(plan, before):
    theirs = {"note": [{"text": "theirs"}], "meta": {"versionId": "3"}, "basedOn": [ELSEWHERE]}
    laid = written(plan, written(before) | theirs)
    assert {name: laid[name] for name in theirs} == theirs
    made = module.absorb(before, laid, PLACED)
    assert (made.value, made.issues) == (module.header(plan), ())
    for name in ("goal", "addresses", "activity"):
        assert sorted(map(str, laid.get(name, []))) == sorted(map(str, written(plan).get(name, [])))
    assert written(plan, laid) == laid


@FEW
@given(plans())
def test_a_plan_is_valid_r4(plan):
    assert problems(written(plan, refs=NEW)) == ()


def test_a_plan_refers_to_all_that_it_asks_for():
    asked = [one["reference"] for one in written()["activity"]]
    assert asked == [
        *PLACED.all("ServiceRequest", tuple(one.id for one in FULL.therapies)),
        PLACED.to("ServiceRequest", FULL.check_ins.id),
        *PLACED.all("MedicationRequest", tuple(one.id for one in FULL.medications)),
        *PLACED.all("Appointment", tuple(one.id for one in FULL.appointments)),
        *PLACED.all("Task", tuple(one.id for one in FULL.tasks)),
    ]
    assert not [one for one in asked if one["reference"].startswith("urn:")]


def test_only_the_medications_that_are_given_are_referred_to_and_named():
    second = FULL.medications[1]
    resource = written(medications=(second.id,))
    orders = [PLACED.item(one["reference"], "MedicationRequest") for one in resource["activity"]]
    assert [one for one in orders if one] == [second.id]
    none = written(a_plan(title="Plan"), medications=())
    assert "ertraline" not in none["text"]["div"]


def test_the_balance_is_that_of_the_open_phase_and_no_modifier():
    resource = written(a_plan(phases=(a_phase(balance=Balance.THERAPY_LED),)))
    assert BALANCE.find(TREATMENT_BALANCE.within(resource["extension"])) is Balance.THERAPY_LED
    assert "modifierExtension" not in resource
    assert "extension" not in written(a_plan(), resource)


@pytest.mark.parametrize("before", [None, *Balance])
@pytest.mark.parametrize("after", [None, *Balance])
def test_with_the_balance_of_another_version_it_says_what_that_says(before, after):
    def led(balance):
        phases = () if balance is None else (a_phase(balance=balance),)
        return written(a_plan(title="Balance: <p>all</p> & more", phases=phases))

    assert module.with_balance_of(led(before), led(after)) == led(after)


def test_a_narrative_of_a_persons_own_keeps_its_balance():
    resource = {**written(a_plan(phases=(a_phase(),))), "text": {"status": "additional", "div": "<div/>"}}
    assert module.with_balance_of(resource, {})["text"] == resource["text"]


def test_plans_of_the_chart_keep_their_goals_activities_and_notes():
    ours = {*module.SHAPE, "_status", "_intent", "_title", "_created"}
    for _, chart in (*official("CarePlan"), *us_core("CarePlan")):
        laid = written(a_plan(), chart)
        for element in ("goal", "activity", "addresses", "category", "contributor", "careTeam"):
            assert all(one in laid[element] for one in chart.get(element, []))
        assert {key: one for key, one in laid.items() if key not in ours} == {
            key: one for key, one in chart.items() if key not in ours
        }


def test_what_others_added_stays_and_what_the_plan_dropped_goes():
    chart = written()
    detail = {"detail": {"status": "in-progress", "description": "walks"}}
    lent = PLACED.to("Practitioner", NURSE.id)
    chart["activity"].insert(0, detail)
    chart["activity"][1]["outcomeReference"] = [{"reference": "Observation/77"}]
    chart["goal"].append({"reference": "Goal/theirs"})
    chart["contributor"].append(lent)
    chart["supportingInfo"].append({"reference": "Observation/77"})
    made = module.absorb(FULL, chart, PLACED)
    assert made.value == module.header(FULL)
    assert paths(made.issues) == ("CarePlan.activity[0].detail",)
    assert written(FULL, chart) == chart
    laid = written(a_plan(goals=()), chart)
    assert laid["goal"] == [{"reference": "Goal/theirs"}]
    assert laid["activity"][0] == detail
    assert laid["activity"][1]["outcomeReference"] == [{"reference": "Observation/77"}]
    assert len(laid["activity"]) == 3
    assert lent in laid["contributor"]


def test_preferences_support_the_plan():
    plan = a_plan(preferences=(a_preference(),))
    assert written(plan)["supportingInfo"] == [PLACED.to("Observation", uid("preferences-0"))]


def test_an_order_of_the_chart_stays_an_order():
    chart = {**written(), "intent": "order"}
    assert written(FULL, chart)["intent"] == "order"
    assert module.absorb(FULL, chart, PLACED).issues == ()
    assert paths(module.absorb(FULL, {**chart, "intent": "proposal"}, PLACED).issues) == ("CarePlan.intent",)


def test_a_narrative_that_a_person_wrote_stays():
    authored = {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">theirs</div>'}
    assert written(FULL, {**written(), "text": authored})["text"] == authored
    generated = authored | {"status": "generated"}
    assert written(FULL, {**written(), "text": generated})["text"] == written()["text"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("status", "unknown"),
        ("author", ELSEWHERE),
        ("created", "2024"),
        ("title", " "),
        ("extension", TREATMENT_BALANCE.holding(NOTHING_OF_OURS)),
    ],
)
def test_what_the_plan_does_not_know_is_reported_and_changes_nothing(name, content):
    made = module.absorb(FULL, {**written(), name: content}, PLACED)
    assert made.value == module.header(FULL)
    assert paths(made.issues) in ((f"CarePlan.{name}",), ("CarePlan.",))


def test_another_author_is_read_and_the_one_before_stays_a_contributor():
    laid = written(a_plan(author=THERAPIST.id), written())
    assert module.absorb(FULL, laid, PLACED).value.author == THERAPIST.id
    assert laid["contributor"] == PLACED.all("Practitioner", (PSYCHIATRIST.id, THERAPIST.id))
    assert laid["created"] == day(0).isoformat()
