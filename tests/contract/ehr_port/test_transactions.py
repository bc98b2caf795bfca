"""Several changes: all of them or none, each with its own condition and its own answer."""

from collections.abc import Callable

import pytest

from service.fhir.json import JsonObject
from service.ports.ehr import Create, Ehr, Missing, PutNew, Rejected, SeveralMatch, Stale, Update

APatient = Callable[..., JsonObject]
Creating = Callable[..., Create]
Fresh = Callable[[], str]


def plan_for(subject: str) -> JsonObject:
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": subject},
    }


def test_a_transaction_makes_all_its_changes_and_answers_in_order(
    chart: Ehr, a_patient: APatient, creating: Creating, fresh: Fresh
) -> None:
    existing, known = chart.write(creating(a_patient(active=True))), a_patient()
    hit = chart.write(creating(known))
    own, urn = f"Patient/own-{fresh()}", f"urn:uuid:{fresh()}"
    answers = chart.transact(
        [
            Create(resource=plan_for(urn), if_none_exist=None),
            Update(
                reference=existing.reference,
                resource={**(existing.resource or {}), "active": False},
                if_version="1",
            ),
            PutNew(reference=own, resource=a_patient()),
            creating(a_patient(), full_url=urn),
            creating(known),
        ]
    )
    plan, changed, put, patient, found = answers
    assert [one.created for one in answers] == [True, False, True, True, False]
    assert plan.resource is not None
    assert plan.resource["subject"]["reference"] == patient.reference
    assert (changed.reference, changed.version) == (existing.reference, "2")
    assert (put.reference, put.version) == (own, "1")
    assert (found.reference, found.version) == (hit.reference, "1")
    for one in answers:
        held = chart.read(one.reference)
        assert (held.version, held.last_updated, held.resource) == (
            one.version,
            one.last_updated,
            one.resource,
        )


def test_one_stale_update_undoes_the_whole_transaction(
    chart: Ehr, a_patient: APatient, creating: Creating, fresh: Fresh
) -> None:
    made = chart.write(creating(a_patient(active=True)))
    own = f"Patient/own-{fresh()}"
    with pytest.raises(Stale) as caught:
        chart.transact(
            [
                PutNew(reference=own, resource=a_patient()),
                Update(reference=made.reference, resource=made.resource or {}, if_version="7"),
            ]
        )
    assert caught.value.entry == 1
    with pytest.raises(Missing):
        chart.read(own)


def test_one_reference_to_nobody_undoes_the_whole_transaction_and_is_named(
    chart: Ehr, a_patient: APatient, fresh: Fresh
) -> None:
    own = f"Patient/own-{fresh()}"
    with pytest.raises(Rejected) as caught:
        chart.transact(
            [
                PutNew(reference=own, resource=a_patient()),
                Create(resource=plan_for(f"Patient/nobody-{fresh()}"), if_none_exist=None),
            ]
        )
    assert caught.value.entry == 1
    assert caught.value.issues
    with pytest.raises(Missing):
        chart.read(own)


def test_an_identity_with_several_holders_undoes_the_whole_transaction(
    chart: Ehr, a_patient: APatient, creating: Creating, fresh: Fresh
) -> None:
    claimed, own = a_patient(), f"Patient/own-{fresh()}"
    for _ in range(2):
        chart.write(Create(resource=claimed, if_none_exist=None))
    with pytest.raises(SeveralMatch) as caught:
        chart.transact([PutNew(reference=own, resource=a_patient()), creating(claimed)])
    assert caught.value.entry == 1
    with pytest.raises(Missing):
        chart.read(own)


def test_two_changes_of_one_identity_are_refused_before_they_are_sent(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    patient = a_patient()
    with pytest.raises(Rejected):
        chart.transact([creating(patient), creating(patient)])
    search = chart.search("Patient", {"identifier": patient["identifier"][0]["value"]})
    assert list(search) == []
