"""The provider's keys, kept for a while and asked for anew when a token names one that is not among them."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from service.ports.access import Doubt, KeySource, KeysUnavailable, NotRecognised

FRESH = timedelta(hours=1)
"""How long a key set is believed without asking; a key that the provider withdrew opens for no longer."""
LASTS = timedelta(hours=12)
"""How long a key set is believed while the provider does not answer."""
PAUSE = timedelta(minutes=1)
"""Tokens that name keys at random make us ask the provider once in this time, and no more often."""

_ALGORITHMS: Mapping[tuple[str, str], frozenset[str]] = {
    ("RSA", ""): frozenset({"RS256", "RS384"}),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
}
_KINDS: Mapping[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
# RFC 7518, section 3.3: RSA keys of 2048 bits or more.
_SMALLEST_RSA = 2048 // 8


class Keys:
    """The keys of one provider; several threads may ask at once."""

    def __init__(self, source: KeySource, now: Callable[[], datetime]) -> None:
        self._source = source
        self._now = now
        self._lock = Lock()
        self._held: tuple[Mapping[str, Any], ...] | None = None
        self._fetched = self._asked = datetime.min.replace(tzinfo=UTC)

    def find(self, kid: str | None, algorithm: str) -> RSAKey | ECKey | OKPKey:
        """Return the key of a token's header; raises `NotRecognised` or `KeysUnavailable`.

        A token may leave its key unnamed where the provider has one key for its algorithm.
        """
        with self._lock:
            found = self._among(self._believed(), kid, algorithm)
            if found is None and self._may_ask():
                found = self._among(self._anew(), kid, algorithm)
        if found is None:
            raise NotRecognised(Doubt.KEY)
        return _imported(found)

    def _believed(self) -> tuple[Mapping[str, Any], ...]:
        if self._held is not None and self._age() < FRESH:
            return self._held
        if self._may_ask():
            return self._anew()
        if self._held is None or self._age() >= LASTS:
            raise KeysUnavailable("The keys of the identity provider cannot be had now.")
        return self._held

    def _anew(self) -> tuple[Mapping[str, Any], ...]:
        self._asked = self._now()
        try:
            told = self._source.fetch()
        except KeysUnavailable:
            if self._held is None or self._age() >= LASTS:
                raise
            return self._held
        self._held, self._fetched = _usable(told), self._asked
        return self._held

    def _may_ask(self) -> bool:
        return self._now() - self._asked >= PAUSE

    def _age(self) -> timedelta:
        return self._now() - self._fetched

    def _among(
        self, keys: tuple[Mapping[str, Any], ...], kid: str | None, algorithm: str
    ) -> Mapping[str, Any] | None:
        fitting = [one for one in keys if algorithm in _algorithms(one)]
        if kid is None:
            return fitting[0] if len(fitting) == 1 else None
        return next((one for one in fitting if one.get("kid") == kid), None)


def _usable(told: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    keys = told.get("keys")
    if not isinstance(keys, list):
        raise KeysUnavailable("What the identity provider gives is no JSON Web Key Set.")
    return tuple(one for one in keys if isinstance(one, Mapping) and _algorithms(one))


def _algorithms(key: Mapping[str, Any]) -> frozenset[str]:
    """Return what a key may be used for here: nothing, if it is a secret one or meant for other things."""
    kind, curve = key.get("kty"), key.get("crv", "")
    if key.get("use", "sig") != "sig" or not isinstance(kind, str) or not isinstance(curve, str):
        return frozenset()
    allowed = _ALGORITHMS.get((kind, curve), frozenset())
    if kind == "RSA" and _length(key.get("n")) < _SMALLEST_RSA:
        return frozenset()
    return allowed & {key["alg"]} if isinstance(key.get("alg"), str) else allowed


def _length(number: object) -> int:
    if not isinstance(number, str):
        return 0
    try:
        return len(urlsafe_b64decode(number + "=" * (-len(number) % 4)).lstrip(b"\0"))
    except ValueError:
        return 0


def _imported(key: Mapping[str, Any]) -> RSAKey | ECKey | OKPKey:
    public = {name: one for name, one in key.items() if name in {"kty", "crv", "n", "e", "x", "y"}}
    try:
        return _KINDS[str(key["kty"])].import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        raise NotRecognised(Doubt.KEY) from None
