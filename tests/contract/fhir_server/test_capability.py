"""What the server says of itself."""

from typing import Any

import pytest

from tests.contract.fhir_server.client import Client

PARAMETERS = {
    "Patient": {"identifier", "name", "family", "birthdate", "active", "_id", "_lastUpdated"},
    "CarePlan": {"identifier", "patient", "subject", "status", "intent", "category", "date", "based-on"},
    "MedicationRequest": {"identifier", "patient", "status", "intent", "code", "authoredon"},
    "Appointment": {"identifier", "patient", "actor", "practitioner", "status", "date"},
    "Provenance": {"target", "recorded"},
    "Goal": {"identifier", "patient", "lifecycle-status"},
}


@pytest.fixture(scope="session")
def statement(ehr: str) -> dict[str, Any]:
    return Client(ehr).get("/metadata").json()


def test_the_server_names_its_version_its_formats_and_itself(statement: dict[str, Any]) -> None:
    assert statement["resourceType"] == "CapabilityStatement"
    assert statement["fhirVersion"] == "4.0.1"
    assert "application/fhir+json" in statement["format"]
    assert "application/json-patch+json" in statement["patchFormat"]
    assert statement["software"]["name"]


def test_the_server_declares_what_tandem_uses(statement: dict[str, Any]) -> None:
    rest = statement["rest"][0]
    assert {"transaction", "history-system"} <= {one["code"] for one in rest["interaction"]}
    declared = {one["type"]: one for one in rest["resource"]}
    for kind, wanted in PARAMETERS.items():
        one = declared[kind]
        assert wanted <= {parameter["name"] for parameter in one["searchParam"]}
        interactions = {interaction["code"] for interaction in one["interaction"]}
        assert interactions == {
            "read",
            "vread",
            "create",
            "update",
            "patch",
            "delete",
            "search-type",
            "history-type",
            "history-instance",
        }
        assert (one["versioning"], one["conditionalCreate"]) == ("versioned-update", True)
        assert f"{kind}:patient" in one["searchInclude"] or kind == "Patient"
