"""A search sees the chart as it is now, and all of it."""

from collections.abc import Callable

import pytest

from service.fhir.json import JsonObject
from service.ports.ehr import Create, Ehr, Rejected, Update

APatient = Callable[..., JsonObject]
Creating = Callable[..., Create]


def by_identifier(patient: JsonObject) -> dict[str, str]:
    (identifier,) = patient["identifier"]
    return {"identifier": f"{identifier['system']}|{identifier['value']}"}


def test_a_write_is_seen_by_the_very_next_search(chart: Ehr, a_patient: APatient, creating: Creating) -> None:
    patient = a_patient(active=True)
    assert list(chart.search("Patient", by_identifier(patient))) == []
    made = chart.write(creating(patient))
    (found,) = chart.search("Patient", by_identifier(patient))
    assert (found.reference, found.version, found.resource) == (made.reference, "1", made.resource)
    changed = {**(made.resource or {}), "active": False}
    chart.write(Update(reference=made.reference, resource=changed, if_version="1"))
    (found,) = chart.search("Patient", by_identifier(patient))
    assert (found.version, found.resource["active"]) == ("2", False)


def test_every_page_is_read(chart: Ehr, a_patient: APatient, fresh: Callable[[], str]) -> None:
    family = f"Many{fresh().replace('-', '')}"
    made = {
        chart.write(Create(resource=a_patient(name=[{"family": family}]), if_none_exist=None)).reference
        for _ in range(7)
    }
    found = [held.reference for held in chart.search("Patient", {"family": family, "_count": "2"})]
    assert len(found) == len(set(found))
    assert set(found) == made


def test_everybody_who_is_looked_for_by_identifier_is_found(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    many = [a_patient() for _ in range(25)]
    made = {one.reference for one in chart.transact([creating(one) for one in many])}
    wanted = ",".join(by_identifier(one)["identifier"] for one in many)
    found = [held.reference for held in chart.search("Patient", {"identifier": wanted})]
    assert len(found) == len(set(found))
    assert set(found) == made


def test_what_was_asked_to_be_included_comes_along(
    chart: Ehr, a_patient: APatient, creating: Creating
) -> None:
    patient = chart.write(creating(a_patient()))
    subject = {"reference": patient.reference}
    plan = chart.write(
        Create(
            resource={"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": subject},
            if_none_exist=None,
        )
    )
    params = {"subject": patient.reference, "_include": "CarePlan:subject"}
    found = {held.reference for held in chart.search("CarePlan", params)}
    assert found == {plan.reference, patient.reference}


def test_a_parameter_that_the_server_does_not_know_is_refused_and_not_dropped(chart: Ehr) -> None:
    with pytest.raises(Rejected):
        list(chart.search("Patient", {"shoe-size": "43"}))
