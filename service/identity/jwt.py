"""Whose token a JWT is (RFC 7519), with the algorithms that are taken here and no others."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from joserfc import jws
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
)
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from service.fhir.json import NotJson, loads
from service.identity.keys import Keys
from service.ports.access import Caller, Doubt, Entrance, NotRecognised, Role

ALGORITHMS = ("RS256", "RS384", "ES256", "ES384", "EdDSA")
"""Signatures whose verifying key is public: with one that is not, who can check a token can also make one."""

_LEEWAY_SECONDS = 30
_COMPACT = re.compile(r"([A-Za-z0-9_\-]+)\.[A-Za-z0-9_\-]*\.[A-Za-z0-9_\-]*")
_KINDS = (None, "jwt", "at+jwt", "application/at+jwt")
# Identity providers write e-mail addresses, UUIDs, URLs and `auth0|…` here; it becomes an author.
_SUBJECT = re.compile(r"[A-Za-z0-9._@|:/+=~\-]{1,128}")
_PLAN = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_DOUBTS: Mapping[str, Doubt] = {"iss": Doubt.ISSUER, "aud": Doubt.AUDIENCE, "nbf": Doubt.NOT_YET}


class _Allowed(JWSRegistry):
    """joserfc warns at each use of EdDSA, the name that RFC 9864 splits up and providers still write."""

    # Some providers put their chain of certificates (x5c) there, which is longer than the 512 of joserfc.
    max_header_length = 8192

    def get_alg(self, name: str) -> Any:
        """Return an algorithm of the list, in silence."""
        return self.algorithms[name] if name == "EdDSA" else super().get_alg(name)


# RFC 7515, section 4: header parameters that are not understood are ignored, unless `crit` names them.
_REGISTRY = _Allowed(algorithms=ALGORITHMS, strict_check_header=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a token has to say: who issued it, for whom, and in which claims its role and plan stand."""

    issuer: str
    audience: str
    role_claim: str = "tandem_role"
    plan_claim: str = "tandem_plan"


class JwtVerifier:
    """`service.ports.access.Verifier` for the tokens of one provider."""

    def __init__(self, provider: Provider, keys: Keys, now: Callable[[], datetime]) -> None:
        self._provider = provider
        self._keys = keys
        self._now = now

    def caller_of(self, token: str) -> Caller:
        """Return whose token it is; raises `NotRecognised` or `KeysUnavailable`."""
        claims = self._signed(token)
        self._check(claims)
        subject = claims["sub"]
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise NotRecognised(Doubt.CLAIMS)
        role = _role(claims.get(self._provider.role_claim))
        plan = claims.get(self._provider.plan_claim) if role is Role.PATIENT else None
        if role is Role.PATIENT and not (isinstance(plan, str) and _PLAN.fullmatch(plan)):
            raise NotRecognised(Doubt.NO_ROLE)
        return Caller(subject=subject, role=role, entrance=Entrance.JWT, plan_id=plan)

    def check_client(self, token: str, audiences: tuple[str, ...]) -> None:
        """Check the token of a program that calls for itself (CDS Hooks 2.0): for whom, until when, and once.

        Raises `NotRecognised` or `KeysUnavailable`.
        """
        self._validate(
            self._signed(token),
            JWTClaimsRegistry(
                now=int(self._now().timestamp()),
                leeway=_LEEWAY_SECONDS,
                iss={"essential": True, "value": self._provider.issuer},
                aud={"essential": True, "values": list(audiences)},
                exp={"essential": True},
                iat={"essential": True},
                jti={"essential": True},
            ),
        )

    def _signed(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token whose signature is right."""
        algorithm, kid = _header(token)
        key = self._keys.find(kid, algorithm)
        try:
            claims = loads(jws.deserialize_compact(token, key, registry=_REGISTRY).payload)
        except BadSignatureError:
            raise NotRecognised(Doubt.KEY) from None
        except (JoseError, NotJson, ValueError):
            raise NotRecognised(Doubt.MALFORMED) from None
        # A moment may have digits behind the point (RFC 7519, NumericDate), and joserfc takes no Decimal.
        return {name: float(one) if isinstance(one, Decimal) else one for name, one in claims.items()}

    def _check(self, claims: Mapping[str, Any]) -> None:
        needed = JWTClaimsRegistry(
            now=int(self._now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.audience},
            exp={"essential": True},
            nbf={"essential": True},
            sub={"essential": True},
        )
        self._validate(claims, needed)

    def _validate(self, claims: Mapping[str, Any], needed: JWTClaimsRegistry) -> None:
        try:
            needed.validate(dict(claims))
        except ExpiredTokenError:
            raise NotRecognised(Doubt.EXPIRED) from None
        except InvalidClaimError as error:
            raise NotRecognised(_DOUBTS.get(error.claim, Doubt.CLAIMS)) from None
        except MissingClaimError:
            raise NotRecognised(Doubt.CLAIMS) from None


def _header(token: str) -> tuple[str, str | None]:
    """Return the algorithm and the key's name of a token that nobody has checked yet.

    It is read here and not by joserfc, which goes as deep as a header is nested and trips over a `crit` of
    another form; we understand nothing that `crit` could name.
    """
    found = _COMPACT.fullmatch(token)
    if found is None:
        raise NotRecognised(Doubt.MALFORMED)
    try:
        said = loads(urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
    except (NotJson, ValueError):
        raise NotRecognised(Doubt.MALFORMED) from None
    algorithm, kid, kind = said.get("alg"), said.get("kid"), said.get("typ")
    if algorithm not in ALGORITHMS:
        raise NotRecognised(Doubt.ALGORITHM)
    if (kind.lower() if isinstance(kind, str) else kind) not in _KINDS:
        raise NotRecognised(Doubt.MALFORMED)
    if (kid is not None and not isinstance(kid, str)) or "crit" in said:
        raise NotRecognised(Doubt.MALFORMED)
    return algorithm, kid


def _role(claim: object) -> Role:
    """Return the role of a claim: one of ours, or the only one of ours in a list of a provider's roles."""
    said = claim if isinstance(claim, list) else [claim]
    ours = [role for role in Role if role.value in said]
    if len(ours) != 1:
        raise NotRecognised(Doubt.NO_ROLE)
    return ours[0]
