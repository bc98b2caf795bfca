"""The token of an EHR that calls a CDS service: its issuer, its key, one of our addresses, until when."""

from typing import Any

import pytest

from service.identity.cds_client import CdsClientVerifier
from service.identity.keys import Keys
from service.ports.access import Doubt, NotRecognised, Role
from tests.unit.identity.provider import ISSUER, Realm, a_key

KEY = a_key("ES384")
OURS = ("https://tandem.example/cds-services", "https://tandem.example/cds-services/tandem-patient-view")


def caller(**changes: Any) -> Any:
    realm = Realm()
    realm.source.keys.append(KEY)
    now = int(realm.clock.now().timestamp())
    claims = {
        "aud": OURS[1],
        "iat": now,
        "jti": "n-1",
        "sub": None,
        "nbf": None,
        "tandem_role": None,
        **changes,
    }
    keys = Keys(realm.source, realm.clock.now)
    verifier = CdsClientVerifier(ISSUER, keys, audiences=OURS, now=realm.clock.now)
    return verifier.caller_of(realm.token(KEY, "ES384", **claims))


@pytest.mark.parametrize("audience", [*OURS, [OURS[1], "https://another.example"]])
def test_an_ehr_that_signs_for_one_of_our_services_may_read(audience: Any) -> None:
    found = caller(aud=audience)
    assert (found.role, found.subject) == (Role.READER, "cds-client")


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"iss": "https://evil.example"}, Doubt.ISSUER),
        ({"aud": "https://tandem.example/plans"}, Doubt.AUDIENCE),
        ({"exp": 1}, Doubt.EXPIRED),
        ({"jti": None}, Doubt.CLAIMS),
        ({"iat": None}, Doubt.CLAIMS),
        ({"exp": None}, Doubt.CLAIMS),
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(changes: Any, doubt: Doubt) -> None:
    with pytest.raises(NotRecognised) as caught:
        caller(**changes)
    assert caught.value.doubt is doubt
