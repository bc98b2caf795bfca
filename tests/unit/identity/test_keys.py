"""Keys come and go with the provider, which is asked seldom, however many tokens name keys that are none."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.identity.key_file import KeySetFile
from service.identity.keys import FRESH, LASTS, PAUSE, Keys
from service.ports.access import Doubt, KeysUnavailable, NotRecognised
from tests.fakes.clock import StillClock
from tests.unit.identity.provider import Realm, Source, a_key

OLD, NEW = a_key("ES256", "old"), a_key("ES256", "new")


def opens(realm: Realm, key: Any) -> bool:
    try:
        realm.verifier.caller_of(realm.token(key, "ES256"))
    except NotRecognised:
        return False
    return True


def test_the_provider_is_asked_once_while_its_keys_are_fresh() -> None:
    realm = Realm(Source([OLD]))
    assert all(opens(realm, OLD) for _ in range(5))
    assert realm.source.asked == 1


def test_a_new_key_is_asked_for_when_a_token_names_it_and_a_withdrawn_one_ends() -> None:
    realm = Realm(Source([OLD]))
    assert opens(realm, OLD)
    realm.source.keys = [NEW]
    realm.clock.forward(PAUSE)
    assert opens(realm, NEW)
    assert not opens(realm, OLD)
    assert realm.source.asked == 2


def test_tokens_that_name_no_key_make_us_ask_once_a_minute() -> None:
    realm = Realm(Source([OLD]))
    for _ in range(20):
        assert not opens(realm, NEW)
    assert realm.source.asked == 1
    realm.clock.forward(PAUSE)
    for _ in range(20):
        assert not opens(realm, NEW)
    assert realm.source.asked == 2


def test_a_withdrawn_key_ends_when_the_set_is_no_longer_fresh() -> None:
    realm = Realm(Source([OLD]))
    assert opens(realm, OLD)
    realm.source.keys = [NEW]
    realm.clock.forward(FRESH)
    assert not opens(realm, OLD)


def test_a_provider_that_is_away_stops_nobody_for_a_while_and_everybody_after() -> None:
    realm = Realm(Source([OLD]))
    assert opens(realm, OLD)
    realm.source.away = True
    realm.clock.forward(LASTS - timedelta(seconds=90))
    assert opens(realm, OLD)
    assert opens(realm, OLD), "within the pause nobody is asked, and the keys still last"
    realm.clock.forward(timedelta(seconds=90))
    for _ in range(2):
        with pytest.raises(KeysUnavailable):
            opens(realm, OLD)
    realm.source.away = False
    realm.clock.forward(PAUSE)
    assert opens(realm, OLD)


def test_a_provider_that_never_answered_lets_nobody_in_and_is_not_pressed() -> None:
    realm = Realm(Source([OLD], away=True))
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            opens(realm, OLD)
    assert realm.source.asked == 1


def test_a_token_may_leave_its_key_unnamed_where_there_is_one() -> None:
    realm = Realm(Source([OLD, a_key("RS256")]))
    assert realm.verifier.caller_of(realm.token(OLD, "ES256", {"kid": None}))
    realm.source.keys.append(NEW)
    realm.clock.forward(FRESH)
    with pytest.raises(NotRecognised):
        realm.verifier.caller_of(realm.token(OLD, "ES256", {"kid": None}))


@pytest.mark.parametrize("said", [{}, {"keys": None}, {"keys": "none"}])
def test_what_is_no_key_set_is_as_none(said: dict[str, Any]) -> None:
    with pytest.raises(KeysUnavailable):
        opens(Realm(Source(said=said)), OLD)


def public(key: Any, **changes: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **changes}


UNUSABLE = {
    "a secret": ({"kty": "oct", "k": "c2VjcmV0", "kid": OLD.kid}, "ES256"),
    "a key for something else": (public(OLD, use="enc"), "ES256"),
    "a key for another algorithm": (public(OLD, alg="ES384"), "ES256"),
    "a curve that is not taken": (public(OLD, crv="P-521"), "ES256"),
    "a point that is none": (public(OLD, x="AAAA"), "ES256"),
    "a small RSA key": (public(a_key("RS256"), n="AQAB" * 40), "RS256"),
    "an RSA key without its number": (public(a_key("RS256"), n=7), "RS256"),
    "an RSA key whose number is none": (public(a_key("RS256"), n="A"), "RS256"),
    "a kind that is none": ({"kty": ["EC"], "kid": OLD.kid}, "ES256"),
    "no key at all": (7, "ES256"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_key_that_is_none_of_ours_opens_nothing(name: str) -> None:
    one, algorithm = UNUSABLE[name]
    keys = Keys(Source(said={"keys": [one]}), StillClock().now)
    kid = OLD.kid if algorithm == "ES256" else None
    with pytest.raises(NotRecognised) as told:
        keys.find(kid, algorithm)
    assert told.value.doubt is Doubt.KEY


def test_a_file_of_keys_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    with pytest.raises(KeysUnavailable, match="cannot be read"):
        KeySetFile(file).fetch()
    file.write_text("[]")
    with pytest.raises(KeysUnavailable):
        KeySetFile(file).fetch()
    file.write_text('{"keys": []}')
    assert KeySetFile(file).fetch() == {"keys": []}
