import pytest

from service.fhir.bundle import (
    BundleType,
    Entry,
    Request,
    Response,
    build,
    entries,
    link,
    location_of,
    next_link,
    resources,
    version_of,
    weak_etag,
)
from service.fhir.references import Rest
from service.fhir.validation import problems

GOAL = {"resourceType": "Goal", "lifecycleStatus": "active"}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "invalid"}]}

ROUND_TRIPS = {
    BundleType.TRANSACTION: (
        Entry(
            full_url="urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
            resource={"resourceType": "Basic", "code": {"text": "x"}},
            request=Request(method="POST", url="Basic", if_none_exist="identifier=a|b"),
        ),
        Entry(
            full_url="https://ehr.test/Basic/2",
            resource={"resourceType": "Basic", "id": "2", "code": {"text": "x"}},
            request=Request(method="PUT", url="Basic/2", if_match='W/"1"', if_none_match='W/"0"'),
        ),
    ),
    BundleType.TRANSACTION_RESPONSE: (
        Entry(
            response=Response(
                status=201,
                location="Basic/1/_history/1",
                etag="1",
                last_modified="2026-01-01T00:00:00Z",
                outcome=OUTCOME,
            )
        ),
        Entry(response=Response(status=299)),
    ),
    BundleType.SEARCHSET: (
        Entry(resource={"resourceType": "Basic", "code": {"text": "x"}}, mode="match"),
        Entry(resource=OUTCOME, mode="outcome"),
    ),
}


@pytest.mark.parametrize(("kind", "holds"), ROUND_TRIPS.items(), ids=list(map(str, ROUND_TRIPS)))
def test_what_is_built_is_read_back_and_valid(kind, holds):
    built = build(kind, holds)
    assert entries(built) == holds
    assert problems(built) == ()


def test_an_empty_searchset_says_so():
    assert build(BundleType.SEARCHSET, [], total=0) == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
    }


def test_links_are_written_and_followed():
    page = build(BundleType.SEARCHSET, [], links={"self": "https://ehr.test/a", "next": "https://ehr.test/b"})
    assert (next_link(page), link(page, "self"), link(page, "previous")) == (
        "https://ehr.test/b",
        "https://ehr.test/a",
        None,
    )


@pytest.mark.parametrize(
    "links", [None, "x", ["x"], [{"relation": "next"}], [{"relation": "next", "url": 1}]]
)
def test_a_page_without_a_readable_next_link_is_the_last(links):
    assert next_link({"resourceType": "Bundle", "link": links}) is None


def test_the_resources_of_a_page_are_its_matches_and_inclusions():
    page = build(
        BundleType.SEARCHSET,
        [
            Entry(resource=GOAL, mode="match"),
            Entry(resource={"resourceType": "Patient"}, mode="include"),
            Entry(resource=OUTCOME, mode="outcome"),
            Entry(full_url="https://ehr.test/Goal/9"),
        ],
    )
    assert resources(page) == (GOAL, {"resourceType": "Patient"})
    assert resources(page, "Goal") == (GOAL,)


@pytest.mark.parametrize("found", [None, "x", ["x"]])
def test_a_bundle_of_the_wrong_shape_has_no_entries(found):
    assert entries({"resourceType": "Bundle", "entry": found}) == ()


@pytest.mark.parametrize("status", ["", "OK", "20", "2000", None])
def test_an_unreadable_status_is_nought(status):
    (entry,) = entries({"entry": [{"response": {"status": status, "etag": "1"}}]})
    assert entry.response == Response(status=0, etag="1")


@pytest.mark.parametrize("status", ["201", "201 Created", "201 "])
def test_a_status_is_read_with_and_without_its_reason(status):
    (entry,) = entries({"entry": [{"response": {"status": status}}]})
    assert entry.response == Response(status=201)


ETAGS = {
    'W/"1"': "1",
    '"1"': "1",
    "1": "1",
    ' W/"a-b" ': "a-b",
    "": None,
    '""': None,
    "W/1": None,
    '"1': None,
}


@pytest.mark.parametrize(("etag", "version"), [*ETAGS.items(), (None, None)])
def test_a_version_is_read_from_every_form_of_etag(etag, version):
    assert version_of(etag) == version


def test_a_written_etag_is_read_back():
    assert version_of(weak_etag("7")) == "7"


LOCATIONS = {
    "by location": (
        Response(status=201, location="Goal/1/_history/2"),
        Rest(type="Goal", id="1", version="2"),
    ),
    "by etag": (Response(status=201, location="Goal/1", etag="3"), Rest(type="Goal", id="1", version="3")),
    "absolute": (
        Response(status=201, location="https://ehr.test/fhir/Goal/1/_history/2"),
        Rest(type="Goal", id="1", version="2", base="https://ehr.test/fhir"),
    ),
    "none": (Response(status=201), None),
    "elsewhere": (Response(status=201, location="https://ehr.test/"), None),
}


@pytest.mark.parametrize(("response", "place"), LOCATIONS.values(), ids=LOCATIONS)
def test_a_response_tells_where_the_resource_is(response, place):
    assert location_of(response) == place
