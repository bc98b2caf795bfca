"""Who tells callers apart."""

from pathlib import Path

from service.application.recognise import Recogniser
from service.ehr.key_set import KeySetUrl
from service.identity.jwt import JwtVerifier, Provider
from service.identity.key_file import KeySetFile
from service.identity.keys import Keys
from service.ports.clock import Clock
from service.ports.storage import Storage
from service.settings import Settings


def recogniser_of(settings: Settings, *, storage: Storage, clock: Clock) -> Recogniser:
    """Return who tells callers apart: by our tokens, and by the identity provider's where there is one."""
    if settings.jwt_keys is None:
        return Recogniser(storage=storage, clock=clock)
    remote = settings.jwt_keys.startswith("https://")
    source = KeySetUrl(settings.jwt_keys) if remote else KeySetFile(Path(settings.jwt_keys))
    provider = Provider(
        issuer=settings.jwt_issuer or "",
        audience=settings.jwt_audience or "",
        role_claim=settings.jwt_role_claim,
        plan_claim=settings.jwt_plan_claim,
    )
    verifier = JwtVerifier(provider, Keys(source, clock.now), clock.now)
    return Recogniser(storage=storage, clock=clock, verifier=verifier)
