"""What a server states becomes what we count on, and nothing more."""

import pytest
import responses

from service.ehr.capability import capabilities_of
from service.ehr.gateway import Gateway
from service.fhir.json import dumps, loads
from service.ports.ehr import Capabilities, NotFhir, TypeCapability
from tests.data import capability_statement

BASE = "http://ehr.test/fhir"
CREATES = {"type": "Goal", "interaction": [{"code": "create"}]}


def statement(**members: object) -> dict[str, object]:
    return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", **members}


def test_hapi_offers_transactions_and_conditional_creates() -> None:
    hapi = capabilities_of(capability_statement("hapi-jpa-8.8.0"))
    assert hapi.software == "HAPI FHIR Server 8.8.0"
    assert (hapi.transaction, hapi.batch) == (True, False)
    care_plan = hapi.of("CarePlan")
    assert {"read", "create", "update", "patch", "search-type"} <= care_plan.interactions
    assert (care_plan.conditional_create, care_plan.conditional_update) == (True, True)
    assert care_plan.versioning == "versioned-update"
    assert {"identifier", "_lastUpdated", "subject"} <= care_plan.search_params
    assert "CarePlan:goal" in care_plan.search_includes
    assert "application/json-patch+json" in hapi.patch_formats


def test_oracle_offers_batches_and_a_care_plan_to_read_only() -> None:
    oracle = capabilities_of(capability_statement("oracle-health-r4-2026-08-14"))
    assert (oracle.transaction, oracle.batch) == (False, True)
    assert oracle.can("CarePlan", "read")
    assert not oracle.can("CarePlan", "create")
    assert oracle.can("MedicationRequest", "create")
    assert not oracle.can("Task", "read")
    assert oracle.of("CarePlan").supported_profiles


@pytest.mark.parametrize("name", ["hapi-jpa-8.8.0", "oracle-health-r4-2026-08-14"])
def test_capabilities_outlive_a_restart(name: str) -> None:
    stated = capabilities_of(capability_statement(name))
    assert Capabilities.from_json(loads(dumps(stated.to_json()))) == stated


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "states no FHIR capabilities"),
        ({}, "states no FHIR capabilities"),
        ({"resourceType": "Patient"}, "states no FHIR capabilities"),
        ({"resourceType": "Conformance", "fhirVersion": "1.0.2"}, "speaks FHIR 1.0.2"),
        (statement(fhirVersion="3.0.2"), "speaks FHIR 3.0.2"),
        (statement(fhirVersion="4.3.0"), "speaks FHIR 4.3.0"),
        (statement(fhirVersion="5.0.0"), "speaks FHIR 5.0.0"),
        (statement(fhirVersion="4.0.1 <script>"), "an unreadable version"),
        (statement(fhirVersion=None), "speaks FHIR None"),
        (statement(format=["application/fhir+xml"]), "no JSON"),
    ],
)
def test_anything_but_r4_in_json_is_refused_by_name(body: dict[str, object] | None, says: str) -> None:
    with pytest.raises(NotFhir, match=says):
        capabilities_of(body)


@pytest.mark.parametrize(
    ("versioning", "guarded"),
    [("versioned-update", True), (None, True), ("versioned", False), ("no-version", False)],
)
def test_a_server_that_states_less_than_versioned_updates_promises_no_guard(
    versioning: str | None, guarded: bool
) -> None:
    resource = [{"type": "Goal", "interaction": [{"code": "update"}], "versioning": versioning}]
    stated = capabilities_of(statement(rest=[{"resource": resource}]))
    assert stated.guards("Goal") is guarded
    assert stated.overridden({"types": {"Goal": {"versioning": "versioned-update"}}}).guards("Goal")


def test_what_was_seen_to_overwrite_is_unguarded_whatever_is_stated() -> None:
    hapi = capabilities_of(capability_statement("hapi-jpa-8.8.0"))
    seen = hapi.seen_to_overwrite(["Goal"])
    assert (seen.guards("Goal"), seen.guards("Task")) == (False, True)
    assert Capabilities.from_json(loads(dumps(seen.to_json()))) == seen
    assert seen.overridden({"overwrites": []}).guards("Goal")


def test_a_bare_statement_offers_nothing() -> None:
    bare = capabilities_of(statement())
    assert bare == Capabilities(fhir_version="4.0.1")
    assert bare.of("Goal") == TypeCapability()


def test_what_the_server_would_do_as_a_client_does_not_count() -> None:
    sides = [{"mode": "client", "resource": [CREATES]}, {"mode": "server", "resource": []}]
    assert not capabilities_of(statement(rest=sides)).can("Goal", "create")
    assert capabilities_of(statement(rest=[{"resource": [CREATES]}])).can("Goal", "create")


@pytest.mark.parametrize(
    ("software", "named"),
    [
        ({"name": "X"}, "X"),
        ({"version": "2"}, "2"),
        ({}, None),
        ("X", None),
    ],
)
def test_software_is_named_as_far_as_it_is_stated(software: object, named: str | None) -> None:
    assert capabilities_of(statement(software=software)).software == named


def test_the_operator_s_word_wins_over_the_server_s() -> None:
    stated = capabilities_of(capability_statement("hapi-jpa-8.8.0"))
    words = {"batch": True, "types": {"CarePlan": {"update_create": True}, "Own": {"interactions": ["read"]}}}
    told = stated.overridden(words)
    assert (told.batch, told.transaction) == (True, True)
    assert told.of("CarePlan").update_create
    assert told.of("CarePlan").interactions == stated.of("CarePlan").interactions
    assert told.can("Own", "read")
    assert told.of("Goal") == stated.of("Goal")


def test_the_gateway_asks_the_server_itself(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/metadata", json=statement(rest=[{"interaction": [{"code": "transaction"}]}]))
    assert gateway.capabilities().transaction
