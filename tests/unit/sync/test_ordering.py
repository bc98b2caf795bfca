"""In which order resources go out one by one."""

from itertools import permutations

from service.mapping.references import Key
from service.sync.ordering import in_reference_order, stage

PLAN, GOAL, SESSION, PATIENT = (Key(kind, "1") for kind in ("CarePlan", "Goal", "Encounter", "Patient"))
OLD, NEW, COURSE = Key("MedicationRequest", "1"), Key("MedicationRequest", "2"), Key("ServiceRequest", "1")


def to(*keys):
    return [{"reference": key.urn} for key in keys]


GRAPH = {
    PLAN: {
        "resourceType": "CarePlan",
        "status": "active",
        "goal": to(GOAL),
        "activity": [{"reference": one} for one in to(SESSION, COURSE)],
    },
    GOAL: {"resourceType": "Goal", "subject": to(PATIENT)[0]},
    SESSION: {"resourceType": "Encounter", "basedOn": to(PLAN)},
    PATIENT: {"resourceType": "Patient"},
    COURSE: {"resourceType": "ServiceRequest", "basedOn": to(PLAN)},
    OLD: {"resourceType": "MedicationRequest", "subject": {"reference": "Patient/1"}},
    NEW: {
        "resourceType": "MedicationRequest",
        "priorPrescription": to(OLD)[0],
        "supportingInformation": to(COURSE),
    },
}


def place(order, key):
    return next(n for n, unit in enumerate(order) if key in unit)


def test_what_is_referred_to_goes_before_what_refers_to_it():
    order = in_reference_order(GRAPH)
    assert sorted(key for unit in order for key in unit) == sorted(GRAPH)
    for before, after in ((PATIENT, GOAL), (GOAL, PLAN), (PLAN, SESSION), (PLAN, COURSE), (OLD, NEW)):
        assert place(order, before) < place(order, after)


def test_a_set_goes_out_at_once_when_all_that_it_needs_is_there():
    order = in_reference_order(GRAPH, [(OLD, NEW)])
    assert (OLD, NEW) in order
    assert place(order, COURSE) < place(order, NEW)


def test_the_order_does_not_depend_on_the_order_of_asking():
    some = (PLAN, GOAL, SESSION, PATIENT)
    orders = {in_reference_order({key: GRAPH[key] for key in one}) for one in permutations(some)}
    assert len(orders) == 1


def test_a_resource_may_refer_to_itself_and_to_what_is_in_the_chart():
    assert in_reference_order({GOAL: {"resourceType": "Goal", "addresses": to(GOAL, PATIENT)}}) == ((GOAL,),)


def test_a_staged_plan_claims_nothing():
    assert stage(GRAPH[PLAN]) == {"resourceType": "CarePlan", "status": "draft", "goal": to(GOAL)}
    assert "activity" in GRAPH[PLAN]
