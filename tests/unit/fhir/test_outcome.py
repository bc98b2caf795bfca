import pytest

from service.fhir.outcome import OutcomeIssue, Severity, build_outcome, read_outcome
from service.fhir.validation import problems

STALE = OutcomeIssue(
    severity=Severity.ERROR,
    code="conflict",
    diagnostics="HAPI-0989",
    expression=("CarePlan.status", "CarePlan.goal"),
)
BARE = OutcomeIssue(severity=Severity.WARNING, code="invalid")


@pytest.mark.parametrize("issues", [(STALE,), (BARE,), (STALE, BARE)], ids=["full", "bare", "two"])
def test_what_is_built_is_read_back_and_valid(issues):
    assert read_outcome(build_outcome(issues)) == issues
    assert problems(build_outcome(issues)) == ()


def test_no_issue_is_told_as_all_ok():
    built = build_outcome(issue for issue in ())
    assert [issue.severity for issue in read_outcome(built)] == [Severity.INFORMATION]
    assert problems(built) == ()


READ = {
    "expression before location": (
        {"expression": ["CarePlan.status"], "location": ["/f:CarePlan/f:status"]},
        ("CarePlan.status",),
    ),
    "location without lines": ({"location": ["CarePlan.status", "Line[1] Col[23]"]}, ("CarePlan.status",)),
    "neither": ({}, ()),
    "of the wrong shape": ({"expression": "CarePlan.status"}, ()),
}


@pytest.mark.parametrize(("said", "places"), READ.values(), ids=READ)
def test_the_place_is_read_from_where_servers_write_it(said, places):
    issue = {"severity": "error", "code": "invalid", **said}
    (read,) = read_outcome({"resourceType": "OperationOutcome", "issue": [issue]})
    assert read.expression == places


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"diagnostics": "a", "details": {"text": "b"}}, "a"),
        ({"details": {"text": "b"}}, "b"),
        ({"details": "x"}, ""),
    ],
)
def test_the_words_are_the_diagnostics_else_the_details(said, words):
    (read,) = read_outcome({"resourceType": "OperationOutcome", "issue": [{"severity": "error", **said}]})
    assert (read.diagnostics, read.code) == (words, "")


def test_a_severity_that_r4_does_not_know_counts_as_an_error():
    (read,) = read_outcome({"resourceType": "OperationOutcome", "issue": [{"severity": "catastrophe"}]})
    assert read.severity is Severity.ERROR


@pytest.mark.parametrize(
    "body",
    [
        None,
        "x",
        [],
        {},
        {"resourceType": "Patient", "issue": [{}]},
        {"resourceType": "OperationOutcome", "issue": 1},
    ],
)
def test_what_is_no_outcome_has_no_issues(body):
    assert read_outcome(body) == ()


def test_what_is_no_issue_is_passed_over():
    assert read_outcome({"resourceType": "OperationOutcome", "issue": ["x", None]}) == ()


def test_errors_stop_and_advice_does_not():
    assert {severity for severity in Severity if severity.stops} == {Severity.FATAL, Severity.ERROR}
