"""What is wrong with a plan as FHIR."""

from service.application.examine_plan import Finding, ask_server, examine, of_draft
from service.fhir.outcome import OutcomeIssue, Severity
from service.mapping.references import Key
from tests.builders import DIRECTORY, the_full_plan

KEY = Key("Goal", "1")


class Judge:
    """A server that finds what it is told to find."""

    def __init__(self, *issues):
        self.issues = issues

    def validate(self, resource, profile=None):
        return self.issues


def test_nothing_is_wrong_with_a_plan_that_we_render():
    assert list(examine(of_draft(the_full_plan(), DIRECTORY, None))) == []


def test_what_our_rules_forbid_is_named_by_resource_rule_and_path():
    goal = {"resourceType": "Goal", "lifecycleStatus": "bogus", "description": {"text": "x"}}
    found = list(examine({KEY: {**goal, "subject": {"reference": "Patient/1"}}}))
    assert [(one.key, one.path) for one in found] == [(KEY, "Goal.lifecycleStatus")]


def test_only_the_errors_of_a_server_are_findings():
    error = OutcomeIssue(severity=Severity.ERROR, code="invalid", expression=("Goal.a", "Goal.b"))
    wordy = OutcomeIssue(severity=Severity.FATAL, code="invalid", diagnostics="words")
    warning = OutcomeIssue(severity=Severity.WARNING, code="informational", diagnostics="hint")
    assert list(ask_server(KEY, {}, Judge(error, warning, wordy))) == [
        Finding(key=KEY, by="server", path="Goal.a, Goal.b", words="invalid"),
        Finding(key=KEY, by="server", path="", words="words"),
    ]
