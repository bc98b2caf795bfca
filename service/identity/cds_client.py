"""Whose call of a CDS service it is: an EHR signs a JWT for each (CDS Hooks 2.0, Trusting CDS Clients)."""

from collections.abc import Callable
from datetime import datetime

from service.identity.jwt import JwtVerifier, Provider
from service.identity.keys import Keys
from service.ports.access import Caller, Entrance, Role


class CdsClientVerifier:
    """Recognises the one EHR whose issuer and keys are in the settings; its calls read findings and no more.

    `audiences` are the addresses of our services. A `jku` in a token leads nowhere: keys come from the
    settings alone.
    """

    def __init__(
        self, issuer: str, keys: Keys, *, audiences: tuple[str, ...], now: Callable[[], datetime]
    ) -> None:
        self._audiences = audiences
        self._verifier = JwtVerifier(Provider(issuer=issuer, audience=audiences[0]), keys, now)

    def caller_of(self, token: str) -> Caller:
        """Return the EHR as a caller; raises `NotRecognised` or `KeysUnavailable`."""
        self._verifier.check_client(token, self._audiences)
        return Caller(subject="cds-client", role=Role.READER, entrance=Entrance.JWT)
