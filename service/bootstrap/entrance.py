"""Who tells callers apart, and what the callers of CDS services get."""

from pathlib import Path

from service.application.ports import PlanPorts
from service.application.recognise import Recogniser
from service.application.show_cards import CardPorts
from service.bootstrap.chart import CONNECTION
from service.ehr.key_set import KeySetUrl
from service.identity.cds_client import CdsClientVerifier
from service.identity.jwt import JwtVerifier, Provider
from service.identity.key_file import KeySetFile
from service.identity.keys import Keys
from service.ports.access import KeySource
from service.ports.clock import Clock
from service.ports.storage import Storage
from service.settings import Settings


def recogniser_of(settings: Settings, *, storage: Storage, clock: Clock) -> Recogniser:
    """Return who tells callers apart: by our tokens, and by the identity provider's where there is one."""
    if settings.jwt_keys is None:
        return Recogniser(storage=storage, clock=clock)
    source = _source(settings.jwt_keys)
    provider = Provider(
        issuer=settings.jwt_issuer or "",
        audience=settings.jwt_audience or "",
        role_claim=settings.jwt_role_claim,
        plan_claim=settings.jwt_plan_claim,
    )
    verifier = JwtVerifier(provider, Keys(source, clock.now), clock.now)
    return Recogniser(storage=storage, clock=clock, verifier=verifier)


def cds_recogniser_of(
    settings: Settings, *, storage: Storage, clock: Clock, paths: tuple[str, ...]
) -> Recogniser | None:
    """Return who tells the callers of CDS services apart, None where no EHR is named that may call them.

    `paths` are those of the services; a token is for one of them, or for all by what they begin with.
    """
    if settings.cds_issuer is None or settings.cds_keys is None:
        return None
    base = (settings.public_url or "").rstrip("/")
    keys = Keys(_source(settings.cds_keys), clock.now)
    audiences = tuple(f"{base}{path}" for path in paths)
    verifier = CdsClientVerifier(settings.cds_issuer, keys, audiences=audiences, now=clock.now)
    return Recogniser(storage=storage, clock=clock, verifier=verifier)


def cards_of(settings: Settings, plans: PlanPorts) -> CardPorts:
    """Return what the cards of an installation need."""
    return CardPorts(
        plans=plans,
        connection_id=CONNECTION,
        fhir_server=settings.ehr_url,
        public_url=settings.public_url,
    )


def _source(keys: str) -> KeySource:
    return KeySetUrl(keys) if keys.startswith("https://") else KeySetFile(Path(keys))
