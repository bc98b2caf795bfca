"""An identity provider of a test's own: keys, the set that it publishes, and tokens that it signs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from service.identity.jwt import JwtVerifier, Provider
from service.identity.keys import Keys
from service.ports.access import KeysUnavailable
from tests.fakes.clock import StillClock

ISSUER, AUDIENCE = "https://login.example/realm", "tandem"
Key = RSAKey | ECKey | OKPKey | OctKey


@cache
def a_key(algorithm: str, name: str = "k") -> Key:
    match algorithm[:2]:
        case "RS":
            return RSAKey.generate_key(2048, {"kid": f"{name}-{algorithm}"})
        case "ES":
            curve = {"ES256": "P-256", "ES384": "P-384"}[algorithm]
            return ECKey.generate_key(curve, {"kid": f"{name}-{algorithm}"})
        case _:
            return OKPKey.generate_key("Ed25519", {"kid": f"{name}-{algorithm}"})


class Anything(JWSRegistry):
    """Signs with whatever it is told to, as an attacker would."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]

    def check_header(self, header: Any) -> None:
        """Minds nothing."""


@dataclass
class Source:
    """A key set that a test changes, and that counts how often it is asked for."""

    keys: list[Any] = field(default_factory=list)
    away: bool = False
    asked: int = 0
    said: Mapping[str, Any] | None = None

    def fetch(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.away:
            raise KeysUnavailable("The identity provider does not answer.")
        if self.said is not None:
            return self.said
        return {"keys": [one if isinstance(one, dict) else one.as_dict(private=False) for one in self.keys]}


@dataclass
class Realm:
    """A provider, its clock, and the verifier that trusts it."""

    source: Source = field(default_factory=Source)
    clock: StillClock = field(default_factory=StillClock)

    def __post_init__(self) -> None:
        provider = Provider(issuer=ISSUER, audience=AUDIENCE)
        self.verifier = JwtVerifier(provider, Keys(self.source, self.clock.now), self.clock.now)

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        usual = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": "n.okafor", "nbf": now - 5, "exp": now + 300,
            "tandem_role": "clinician",
        }  # fmt: skip
        return {name: one for name, one in (usual | changes).items() if one is not None}

    def token(self, key: Key, algorithm: str, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        head = {"alg": algorithm, "kid": key.kid, **(header or {})}
        head = {name: one for name, one in head.items() if one is not None}
        registry = Anything(strict_check_header=False)
        return jwt.encode(head, self.claims(**claims), key, registry=registry, default_type=None)
