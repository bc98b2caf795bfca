"""A token of the provider opens; whatever is wrong with one has a word of its own, and opens nothing."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from service.identity.jwt import ALGORITHMS
from service.ports.access import Caller, Doubt, Entrance, NotRecognised, Role
from tests.unit.identity.provider import Realm, Source, a_key


@pytest.fixture
def realm() -> Realm:
    return Realm(Source([a_key(one) for one in ALGORITHMS]))


def doubt_of(realm: Realm, token: str) -> Doubt:
    with pytest.raises(NotRecognised) as told:
        realm.verifier.caller_of(token)
    assert not token or token not in str(told.value)
    return told.value.doubt


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signed_token_names_its_caller(realm: Realm, algorithm: str) -> None:
    token = realm.token(a_key(algorithm), algorithm, {"typ": "JWT", "x5t#S256": "ignored", "extra": 1})
    assert realm.verifier.caller_of(token) == Caller(
        subject="n.okafor", role=Role.CLINICIAN, entrance=Entrance.JWT
    )


def test_a_patients_token_opens_the_plan_that_it_names(realm: Realm) -> None:
    claims = {"tandem_role": "patient", "tandem_plan": "plan-1"}
    caller = realm.verifier.caller_of(realm.token(a_key("ES256"), "ES256", **claims))
    assert (caller.role, caller.plan_id) == (Role.PATIENT, "plan-1")
    others = realm.verifier.caller_of(realm.token(a_key("ES256"), "ES256", tandem_plan="plan-1"))
    assert others.plan_id is None


NOW = int(Realm().clock.now().timestamp())
CLAIMS: dict[str, tuple[dict[str, Any], Doubt]] = {
    "expired": ({"exp": NOW - 31}, Doubt.EXPIRED),
    "not valid yet": ({"nbf": NOW + 31}, Doubt.NOT_YET),
    "without an end": ({"exp": None}, Doubt.CLAIMS),
    "without a beginning": ({"nbf": None}, Doubt.CLAIMS),
    "an end that is no number": ({"exp": "tomorrow"}, Doubt.CLAIMS),
    "of another issuer": ({"iss": "https://login.example/other"}, Doubt.ISSUER),
    "without an issuer": ({"iss": None}, Doubt.CLAIMS),
    "for another service": ({"aud": "payroll"}, Doubt.AUDIENCE),
    "for several others": ({"aud": ["payroll", "lab"]}, Doubt.AUDIENCE),
    "for nobody": ({"aud": None}, Doubt.CLAIMS),
    "without a subject": ({"sub": None}, Doubt.CLAIMS),
    "a subject that is a text of any kind": ({"sub": "Maja Sørensen"}, Doubt.CLAIMS),
    "a subject that is a number": ({"sub": 7}, Doubt.CLAIMS),
    "without a role": ({"tandem_role": None}, Doubt.NO_ROLE),
    "a role of somebody else's": ({"tandem_role": "superuser"}, Doubt.NO_ROLE),
    "two roles of ours": ({"tandem_role": ["reader", "integrator"]}, Doubt.NO_ROLE),
    "a patient without a plan": ({"tandem_role": "patient"}, Doubt.NO_ROLE),
    "a patient with a plan that is none": ({"tandem_role": "patient", "tandem_plan": "a b"}, Doubt.NO_ROLE),
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_a_token_that_says_the_wrong_thing_is_not_recognised(realm: Realm, name: str) -> None:
    claims, doubt = CLAIMS[name]
    assert doubt_of(realm, realm.token(a_key("RS256"), "RS256", **claims)) is doubt


FINE = {
    "a clock that goes wrong by less than half a minute": {"exp": NOW - 29, "nbf": NOW + 29},
    "moments with digits behind the point": {"exp": NOW + 0.5, "nbf": NOW - 0.5},
    "an audience among several": {"aud": ["lab", "tandem"]},
    "one role of ours among others": {"tandem_role": ["offline_access", "clinician"]},
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_what_a_provider_may_write_is_read(realm: Realm, name: str) -> None:
    assert realm.verifier.caller_of(realm.token(a_key("RS256"), "RS256", **FINE[name])).role is Role.CLINICIAN


def unsigned(realm: Realm, header: dict[str, Any]) -> str:
    parts = [json.dumps(header).encode(), json.dumps(realm.claims()).encode()]
    return ".".join(urlsafe_b64encode(one).decode().rstrip("=") for one in parts) + "."


@pytest.mark.parametrize("name", ["none", "None", "NONE"])
def test_a_token_that_nobody_signed_is_not_recognised(realm: Realm, name: str) -> None:
    assert doubt_of(realm, unsigned(realm, {"alg": name})) is Doubt.ALGORITHM


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_never_taken_for_a_secret(realm: Realm, algorithm: str) -> None:
    public = a_key("RS256")
    for text in (public.as_pem(private=False), json.dumps(public.as_dict(private=False)).encode()):
        forged = OctKey.import_key(urlsafe_b64encode(text).rstrip(b"="), {"kid": str(public.kid)})
        assert doubt_of(realm, realm.token(forged, algorithm)) is Doubt.ALGORITHM


@pytest.mark.parametrize("algorithm", ["RS512", "PS256", "ES512", "ES256K"])
def test_an_algorithm_that_is_not_on_the_list_is_refused(realm: Realm, algorithm: str) -> None:
    assert doubt_of(realm, unsigned(realm, {"alg": algorithm, "kid": "k-RS256"}) + "AAAA") is Doubt.ALGORITHM


def test_a_key_is_used_with_the_algorithm_of_its_kind_alone(realm: Realm) -> None:
    swapped = realm.token(a_key("ES256"), "ES256", {"kid": "k-RS256"})
    assert doubt_of(realm, swapped) is Doubt.KEY


def test_a_key_that_a_token_brings_along_is_not_trusted(realm: Realm) -> None:
    own = a_key("RS256", "attacker")
    header = {"jwk": own.as_dict(private=False), "jku": "https://attacker.example", "kid": "k-RS256"}
    assert doubt_of(realm, realm.token(own, "RS256", header)) is Doubt.KEY


@pytest.mark.parametrize("kid", ["attacker-RS256", None])
def test_a_key_that_the_provider_does_not_have_opens_nothing(realm: Realm, kid: str | None) -> None:
    assert doubt_of(realm, realm.token(a_key("RS256", "attacker"), "RS256", {"kid": kid})) is Doubt.KEY


def test_a_token_whose_claims_were_changed_opens_nothing(realm: Realm) -> None:
    head, claims, signature = realm.token(a_key("RS256"), "RS256").split(".")
    other = realm.token(a_key("RS256"), "RS256", tandem_role="integrator").split(".")[1]
    assert other != claims
    assert doubt_of(realm, f"{head}.{other}.{signature}") is Doubt.KEY


HEADERS: list[dict[str, Any]] = [
    {"crit": ["exp2"], "exp2": 1},
    {"typ": "dpop+jwt"},
    {"typ": 7},
    {"kid": 7},
    {"crit": 7},
    {"crit": []},
    {"crit": ["b64"], "b64": False},
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_token_that_must_be_understood_otherwise_is_not_read(realm: Realm, header: dict[str, Any]) -> None:
    assert doubt_of(realm, realm.token(a_key("RS256"), "RS256", header)) is Doubt.MALFORMED


HEADS = {
    "nested without end": b'{"alg":"ES256","x":' + b"[" * 6000,
    "nested deeper than Python goes": b'{"alg":"ES256","x":' + b"[" * 3000 + b"]" * 3000 + b"}",
    "bytes that are no text": b"\xff\xfe",
    "a list": b"[]",
    "one algorithm twice": b'{"alg":"ES256","alg":"HS256"}',
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_a_header_that_is_none_is_not_read(realm: Realm, name: str) -> None:
    head, claims = (urlsafe_b64encode(one).decode().rstrip("=") for one in (HEADS[name], b"{}"))
    assert doubt_of(realm, f"{head}.{claims}.AAAA") is Doubt.MALFORMED


@pytest.mark.parametrize("algorithm", [None, 7, ["ES256"], {"ES256": 1}, "es256"])
def test_an_algorithm_is_a_word_of_the_list(realm: Realm, algorithm: Any) -> None:
    assert doubt_of(realm, unsigned(realm, {"alg": algorithm}) + "AAAA") is Doubt.ALGORITHM


@given(st.text(st.sampled_from("abc.-_~+/=eyJ0"), min_size=3, max_size=60))
def test_any_text_is_answered_with_a_doubt(text: str) -> None:
    assert doubt_of(Realm(), text) in {Doubt.MALFORMED, Doubt.ALGORITHM}


def test_claims_that_are_no_object_are_not_read(realm: Realm) -> None:
    token = jws.serialize_compact({"alg": "ES256", "kid": "k-ES256"}, b"[1]", a_key("ES256"))
    assert doubt_of(realm, token) is Doubt.MALFORMED
    twice = jws.serialize_compact({"alg": "ES256", "kid": "k-ES256"}, b'{"a":1,"a":2}', a_key("ES256"))
    assert doubt_of(realm, twice) is Doubt.MALFORMED
