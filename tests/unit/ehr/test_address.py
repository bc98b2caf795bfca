"""Where requests may go."""

import pytest

from service.ehr.address import Address, checked
from service.ports.ehr import NotFhir, Rejected


@pytest.mark.parametrize(
    "base",
    [
        "",
        "ehr.test/fhir",
        "ftp://ehr.test",
        "http://",
        "http:///fhir",
        "http://me:secret@ehr.test/fhir",
        "http://ehr.test/fhir?token=secret",
        "http://ehr.test/fhir#x",
        "http://[broken",
        "http://ehr.test:port/",
    ],
)
def test_an_address_that_is_no_plain_url_is_refused_without_being_quoted(base: str) -> None:
    with pytest.raises(NotFhir) as caught:
        Address(base)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("base", ["http://ehr.test/fhir", "http://ehr.test/fhir/", "http://ehr.test:80/fhir"])
def test_paths_lie_below_the_base(base: str) -> None:
    address = Address(base)
    assert address.url("") == base.rstrip("/")
    assert address.url("Patient/1") == base.rstrip("/") + "/Patient/1"


@pytest.mark.parametrize(
    ("link", "ours"),
    [
        ("https://ehr.test/fhir?_getpages=1", True),
        ("https://ehr.test:443/other", True),
        ("https://EHR.test/fhir", True),
        ("https://ehr.test:8443/fhir", False),
        ("http://ehr.test/fhir", False),
        ("https://ehr.test.evil/fhir", False),
        ("https://ehr.test@evil.test/fhir", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
        ("https://ehr.test:port", False),
    ],
)
def test_only_the_same_origin_is_ours(link: str, ours: bool) -> None:
    assert Address("https://ehr.test/fhir").holds(link) is ours


def test_a_link_that_leads_away_is_never_a_url_of_ours() -> None:
    with pytest.raises(NotFhir):
        Address("https://ehr.test/fhir").url("https://evil.test/fhir?page=2")


@pytest.mark.parametrize(
    "text",
    ["", "Patient", "Patient/", "Patient/..", "Patient/.", "Patient/1/_history/2", "../1", "Patient/1?x=y",
     "http://ehr.test/Patient/1", "urn:uuid:1", "#p", "Patient/a b", "Nonsense/1", "Patient/1\n"],
)  # fmt: skip
def test_only_a_type_and_an_id_become_a_path(text: str) -> None:
    with pytest.raises(Rejected):
        checked(text)


def test_a_reference_is_its_own_path() -> None:
    assert checked("Patient/a-1.b") == "Patient/a-1.b"
