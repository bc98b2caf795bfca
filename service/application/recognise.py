"""From the text of an Authorization header to a caller: a token of ours, or one of an identity provider."""

import re
from dataclasses import dataclass

from service.application.tokens import caller_of, is_ours
from service.ports.access import Caller, Doubt, Entrance, NotRecognised, Role, Verifier
from service.ports.clock import Clock
from service.ports.storage import Storage

# RFC 6750, section 2.1: b64token. Longer ones than this no identity provider sends, and joserfc reads none.
_BEARER = re.compile(r"Bearer +([A-Za-z0-9\-._~+/]{1,8192}=*)", re.IGNORECASE)
LOCAL = Caller(subject="local", role=Role.CLINICIAN, entrance=Entrance.OPEN)
"""Whoever asks on the loopback address while nobody has to show who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """Recognises callers; `verifier` is None where no identity provider is configured."""

    storage: Storage
    clock: Clock
    verifier: Verifier | None = None

    def caller_of(self, authorization: str | None) -> Caller:
        """Return who asks; raises `NotRecognised` or `KeysUnavailable`."""
        if authorization is None:
            raise NotRecognised(Doubt.MISSING)
        found = _BEARER.fullmatch(authorization)
        if found is None:
            raise NotRecognised(Doubt.MALFORMED)
        if is_ours(found[1]):
            return caller_of(found[1], storage=self.storage, now=self.clock.now())
        if self.verifier is None:
            raise NotRecognised(Doubt.UNKNOWN)
        return self.verifier.caller_of(found[1])


class Everybody:
    """Takes whoever asks for the clinician at this machine, as long as authentication is off."""

    def caller_of(self, authorization: str | None) -> Caller:  # noqa: ARG002  the signature of Recogniser
        """Return `LOCAL`."""
        return LOCAL
