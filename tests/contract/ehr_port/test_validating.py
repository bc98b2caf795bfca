"""A server's verdict on a resource, without keeping it."""

import pytest

from service.ports.ehr import Ehr, Rejected

WHOLE = {
    "resourceType": "Patient",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Contract</div>'},
    "active": True,
}


def test_a_sound_resource_has_no_issue_that_stops_it(chart: Ehr) -> None:
    assert not [issue for issue in chart.validate(WHOLE) if issue.severity.stops]


def test_what_is_missing_is_named_with_its_place(chart: Ehr) -> None:
    stopping = [issue for issue in chart.validate({"resourceType": "CarePlan"}) if issue.severity.stops]
    assert any("subject" in f"{issue.diagnostics} {issue.expression}" for issue in stopping)
    assert all(issue.expression for issue in stopping)


def test_what_cannot_even_be_parsed_is_a_verdict_too(chart: Ehr) -> None:
    verdict = chart.validate({**WHOLE, "gender": "bogus"})
    assert any("bogus" in issue.diagnostics for issue in verdict if issue.severity.stops)


def test_a_type_that_nobody_knows_has_no_verdict(chart: Ehr) -> None:
    with pytest.raises(Rejected):
        chart.validate({"resourceType": "Nonsense"})
