from copy import deepcopy
from decimal import Decimal

import pytest

from service.fhir.invariant_table import INVARIANTS
from service.fhir.invariants import invariant_problems

CONCEPT = {"text": "x"}
TERMS = "http://terminology.hl7.org/CodeSystem"
UCUM = "http://unitsofmeasure.org"


def coded(system, code):
    return {"coding": [{"system": f"{TERMS}/{system}", "code": code}]}


def basic(**value):
    return {"resourceType": "Basic", "extension": [{"url": "x", **value}]}


def repeat(**members):
    return basic(valueTiming={"repeat": members})


def contained(**members):
    return {
        "resourceType": "Basic",
        "subject": {"reference": "#p"},
        "contained": [{"resourceType": "Patient", "id": "p", **members}],
    }


def observation(**members):
    return {"resourceType": "Observation", "code": {"coding": [{"system": "s", "code": "c"}]}, **members}


def bundle(kind, entry, **members):
    return {"resourceType": "Bundle", "type": kind, "entry": [entry], **members}


OWN = {"coding": [{"system": "s", "code": "c"}]}
OTHER = {"coding": [{"system": "s", "code": "d"}]}
WRONG_PROBLEM = coded("condition-ver-status", "entered-in-error")
WRONG_ALLERGY = coded("allergyintolerance-verification", "entered-in-error")
REQUEST = {"method": "GET", "url": "x"}
GOAL = {"resourceType": "Goal"}
APPOINTMENT = {"resourceType": "Appointment"}
TIMES = {"start": "2026-01-01T10:00:00+01:00", "end": "2026-01-01T09:30:00Z"}

# Each rule: what keeps it, what breaks it, and where the breach is.
CASES = {
    "dom-2": (contained(), contained(contained=[{"resourceType": "Goal"}]), "Basic"),
    "dom-3": (contained(), {**contained(), "subject": {"reference": "#q"}}, "Basic"),
    "dom-4": (contained(), contained(meta={"versionId": "1"}), "Basic"),
    "dom-5": (contained(meta={"profile": ["x"]}), contained(meta={"security": [{"code": "R"}]}), "Basic"),
    "age-1": (
        basic(valueAge={"value": 3, "system": UCUM, "code": "a"}),
        basic(valueAge={"value": 0, "system": UCUM, "code": "a"}),
        "Basic.extension[0].valueAge",
    ),
    "att-1": (
        basic(valueAttachment={"data": "QQ==", "contentType": "text/plain"}),
        basic(valueAttachment={"data": "QQ=="}),
        "Basic.extension[0].valueAttachment",
    ),
    "cpt-2": (
        basic(valueContactPoint={"value": "1", "system": "phone"}),
        basic(valueContactPoint={"value": "1"}),
        "Basic.extension[0].valueContactPoint",
    ),
    "drt-1": (
        basic(valueDuration={"value": 5, "system": UCUM, "code": "wk"}),
        basic(valueDuration={"system": UCUM, "code": "wk"}),
        "Basic.extension[0].valueDuration",
    ),
    "ext-1": (basic(valueBoolean=False), basic(), "Basic.extension[0]"),
    "per-1": (
        basic(valuePeriod={"start": "2026-01-01T10:00:00+02:00", "end": "2026-01-01T09:00:00Z"}),
        basic(valuePeriod={"start": "2026-01-01T10:00:00Z", "end": "2026-01-01T11:00:00+02:00"}),
        "Basic.extension[0].valuePeriod",
    ),
    "qty-3": (
        basic(valueQuantity={"value": 50, "system": UCUM, "code": "mg"}),
        basic(valueQuantity={"value": 50, "code": "mg"}),
        "Basic.extension[0].valueQuantity",
    ),
    "rng-2": (
        basic(valueRange={"low": {"value": Decimal("9.5")}, "high": {"value": 10}}),
        basic(valueRange={"low": {"value": Decimal("10.5")}, "high": {"value": 10}}),
        "Basic.extension[0].valueRange",
    ),
    "rat-1": (
        basic(valueRatio={"numerator": {"value": 1}, "denominator": {"value": 2}}),
        basic(valueRatio={"numerator": {"value": 1}}),
        "Basic.extension[0].valueRatio",
    ),
    "ref-1": (contained(), {"resourceType": "Basic", "subject": {"reference": "#p"}}, "Basic.subject"),
    "tim-1": (repeat(duration=50, durationUnit="min"), repeat(duration=50), "R"),
    "tim-2": (repeat(period=4, periodUnit="wk"), repeat(period=4), "R"),
    "tim-4": (repeat(duration=0, durationUnit="min"), repeat(duration=-1, durationUnit="min"), "R"),
    "tim-5": (
        repeat(period=Decimal("0.5"), periodUnit="wk"),
        repeat(period=Decimal("-0.5"), periodUnit="wk"),
        "R",
    ),
    "tim-6": (repeat(period=4, periodMax=6, periodUnit="wk"), repeat(periodMax=6, periodUnit="wk"), "R"),
    "tim-7": (
        repeat(duration=4, durationMax=6, durationUnit="h"),
        repeat(durationMax=6, durationUnit="h"),
        "R",
    ),
    "tim-8": (repeat(count=4, countMax=6), repeat(countMax=6), "R"),
    "tim-9": (repeat(offset=30, when=["ACM", "ACV"]), repeat(offset=30, when=["ACM", "CV"]), "R"),
    "tim-10": (repeat(when=["HS"]), repeat(when=["HS"], timeOfDay=["21:00:00"]), "R"),
    "ait-1": (
        {"resourceType": "AllergyIntolerance", "verificationStatus": WRONG_ALLERGY},
        {"resourceType": "AllergyIntolerance"},
        "AllergyIntolerance",
    ),
    "ait-2": (
        {"resourceType": "AllergyIntolerance", "clinicalStatus": CONCEPT},
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": CONCEPT,
            "verificationStatus": WRONG_ALLERGY,
        },
        "AllergyIntolerance",
    ),
    "app-1": (
        {**APPOINTMENT, "status": "proposed", "participant": [{"actor": {"display": "x"}}]},
        {**APPOINTMENT, "status": "proposed", "participant": [{"status": "accepted"}]},
        "Appointment.participant[0]",
    ),
    "app-2": (
        {**APPOINTMENT, "status": "proposed", **TIMES},
        {**APPOINTMENT, "status": "proposed", "start": TIMES["start"]},
        "Appointment",
    ),
    "app-3": (
        {**APPOINTMENT, "status": "waitlist"},
        {**APPOINTMENT, "status": "booked"},
        "Appointment",
    ),
    "app-4": (
        {**APPOINTMENT, "status": "cancelled", "cancelationReason": CONCEPT},
        {**APPOINTMENT, "status": "noshow", "cancelationReason": CONCEPT, **TIMES},
        "Appointment",
    ),
    "apr-1": (
        {"resourceType": "AppointmentResponse", "actor": {"display": "x"}},
        {"resourceType": "AppointmentResponse"},
        "AppointmentResponse",
    ),
    "bdl-1": (
        bundle("searchset", {"resource": GOAL}, total=0),
        bundle("collection", {"resource": GOAL}, total=0),
        "",
    ),
    "bdl-2": (
        bundle("searchset", {"resource": GOAL, "search": {"mode": "match"}}),
        bundle("collection", {"resource": GOAL, "search": {"mode": "match"}}),
        "",
    ),
    "bdl-3": (
        bundle("transaction", {"resource": GOAL, "request": REQUEST}),
        bundle("transaction", {"resource": GOAL}),
        "",
    ),
    "bdl-4": (
        bundle("batch-response", {"response": {"status": "200"}}),
        bundle("batch-response", {"resource": GOAL}),
        "",
    ),
    "bdl-5": (bundle("collection", {"resource": GOAL}), bundle("collection", {"id": "x"}), ".entry[0]"),
    "bdl-7": (
        bundle("collection", {"fullUrl": "urn:x", "resource": GOAL}),
        {**bundle("collection", {}), "entry": [{"fullUrl": "urn:x", "resource": GOAL}] * 2},
        "",
    ),
    "bdl-8": (
        bundle("collection", {"fullUrl": "https://x.test/Goal/1", "resource": GOAL}),
        bundle("collection", {"fullUrl": "https://x.test/Goal/1/_history/2", "resource": GOAL}),
        ".entry[0]",
    ),
    "cpl-3": (
        {"resourceType": "CarePlan", "activity": [{"reference": {"reference": "Task/1"}}]},
        {
            "resourceType": "CarePlan",
            "activity": [{}, {"reference": {"reference": "Task/1"}, "detail": {"status": "x"}}],
        },
        "CarePlan.activity[1]",
    ),
    "ctm-1": (
        {
            "resourceType": "CareTeam",
            "participant": [{"member": {"reference": "Practitioner/1"}, "onBehalfOf": {}}],
        },
        {
            "resourceType": "CareTeam",
            "participant": [
                {"member": {"reference": "https://x.test/PractitionerRole/1"}, "onBehalfOf": {"display": "x"}}
            ],
        },
        "CareTeam.participant[0]",
    ),
    "con-1": (
        {"resourceType": "Condition", "stage": [{"summary": CONCEPT}]},
        {"resourceType": "Condition", "stage": [{"type": CONCEPT}]},
        "Condition.stage[0]",
    ),
    "con-2": (
        {"resourceType": "Condition", "evidence": [{"code": [CONCEPT]}]},
        {"resourceType": "Condition", "evidence": [{"id": "x"}]},
        "Condition.evidence[0]",
    ),
    "con-3": (
        {"resourceType": "Condition", "category": [coded("condition-category", "encounter-diagnosis")]},
        {"resourceType": "Condition", "category": [coded("condition-category", "problem-list-item")]},
        "Condition",
    ),
    "con-4": (
        {
            "resourceType": "Condition",
            "abatementString": "x",
            "clinicalStatus": coded("condition-clinical", "remission"),
        },
        {
            "resourceType": "Condition",
            "abatementString": "x",
            "clinicalStatus": coded("condition-clinical", "active"),
        },
        "Condition",
    ),
    "con-5": (
        {"resourceType": "Condition", "verificationStatus": WRONG_PROBLEM},
        {"resourceType": "Condition", "verificationStatus": WRONG_PROBLEM, "clinicalStatus": CONCEPT},
        "Condition",
    ),
    "ppc-1": (
        {"resourceType": "Consent", "policyRule": CONCEPT},
        {"resourceType": "Consent"},
        "Consent",
    ),
    "gol-1": (
        {**GOAL, "target": [{"detailQuantity": {"value": 9}, "measure": CONCEPT}, {"dueDate": "2026"}]},
        {**GOAL, "target": [{"detailQuantity": {"value": 9}}]},
        "Goal.target[0]",
    ),
    "lst-1": (
        {"resourceType": "List", "mode": "working", "emptyReason": CONCEPT},
        {
            "resourceType": "List",
            "mode": "working",
            "emptyReason": CONCEPT,
            "entry": [{"item": {"display": "x"}}],
        },
        "List",
    ),
    "lst-2": (
        {"resourceType": "List", "mode": "changes", "entry": [{"deleted": True}]},
        {"resourceType": "List", "mode": "working", "entry": [{"deleted": True}]},
        "List",
    ),
    "lst-3": (
        {"resourceType": "List", "mode": "working", "entry": [{"date": "2026"}]},
        {"resourceType": "List", "mode": "snapshot", "entry": [{"date": "2026"}]},
        "List",
    ),
    "obs-3": (
        observation(referenceRange=[{"text": "x"}]),
        observation(referenceRange=[{"type": CONCEPT}]),
        "Observation.referenceRange[0]",
    ),
    "obs-6": (
        observation(dataAbsentReason=CONCEPT),
        observation(dataAbsentReason=CONCEPT, valueInteger=0),
        "Observation",
    ),
    "obs-7": (
        observation(valueInteger=5, component=[{"code": OTHER}]),
        observation(valueInteger=5, component=[{"code": OWN}]),
        "Observation",
    ),
    "org-1": (
        {"resourceType": "Organization", "name": "x"},
        {"resourceType": "Organization", "active": True},
        "Organization",
    ),
    "pat-1": (
        {"resourceType": "Patient", "contact": [{"name": {"text": "x"}}]},
        {"resourceType": "Patient", "contact": [{"gender": "other"}]},
        "Patient.contact[0]",
    ),
    "qrs-1": (
        {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "1", "item": [{"linkId": "2"}]}]},
        {
            "resourceType": "QuestionnaireResponse",
            "item": [{"linkId": "1", "item": [{"linkId": "2"}], "answer": [{"valueInteger": 1}]}],
        },
        "QuestionnaireResponse.item[0]",
    ),
    "prr-1": (
        {"resourceType": "ServiceRequest", "code": CONCEPT, "orderDetail": [CONCEPT]},
        {"resourceType": "ServiceRequest", "orderDetail": [CONCEPT]},
        "ServiceRequest",
    ),
    "inv-1": (
        {
            "resourceType": "Task",
            "authoredOn": "2026-01-01T10:00:00+02:00",
            "lastModified": "2026-01-01T09:00:00Z",
        },
        {"resourceType": "Task", "authoredOn": "2026-01-02", "lastModified": "2026-01-01T09:00:00Z"},
        "Task",
    ),
}
PLACES = {"R": "Basic.extension[0].valueTiming.repeat", "": "Bundle", ".entry[0]": "Bundle.entry[0]"}


def found(resource):
    return [(problem.rule, problem.path) for problem in invariant_problems(resource)]


def test_every_rule_of_the_table_is_tried():
    assert [rule.id for rule in INVARIANTS] == list(CASES)


@pytest.mark.parametrize("rule", CASES)
def test_what_keeps_a_rule_is_no_problem(rule):
    kept, _, _ = CASES[rule]
    assert found(kept) == []


@pytest.mark.parametrize("rule", CASES)
def test_what_breaks_a_rule_is_found_where_it_is(rule):
    _, broken, path = CASES[rule]
    assert (rule, PLACES.get(path, path)) in found(broken)


@pytest.mark.parametrize("rule", CASES)
def test_judging_changes_nothing(rule):
    _, broken, _ = CASES[rule]
    before = deepcopy(broken)
    assert found(broken) == found(broken)
    assert broken == before


@pytest.mark.parametrize("status", ["booked", "noshow", "proposed"])
def test_only_a_cancelled_appointment_has_a_cancelation_reason(status):
    assert found({**APPOINTMENT, "status": status, "cancelationReason": CONCEPT, **TIMES}) == [
        ("app-4", "Appointment")
    ]


def test_dates_of_unequal_precision_break_nothing():
    assert found(basic(valuePeriod={"start": "2026-01-01", "end": "2026-01-01T09:00:00Z"})) == []


def test_a_contained_resource_may_be_pointed_to_by_a_canonical_or_point_to_its_container():
    questionnaire = {"resourceType": "Questionnaire", "id": "q", "status": "draft"}
    assert (
        found({"resourceType": "QuestionnaireResponse", "contained": [questionnaire], "questionnaire": "#q"})
        == []
    )
    provenance = {"resourceType": "Provenance", "id": "p", "target": [{"reference": "#"}]}
    assert found({"resourceType": "Basic", "contained": [provenance]}) == []


def test_a_bundled_resource_is_judged_against_what_it_contains_itself():
    other = {"resourceType": "Basic", "subject": {"reference": "#p"}}
    both = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": contained()}, {"resource": other}],
    }
    assert found(both) == [("ref-1", "Bundle.entry[1].resource.subject")]
