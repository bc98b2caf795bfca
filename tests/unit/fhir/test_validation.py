from service.fhir.validation import problems, warnings

PROBLEM = {
    "resourceType": "Condition",
    "subject": {"reference": "Patient/1"},
    "category": [{"coding": [{"code": "problem-list-item"}]}],
}


def test_advice_is_no_problem():
    assert problems(PROBLEM) == ()
    assert [(one.path, one.rule) for one in warnings(PROBLEM)] == [("Condition", "con-3")]


def test_each_kind_of_problem_is_found():
    plan = {
        "resourceType": "CarePlan",
        "status": "bogus",
        "intent": "plan",
        "subject": {"reference": "Goal/1"},
        "activity": [{"reference": {"reference": "Task/1"}, "detail": {"status": "completed"}}],
    }
    assert {(one.path, one.rule) for one in problems(plan)} == {
        ("CarePlan.status", "binding"),
        ("CarePlan.subject", "target"),
        ("CarePlan.activity[0]", "cpl-3"),
    }


def test_invariants_are_not_judged_on_a_broken_structure():
    plan = {"resourceType": "CarePlan", "status": "bogus", "activity": [{"reference": "x", "detail": "y"}]}
    assert {one.rule for one in problems(plan)} == {"structure", "binding"}
