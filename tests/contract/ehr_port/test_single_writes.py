"""One change at a time: made once, never over a version that we have not seen."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from service.fhir.json import JsonObject
from service.ports.ehr import (
    Capabilities,
    Create,
    Ehr,
    Missing,
    PutNew,
    Rejected,
    SeveralMatch,
    Stale,
    Update,
)

APatient = Callable[..., JsonObject]
Creating = Callable[..., Create]


def test_a_server_states_what_it_can_do(chart: Ehr) -> None:
    stated = chart.capabilities()
    assert stated.fhir_version == "4.0.1"
    assert stated.transaction
    for interaction in ("read", "create", "update", "search-type"):
        assert stated.can("CarePlan", interaction)
    assert stated.of("MedicationRequest").conditional_create
    assert Capabilities.from_json(stated.to_json()) == stated


def test_what_was_created_is_read_back_as_it_was_kept(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    made = chart.write(creating(a_patient(birthDate="1980-02-29")))
    assert (made.created, made.status, made.version) == (True, 201, "1")
    found = chart.read(made.reference)
    assert (found.reference, found.version) == (made.reference, made.version)
    assert found.last_updated == made.last_updated
    assert found.resource == made.resource
    assert found.resource["birthDate"] == "1980-02-29"


def test_a_second_create_of_one_thing_finds_the_first(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    patient = a_patient(active=True)
    first = chart.write(creating(patient))
    again = chart.write(creating({**patient, "active": False}))
    assert (again.created, again.reference, again.version) == (False, first.reference, "1")
    assert again.resource is not None
    assert again.resource["active"] is True


def test_several_holders_of_one_identity_stop_a_create(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    patient = a_patient()
    for _ in range(2):
        chart.write(Create(resource=patient, if_none_exist=None))
    with pytest.raises(SeveralMatch):
        chart.write(creating(patient))


def test_an_update_of_the_version_that_was_read_is_made(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    made = chart.write(creating(a_patient(active=True)))
    held = chart.read(made.reference)
    changed = chart.write(
        Update(
            reference=held.reference,
            resource={**held.resource, "active": False},
            if_version=str(held.version),
        )
    )
    assert (changed.created, changed.status, changed.version) == (False, 200, "2")
    assert chart.read(made.reference).resource["active"] is False


def test_an_update_of_an_older_version_is_stale_and_changes_nothing(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    made = chart.write(creating(a_patient(gender="other")))
    resource = {**(made.resource or {}), "gender": "female"}
    chart.write(Update(reference=made.reference, resource=resource, if_version="1"))
    with pytest.raises(Stale) as caught:
        chart.write(Update(reference=made.reference, resource={**resource, "gender": "male"}, if_version="1"))
    assert caught.value.status in {409, 412}
    assert chart.read(made.reference).resource["gender"] == "female"


def test_an_update_that_says_the_same_makes_no_version(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    made = chart.write(creating(a_patient()))
    same = chart.write(Update(reference=made.reference, resource=made.resource or {}, if_version="1"))
    assert same.version == "1"


def test_an_id_of_our_own_makes_the_resource_there(
    chart: Ehr, a_patient: APatient, fresh: Callable[[], str]
) -> None:
    reference = f"Patient/own-{fresh()}"
    made = chart.write(PutNew(reference=reference, resource=a_patient()))
    assert (made.created, made.reference, made.version) == (True, reference, "1")


def test_a_decimal_keeps_its_digits(chart: Ehr, a_patient: APatient, creating: Creating) -> None:
    extension = [{"url": "http://example.org/dose", "valueDecimal": Decimal("1.50")}]
    made = chart.write(creating(a_patient(extension=extension)))
    kept = chart.read(made.reference).resource["extension"][0]["valueDecimal"]
    assert str(kept) == "1.50"


def test_what_never_was_is_missing(chart: Ehr, fresh: Callable[[], str]) -> None:
    with pytest.raises(Missing):
        chart.read(f"Patient/never-{fresh()}")


def test_an_impossible_resource_is_rejected_with_the_server_s_words(chart: Ehr) -> None:
    with pytest.raises(Rejected) as caught:
        chart.write(Create(resource={"resourceType": "CarePlan", "status": "bogus"}, if_none_exist=None))
    assert caught.value.status in {400, 422}
    assert any("bogus" in issue.diagnostics for issue in caught.value.issues)
    assert "bogus" not in str(caught.value)


def test_a_reference_to_nobody_is_rejected(chart: Ehr, fresh: Callable[[], str]) -> None:
    subject = {"reference": f"Patient/nobody-{fresh()}"}
    plan = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": subject}
    with pytest.raises(Rejected) as caught:
        chart.write(Create(resource=plan, if_none_exist=None))
    assert caught.value.issues


def test_an_unknown_type_is_rejected(chart: Ehr) -> None:
    with pytest.raises(Rejected):
        chart.write(Create(resource={"resourceType": "Nonsense"}, if_none_exist=None))
