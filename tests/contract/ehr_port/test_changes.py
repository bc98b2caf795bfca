"""What changed since a moment of the server: by its history, or by a search, in pages of any size."""

from collections.abc import Callable

import pytest

from service.fhir.instant import moment_of
from service.fhir.json import JsonObject
from service.ports.ehr import ChangePage, Create, Ehr, Feed, History, Row, Update, Updated, Written

APatient = Callable[..., JsonObject]
Creating = Callable[..., Create]
FEEDS = [History(), History("Patient"), Updated("Patient")]


def rows(pages: list[ChangePage], *written: Written) -> list[Row]:
    """Give the rows about these resources; others work on the same server."""
    wanted = {one.reference for one in written}
    return [row for page in pages for row in page.rows if row.reference in wanted]


def changed(chart: Ehr, made: Written, **members: object) -> Written:
    resource = {**(made.resource or {}), **members}
    return chart.write(Update(reference=made.reference, resource=resource, if_version=str(made.version)))


@pytest.mark.parametrize("feed", FEEDS, ids=str)
def test_what_was_written_since_a_moment_is_found_with_that_very_moment(
    chart: Ehr, a_patient: APatient, creating: Creating, feed: Feed
) -> None:
    made = chart.write(creating(a_patient()))
    pages = list(chart.changes(feed, made.last_updated, count=200))
    (row,) = rows(pages, made)
    assert (row.version, row.last_updated, row.deleted) == (made.version, made.last_updated, False)
    assert row.resource == made.resource
    again = changed(chart, made, active=True)
    newest = rows(list(chart.changes(feed, again.last_updated, count=200)), made)
    assert [one.version for one in newest] == [again.version]


@pytest.mark.parametrize("feed", FEEDS, ids=str)
def test_the_server_says_its_own_time(
    chart: Ehr, a_patient: APatient, creating: Creating, feed: Feed
) -> None:
    before = moment_of(chart.write(creating(a_patient())).last_updated)
    page = next(iter(chart.changes(feed, None, count=1)))
    after = moment_of(chart.write(creating(a_patient())).last_updated)
    told_at = moment_of(page.told_at)
    assert before is not None
    assert told_at is not None
    assert after is not None
    assert before <= told_at <= after


@pytest.mark.parametrize("feed", FEEDS, ids=str)
@pytest.mark.parametrize("count", [1, 2, 3, 200])
def test_every_page_is_read_whatever_its_size(
    chart: Ehr, a_patient: APatient, creating: Creating, feed: Feed, count: int
) -> None:
    made = [chart.write(creating(a_patient())) for _ in range(5)]
    pages = list(chart.changes(feed, made[0].last_updated, count=count))
    assert {row.reference for row in rows(pages, *made)} == {one.reference for one in made}
    assert len(pages) >= 5 / count


@pytest.mark.parametrize("feed", [History(), History("Goal")], ids=str)
def test_a_history_shows_every_version_and_a_deletion_a_search_the_newest(
    chart: Ehr, a_patient: APatient, creating: Creating, feed: Feed, transport: object
) -> None:
    patient = chart.write(creating(a_patient()))
    resource = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "sleep"},
        "subject": {"reference": patient.reference},
    }
    made = chart.write(Create(resource=resource, if_none_exist=None))
    changed(chart, made, language="en")
    found = rows(list(chart.changes(Updated("Goal"), made.last_updated, count=50)), made)
    assert [one.version for one in found] == ["2"]
    delete(transport, made.reference)
    history = rows(list(chart.changes(feed, made.last_updated, count=50)), made)
    assert [(one.version, one.deleted) for one in history] == [("3", True), ("2", False), ("1", False)]
    assert rows(list(chart.changes(Updated("Goal"), made.last_updated, count=50)), made) == []


def delete(transport: object, reference: str) -> None:
    """Delete as somebody of the clinic does: the port knows no deletion."""
    session = transport._session  # type: ignore[attr-defined]  the line that the port uses
    url = transport._address.url(reference)  # type: ignore[attr-defined]  and its address
    assert session.request("DELETE", url, timeout=30).status_code == 200


def test_a_server_that_has_a_history_says_so(chart: Ehr) -> None:
    offered = chart.capabilities()
    assert offered.history
    assert offered.can("Goal", "history-type")
    assert "_lastUpdated" in offered.of("Goal").search_params
