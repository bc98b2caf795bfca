"""The way to the chart: gateway, connection and the operator's word on the server."""

import secrets
from collections.abc import Callable
from time import sleep

from service.bootstrap.files import json_in
from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ehr.retry import RetryPolicy
from service.ehr.transport import Transport
from service.fhir.json import JsonObject
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.storage import Connection, ConnectionMode, MedicationMode
from service.settings import BadSettings, Settings
from service.sync.agenda import Asking
from service.sync.authority import Authority, NotOwned, authority_of
from service.telemetry.watch import CallWatch

CONNECTION = "default"


def gateway_to(
    url: str, *, settings: Settings, request_ids: Callable[[], str], watch: CallWatch | None = None
) -> Gateway:
    """Return the gateway to a FHIR server."""
    token = settings.ehr_token
    transport = Transport(
        url,
        request_ids=request_ids,
        watch=watch,
        limits=Limits(answer=settings.ehr_answer_seconds),
        token=None if token is None else lambda: token,
    )
    spread = secrets.SystemRandom()
    policy = RetryPolicy(attempts=4, base=0.25, cap=10.0, jitter=lambda longest: spread.uniform(0, longest))
    return Gateway(transport, retry=policy, sleep=sleep)


def override_in(file: str | None) -> JsonObject:
    """Read the operator's word on what the server can do; raises `BadSettings`."""
    return {} if file is None else json_in(file, "TANDEM_EHR_CAPABILITIES")


def authority_in(file: str | None) -> Authority:
    """Read the operator's word on who owns which element group; raises `BadSettings`."""
    if file is None:
        return Authority()
    try:
        return authority_of(json_in(file, "TANDEM_EHR_OWNERS"))
    except NotOwned as error:
        raise BadSettings(f"TANDEM_EHR_OWNERS: {error}") from None


def connection_of(settings: Settings) -> Connection:
    """Return the connection as the settings have it."""
    medications = settings.ehr_medications or ("plan" if settings.ehr_sandbox else "reference")
    return Connection(
        id=CONNECTION,
        base_url=settings.ehr_url or "",
        identifier_system=settings.identifier_system or DEFAULT_IDENTIFIER_SYSTEM,
        patient_identifier_system=settings.patient_identifier_system,
        mode=ConnectionMode(settings.ehr_mode),
        sandbox=settings.ehr_sandbox,
        medications=MedicationMode(medications),
    )


def asking_of(settings: Settings) -> Asking:
    """Return what people are asked before it is linked."""
    return Asking(
        trusts_match=settings.patient_match == "trust",
        booking_days=settings.booking_days,
        renewal_days=settings.renewal_days,
    )
