"""Delete, and what is left of it (row 18)."""

from tests.contract.fhir_server.client import Client, goal, named, unique, words


def test_a_deleted_resource_is_gone_but_its_versions_are_not(chart: Client, ada: str) -> None:
    deleted = chart.delete(f"/{ada}")
    assert deleted.status_code == 200
    assert deleted.json()["resourceType"] == "OperationOutcome"
    gone = chart.get(f"/{ada}")
    assert gone.status_code == 410
    assert "deleted" in words(gone)
    assert chart.get(f"/{ada}/_history/1").status_code == 200
    assert chart.get(f"/{ada}/_history/2").status_code == 410


def test_what_is_referred_to_cannot_be_deleted(chart: Client, ada: str) -> None:
    aim = chart.made(goal(ada))
    refused = chart.delete(f"/{ada}")
    assert refused.status_code == 409
    assert named(aim) in words(refused)
    chart.delete(f"/{named(aim)}")
    assert chart.delete(f"/{ada}").status_code == 200


def test_a_put_brings_it_back_as_the_next_version(chart: Client, ada: str) -> None:
    before = chart.get(f"/{ada}").json()
    chart.delete(f"/{ada}")
    back = chart.put(f"/{ada}", before)
    assert (back.status_code, back.headers["ETag"]) == (201, 'W/"3"')
    assert chart.get(f"/{ada}").status_code == 200


def test_a_stale_version_does_not_bring_it_back(chart: Client, ada: str) -> None:
    before = chart.get(f"/{ada}").json()
    chart.delete(f"/{ada}")
    assert chart.put(f"/{ada}", before, If_Match='W/"1"').status_code == 409


def test_deleting_what_is_not_there_is_no_error(chart: Client, ada: str) -> None:
    chart.delete(f"/{ada}")
    assert chart.delete(f"/{ada}").status_code == 200
    assert chart.delete(f"/Patient/{unique()}x").status_code == 200


def test_a_stale_version_does_not_keep_a_delete_from_happening(chart: Client, ada: str) -> None:
    assert chart.delete(f"/{ada}", If_Match='W/"7"').status_code == 200


def test_a_search_shows_no_deletions(chart: Client, ada: str) -> None:
    aim = chart.made(goal(ada))
    chart.delete(f"/{named(aim)}")
    assert chart.found(f"/Goal?patient={ada}") == []
