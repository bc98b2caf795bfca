"""Transactions and batches (rows 1, 7, 16, 22)."""

import base64
import json
from typing import Any

import pytest

from tests.contract.fhir_server.client import (
    IDENTIFIERS,
    JSON_PATCH,
    Client,
    entry,
    goal,
    identifier,
    named,
    patient,
    unique,
    urn,
    words,
)


def responses(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["response"] for one in bundle.get("entry", [])]


def statuses(bundle: dict[str, Any]) -> list[str]:
    return [one["status"][:3] for one in responses(bundle)]


def condition(value: str) -> str:
    return f"identifier={IDENTIFIERS}|{value}"


def test_a_transaction_resolves_its_own_urls_and_answers_in_order(chart: Client) -> None:
    person, aim = urn(), urn()
    answer = chart.bundle(
        "transaction",
        entry("POST", "Goal", goal(person), aim),
        entry("POST", "Patient", patient(), person),
    )
    first, second = responses(answer.json())
    assert answer.json()["type"] == "transaction-response"
    assert first["location"].startswith("Goal/")
    assert second["location"].startswith("Patient/")
    assert [first["etag"], second["etag"]] == ["1", "1"]
    assert "resource" not in answer.json()["entry"][0]
    kept = chart.get("/" + first["location"].partition("/_history")[0]).json()
    assert second["location"].startswith(kept["subject"]["reference"] + "/")


def test_representation_is_sent_when_preferred(chart: Client) -> None:
    answer = chart.bundle("transaction", entry("POST", "Patient", patient()), Prefer="return=representation")
    assert answer.json()["entry"][0]["resource"]["resourceType"] == "Patient"


def test_resources_that_point_at_each_other_go_in_one_transaction(chart: Client, ada: str) -> None:
    old, new = urn(), urn()

    def request(prior: str) -> dict[str, Any]:
        return {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "plan",
            "medicationCodeableConcept": {"text": "Sertraline"},
            "subject": {"reference": ada},
            "priorPrescription": {"reference": prior},
        }

    answer = chart.bundle(
        "transaction",
        entry("POST", "MedicationRequest", request(new), old),
        entry("POST", "MedicationRequest", request(old), new),
    )
    assert statuses(answer.json()) == ["201", "201"]


def test_a_transaction_fails_as_a_whole(chart: Client) -> None:
    value = unique()
    answer = chart.bundle(
        "transaction",
        entry("POST", "Patient", patient(identifier=identifier(value)), urn()),
        entry("POST", "Goal", goal(f"Patient/{unique()}x"), urn()),
    )
    assert answer.status_code == 400
    assert words(answer)
    assert chart.found(f"/Patient?{condition(value)}") == []


def test_a_stale_version_stops_a_transaction_with_409(chart: Client, ada: str) -> None:
    aim = chart.made(goal(ada))
    changed = goal(ada, id=aim["id"], lifecycleStatus="completed")
    stale = chart.bundle("transaction", entry("PUT", named(aim), changed, ifMatch='W/"9"'))
    fresh = chart.bundle("transaction", entry("PUT", named(aim), changed, ifMatch='W/"1"'))
    assert stale.status_code == 409
    assert responses(fresh.json())[0]["etag"] == "2"


def test_a_conditional_create_in_a_transaction_finds_or_makes(chart: Client) -> None:
    value, person = unique(), urn()
    entries = (
        entry(
            "POST",
            "Patient",
            patient(identifier=identifier(value)),
            person,
            ifNoneExist=condition(value),
        ),
        entry("POST", "Goal", goal(person), urn()),
    )
    first = chart.bundle("transaction", *entries).json()
    second = chart.bundle("transaction", *entries).json()
    assert statuses(first) == ["201", "201"]
    assert statuses(second) == ["200", "201"]
    assert responses(first)[0]["location"] == responses(second)[0]["location"]


def test_several_matches_stop_a_transaction_with_412(chart: Client) -> None:
    value = unique()
    resource = patient(identifier=identifier(value))
    chart.made(resource)
    chart.made(resource)
    answer = chart.bundle("transaction", entry("POST", "Patient", resource, ifNoneExist=condition(value)))
    assert answer.status_code == 412


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_second_entry_with_the_same_condition_is_dropped_without_a_word(
    chart: Client, ada: str, method: str
) -> None:
    query = condition(unique())
    value = query.partition("|")[2]
    url = f"Goal?{query}" if method == "PUT" else "Goal"
    request = {} if method == "PUT" else {"ifNoneExist": query}
    both = [
        entry(method, url, goal(ada, identifier=identifier(value), lifecycleStatus=status), urn(), **request)
        for status in ("active", "completed")
    ]
    answer = chart.bundle("transaction", *both)
    assert statuses(answer.json()) == ["201"]
    assert len(chart.found(f"/Goal?{query}")) == 1


def test_a_second_entry_with_the_same_condition_and_no_full_url_is_refused(chart: Client, ada: str) -> None:
    value = unique()
    one = entry("POST", "Goal", goal(ada, identifier=identifier(value)), ifNoneExist=condition(value))
    assert chart.bundle("transaction", one, one).status_code == 400


def test_the_same_resource_twice_is_refused(chart: Client, ada: str) -> None:
    one = entry("PUT", ada, patient(id=ada.partition("/")[2], gender="male"))
    assert chart.bundle("transaction", one, one).status_code == 400


def test_a_conditional_reference_is_resolved_or_stops_the_transaction(chart: Client) -> None:
    value = unique()
    chart.made(patient(identifier=identifier(value)))
    known = chart.bundle("transaction", entry("POST", "Goal", goal(f"Patient?{condition(value)}")))
    unknown = chart.bundle("transaction", entry("POST", "Goal", goal(f"Patient?{condition(unique())}")))
    assert (known.status_code, unknown.status_code) == (200, 404)


def test_a_client_chosen_id_can_be_referred_to(chart: Client) -> None:
    mine = f"x{unique()}"
    answer = chart.bundle(
        "transaction",
        entry("POST", "Goal", goal(f"Patient/{mine}"), urn()),
        entry("PUT", f"Patient/{mine}", patient(id=mine), f"{chart.base}/Patient/{mine}"),
    )
    assert statuses(answer.json()) == ["201", "201"]


def test_equal_content_makes_no_new_version_in_a_transaction(chart: Client) -> None:
    mine = f"x{unique()}"
    put = entry("PUT", f"Patient/{mine}", patient(id=mine))
    first = chart.bundle("transaction", put).json()
    second = chart.bundle("transaction", put).json()
    assert [statuses(first), statuses(second)] == [["201"], ["200"]]
    assert responses(second)[0]["etag"] == "1"


def test_what_refers_to_each_other_can_be_deleted_together(chart: Client, ada: str) -> None:
    aim = chart.made(goal(ada))
    alone = chart.bundle("transaction", entry("DELETE", ada))
    together = chart.bundle("transaction", entry("DELETE", ada), entry("DELETE", named(aim)))
    assert alone.status_code == 409
    assert statuses(together.json()) == ["204", "204"]


def test_a_patch_travels_in_a_binary(chart: Client, ada: str) -> None:
    operations = json.dumps([{"op": "add", "path": "/birthDate", "value": "1999-01-01"}]).encode()
    binary = {
        "resourceType": "Binary",
        "contentType": JSON_PATCH,
        "data": base64.b64encode(operations).decode(),
    }
    done = chart.bundle("transaction", entry("PATCH", ada, binary, ifMatch='W/"1"'))
    stale = chart.bundle("transaction", entry("PATCH", ada, binary, ifMatch='W/"1"'))
    assert responses(done.json())[0]["etag"] == "2"
    assert stale.status_code == 409


def test_reads_and_searches_can_be_asked_in_a_bundle(chart: Client, ada: str) -> None:
    key = ada.partition("/")[2]
    for kind in ("transaction", "batch"):
        entries = chart.bundle(
            kind,
            entry("GET", ada),
            entry("GET", f"Patient?_id={key}"),
            entry("GET", f"Patient/{unique()}x"),
        ).json()["entry"]
        assert [one["response"]["status"][:3] for one in entries] == ["200", "200", "404"]
        assert named(entries[0]["resource"]) == ada
        assert entries[1]["resource"]["total"] == 1


def test_the_entries_of_a_batch_succeed_and_fail_for_themselves(chart: Client, ada: str) -> None:
    answer = chart.bundle(
        "batch",
        entry("POST", "Goal", goal(ada), urn()),
        entry("POST", "Goal", goal(f"Patient/{unique()}x"), urn()),
        entry("PUT", ada, patient(id=ada.partition("/")[2], gender="male"), ifMatch='W/"7"'),
        entry("PUT", ada, patient(id=ada.partition("/")[2], gender="male"), ifMatch='W/"1"'),
    )
    assert answer.json()["type"] == "batch-response"
    assert statuses(answer.json()) == ["201", "400", "409", "200"]
    assert responses(answer.json())[1]["outcome"]["resourceType"] == "OperationOutcome"


def test_the_entries_of_a_batch_do_not_know_each_other(chart: Client) -> None:
    person = urn()
    answer = chart.bundle(
        "batch", entry("POST", "Patient", patient(), person), entry("POST", "Goal", goal(person), urn())
    )
    assert statuses(answer.json()) == ["201", "400"]


@pytest.mark.parametrize(
    "bad",
    [
        {"resource": patient()},
        entry("POST", "Nonesuch", patient()),
        entry("POST", "Patient"),
        entry("POST", "Patient", patient(gender="bogus")),
        entry("POST", "Goal", goal(urn())),
        entry("PUT", "Patient/987654321987", patient(id="987654321987")),
    ],
    ids=["no request", "unknown type", "no resource", "unknown code", "unknown urn", "numeric id"],
)
def test_an_entry_that_cannot_be_carried_out_stops_the_transaction(
    chart: Client, bad: dict[str, Any]
) -> None:
    answer = chart.bundle("transaction", bad)
    assert answer.status_code == 400
    assert words(answer)


def test_only_a_batch_or_a_transaction_can_be_posted(chart: Client) -> None:
    assert chart.bundle("collection").status_code == 400
    assert chart.post("", patient()).status_code == 400
    assert chart.bundle("transaction").json().get("entry") is None


def test_an_entry_puts_no_resource_of_another_type_than_its_url(chart: Client) -> None:
    own = f"own-{unique()}"
    answer = chart.bundle("transaction", entry("PUT", f"Goal/{own}", patient(id=own)))
    assert answer.status_code == 400
    assert "HAPI-2616" in words(answer)
    assert chart.get(f"/Goal/{own}").status_code == chart.get(f"/Patient/{own}").status_code == 404


def test_an_entry_that_creates_goes_by_its_resource_and_not_by_its_url(chart: Client) -> None:
    answer = chart.bundle("transaction", entry("POST", "Goal", patient()))
    assert answer.json()["entry"][0]["response"]["location"].startswith("Patient/")
