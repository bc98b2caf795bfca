"""The server's words point at one change, or at none."""

import pytest
import responses

from service.ehr.blame import guilty
from service.ehr.gateway import Gateway
from service.fhir.outcome import OutcomeIssue, Severity
from service.ports.ehr import Create, PutNew, Rejected, Update

PATIENT = {"resourceType": "Patient"}
CHANGES = [
    Create(resource=PATIENT, if_none_exist="identifier=urn:t|1"),
    Create(resource=PATIENT, if_none_exist="identifier=urn:t|12"),
    Create(resource={"resourceType": "CarePlan"}, if_none_exist=None, full_url="urn:uuid:1-2"),
    Update(reference="Goal/7", resource={"resourceType": "Goal"}, if_version="1"),
    PutNew(reference="Goal/77", resource={"resourceType": "Goal"}),
]


@pytest.mark.parametrize(
    ("diagnostics", "expression", "place"),
    [
        ("HAPI-1094: Resource Patient/x not found, specified in path: CarePlan.subject", (), 2),
        ("HAPI-0989: Trying to update Goal/7/_history/9 but this is not the current version", (), 3),
        ("Failed to PUT Goal/77.", (), 4),
        ('HAPI-0958: Failed to CREATE Patient with match URL "identifier=urn:t|1" because', (), 0),
        ('HAPI-0958: Failed to CREATE Patient with match URL "identifier=urn:t|12" because', (), 1),
        ("cannot resolve urn:uuid:1-2", (), 2),
        ("", ("Bundle.entry[1].resource.ofType(Patient).name",), 1),
        ("bad value at Bundle.entry[4]", (), 4),
        ("Goal/7 in a wrong place", ("Bundle.entry[2]",), 2),
        ("", ("Bundle.entry[1]", "Bundle.entry[2]"), None),
        ("", ("Bundle.entry[99]",), None),
        ("Goal.description is missing", (), None),
        ("Patient.name is missing", (), None),
        ("something went wrong", (), None),
        ("MyCarePlan.subject", (), None),
    ],
)
def test_the_guilty_change_is_named_when_the_words_tell(
    diagnostics: str, expression: tuple[str, ...], place: int | None
) -> None:
    issue = OutcomeIssue(
        severity=Severity.ERROR, code="processing", diagnostics=diagnostics, expression=expression
    )
    assert guilty(CHANGES, [issue]) == place


def test_a_warning_accuses_nobody() -> None:
    issue = OutcomeIssue(severity=Severity.WARNING, code="x", expression=("Bundle.entry[1]",))
    assert guilty(CHANGES, [issue]) is None


def test_a_refused_transaction_names_its_guilty_entry(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    issue = {"severity": "error", "code": "processing", "diagnostics": "specified in path: CarePlan.subject"}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    server.post("http://ehr.test/fhir", json=outcome, status=400)
    with pytest.raises(Rejected) as caught:
        gateway.transact(CHANGES)
    assert caught.value.entry == 2
