"""Settings of an installation, from the environment alone; only the composition root reads them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvError, validate

DEFAULT_DATABASE = "sqlite:///tandem.db"
DEFAULT_PORT = 8080
_LARGEST_PORT = 65535
# The words of service.ports.storage.ConnectionMode and MedicationMode; bootstrap makes them so.
MODES = ("read-only", "shadow", "write")
MEDICATIONS = ("plan", "propose", "reference")
WRITING = ("on", "off")
AUTH = ("off", "required")
# The words of service.delivery.mail.Tls.
MAIL_TLS = ("starttls", "implicit", "off")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WORKER = ("embedded", "separate", "off")
PATIENT_MATCH = ("confirm", "trust")
SECRET = MappingProxyType({"secret": True})
"""Marks a setting that is never shown, and that a file may hold: the variable's name with _FILE."""
_RATE = re.compile(r"(?:off|[1-9][0-9]{0,8}/(?:second|minute|hour))\Z")
# scheme://host, with a port where it is not the scheme's own: what browsers send as Origin.
_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:[0-9]{1,5})?")
# RFC 6750, section 2.1, b64token: a header carries nothing else, or would say something else.
_BEARER = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


class BadSettings(ValueError):
    """The environment says something that makes no sense; the text names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator decides, each from TANDEM_ and its name in capitals (docs/howto/configure.md).

    `ehr_medications` None means `plan` on a sandbox and `reference` elsewhere; `ehr_capabilities` is a file
    that says, in the shape of `Capabilities.to_json`, what the server can do beyond its own statement;
    `ehr_owners` is a file with the owner of element groups, by `Kind.group`.
    `worker_passes` is how many passes a worker makes at once.
    `allowed_hosts` are names with commas between them; `jwt_keys` is a file or an https URL.
    `care_numbers` is a file with the numbers of rules that the clinic changes, `care_measures` one with what
    it says of measures.
    """

    database_url: str = field(default=DEFAULT_DATABASE, repr=False, metadata=SECRET)
    keys_file: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    auth: str = "off"
    allowed_hosts: str | None = None
    jwt_keys: str | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_role_claim: str = "tandem_role"
    jwt_plan_claim: str = "tandem_plan"
    log_json: bool = False
    request_seconds: float = 30.0
    max_body_bytes: int = 2_097_152
    rate_limit: str = "6000/minute"
    cors_origins: str | None = None
    behind_https: bool = False
    idempotency_hours: int = 24
    ehr_url: str | None = None
    ehr_token: str | None = field(default=None, repr=False, metadata=SECRET)
    ehr_mode: str = "read-only"
    writing: str = "on"
    ehr_sandbox: bool = False
    ehr_medications: str | None = None
    ehr_answer_seconds: float = 30.0
    ehr_capabilities: str | None = None
    ehr_owners: str | None = None
    ehr_poll_seconds: int = 60
    ehr_overlap_seconds: int = 120
    ehr_compare_hours: int = 24
    patient_identifier_system: str | None = None
    patient_match: str = "confirm"
    booking_days: int = 3
    renewal_days: int = 14
    identifier_system: str | None = None
    worker: str = "embedded"
    worker_passes: int = 4
    traces: bool = False
    public_url: str | None = None
    crisis_contacts: str | None = None
    alert_seconds: float = 15.0
    alert_acknowledge_minutes: int = 30
    alert_webhook_url: str | None = None
    alert_webhook_secret: str | None = field(default=None, repr=False, metadata=SECRET)
    mail_host: str | None = None
    mail_port: int = 587
    mail_tls: str = "starttls"
    mail_from: str | None = None
    mail_user: str | None = None
    mail_password: str | None = field(default=None, repr=False, metadata=SECRET)
    cds_issuer: str | None = None
    cds_keys: str | None = None
    care_numbers: str | None = None
    care_measures: str | None = None


def secret_variables() -> tuple[str, ...]:
    """Return the names of the variables that hold secrets; each has a twin that names a file instead."""
    return tuple(f"TANDEM_{one.name.upper()}" for one in fields(Settings) if one.metadata.get("secret"))


def read_settings() -> Settings:
    """Read the TANDEM_ variables; raises `BadSettings`."""
    env = Env(prefix="TANDEM_")
    try:
        found = Settings(
            database_url=_secret(env, "DATABASE_URL") or DEFAULT_DATABASE,
            keys_file=env.str("KEYS_FILE", None),
            host=env.str("HOST", "127.0.0.1"),
            port=env.int("PORT", DEFAULT_PORT),
            auth=env.str("AUTH", "off", validate=validate.OneOf(AUTH)),
            allowed_hosts=env.str("ALLOWED_HOSTS", None),
            jwt_keys=env.str("JWT_KEYS", None),
            jwt_issuer=env.str("JWT_ISSUER", None),
            jwt_audience=env.str("JWT_AUDIENCE", None),
            jwt_role_claim=env.str("JWT_ROLE_CLAIM", "tandem_role"),
            jwt_plan_claim=env.str("JWT_PLAN_CLAIM", "tandem_plan"),
            log_json=env.bool("LOG_JSON", default=False),
            request_seconds=env.float("REQUEST_SECONDS", 30.0, validate=validate.Range(1, 600)),
            max_body_bytes=env.int("MAX_BODY_BYTES", 2_097_152, validate=validate.Range(1024, 2**30)),
            rate_limit=env.str("RATE_LIMIT", "6000/minute", validate=validate.Regexp(_RATE)),
            cors_origins=env.str("CORS_ORIGINS", None),
            behind_https=env.bool("BEHIND_HTTPS", default=False),
            idempotency_hours=env.int("IDEMPOTENCY_HOURS", 24, validate=validate.Range(1, 8760)),
            ehr_url=env.str("EHR_URL", None),
            ehr_token=_secret(env, "EHR_TOKEN"),
            ehr_mode=env.str("EHR_MODE", "read-only", validate=validate.OneOf(MODES)),
            writing=env.str("WRITING", "on", validate=validate.OneOf(WRITING)),
            ehr_sandbox=env.bool("EHR_SANDBOX", default=False),
            ehr_medications=env.str("EHR_MEDICATIONS", None, validate=validate.OneOf(MEDICATIONS)),
            ehr_answer_seconds=env.float("EHR_ANSWER_SECONDS", 30.0, validate=validate.Range(1, 600)),
            ehr_capabilities=env.str("EHR_CAPABILITIES", None),
            ehr_owners=env.str("EHR_OWNERS", None),
            patient_identifier_system=env.str("PATIENT_IDENTIFIER_SYSTEM", None),
            identifier_system=env.str("IDENTIFIER_SYSTEM", None),
            **_at_the_chart(env),
            **_working(env),
            **_alerting(env),
        )
    except EnvError as error:
        raise BadSettings(str(error)) from None
    for complaint in (
        *_complaints(found),
        *_entrance_complaints(found),
        *_alert_complaints(found),
        *_cds_complaints(found),
    ):
        raise BadSettings(complaint)
    return found


def _at_the_chart(env: Env) -> dict[str, Any]:
    """Read how the chart is read, and what is asked of a person before it is linked."""
    return {
        "patient_match": env.str("PATIENT_MATCH", "confirm", validate=validate.OneOf(PATIENT_MATCH)),
        "booking_days": env.int("BOOKING_DAYS", 3, validate=validate.Range(0, 365)),
        "renewal_days": env.int("RENEWAL_DAYS", 14, validate=validate.Range(0, 365)),
        "ehr_poll_seconds": env.int("EHR_POLL_SECONDS", 60, validate=validate.Range(2, 86_400)),
        "ehr_overlap_seconds": env.int("EHR_OVERLAP_SECONDS", 120, validate=validate.Range(60, 86_400)),
        "ehr_compare_hours": env.int("EHR_COMPARE_HOURS", 24, validate=validate.Range(1, 8760)),
    }


def _working(env: Env) -> dict[str, Any]:
    """Read how the service works by itself."""
    return {
        "worker": env.str("WORKER", "embedded", validate=validate.OneOf(WORKER)),
        "worker_passes": env.int("WORKER_PASSES", 4, validate=validate.Range(1, 64)),
        "traces": env.bool("TRACES", default=False),
        "care_numbers": env.str("CARE_NUMBERS", None),
        "care_measures": env.str("CARE_MEASURES", None),
    }


def _alerting(env: Env) -> dict[str, Any]:
    """Read how alerts reach people, and which EHR shows our cards."""
    minutes = validate.Range(1, 24 * 60)
    return {
        "public_url": env.str("PUBLIC_URL", None),
        "crisis_contacts": env.str("CRISIS_CONTACTS", None),
        "alert_seconds": env.float("ALERT_SECONDS", 15.0, validate=validate.Range(0, 600)),
        "alert_acknowledge_minutes": env.int("ALERT_ACKNOWLEDGE_MINUTES", 30, validate=minutes),
        "alert_webhook_url": env.str("ALERT_WEBHOOK_URL", None),
        "alert_webhook_secret": _secret(env, "ALERT_WEBHOOK_SECRET"),
        "mail_host": env.str("MAIL_HOST", None),
        "mail_port": env.int("MAIL_PORT", 587, validate=validate.Range(1, _LARGEST_PORT)),
        "mail_tls": env.str("MAIL_TLS", "starttls", validate=validate.OneOf(MAIL_TLS)),
        "mail_from": env.str("MAIL_FROM", None),
        "mail_user": env.str("MAIL_USER", None),
        "mail_password": _secret(env, "MAIL_PASSWORD"),
        "cds_issuer": env.str("CDS_ISSUER", None),
        "cds_keys": env.str("CDS_KEYS", None),
    }


def _secret(env: Env, name: str) -> str | None:
    """Read a secret from its variable, or from the file that the variable's twin names."""
    said: str | None = env.str(name, None)
    file: str | None = env.str(f"{name}_FILE", None)
    if file is None:
        return said
    if said is not None:
        raise BadSettings(f"TANDEM_{name} and TANDEM_{name}_FILE are both set: which one is meant?")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise BadSettings(f"TANDEM_{name}_FILE names no file that can be read") from None


def _complaints(settings: Settings) -> Iterator[str]:
    if not 0 < settings.port <= _LARGEST_PORT:
        yield f"TANDEM_PORT must be 1 to {_LARGEST_PORT}"
    for origin in (settings.cors_origins or "").split():
        if not _ORIGIN.fullmatch(origin):
            yield "TANDEM_CORS_ORIGINS must name origins such as https://clinic.example, each in full"
    if settings.ehr_url is not None and not settings.ehr_url.startswith(("http://", "https://")):
        yield "TANDEM_EHR_URL must start with http:// or https://"
    if settings.ehr_token is not None and not _BEARER.fullmatch(settings.ehr_token):
        yield "TANDEM_EHR_TOKEN must be a bearer token: letters, digits, '-._~+/', and '=' at its end alone"
    if settings.ehr_url and not settings.ehr_sandbox and settings.patient_identifier_system is None:
        yield (
            "TANDEM_PATIENT_IDENTIFIER_SYSTEM is needed: patients are matched by it"
            " (or say TANDEM_EHR_SANDBOX=true)"
        )
    if settings.ehr_url and not settings.ehr_sandbox and settings.keys_file is None:
        yield (
            "TANDEM_KEYS_FILE is needed: what concerns real patients is sealed (`tandem key new` makes a key;"
            " or say TANDEM_EHR_SANDBOX=true)"
        )


def _entrance_complaints(settings: Settings) -> Iterator[str]:
    if settings.allowed_hosts and settings.auth == "off":
        yield "TANDEM_ALLOWED_HOSTS is set, and only this machine is answered: say TANDEM_AUTH=required"
    if settings.jwt_keys is None:
        return
    if settings.auth == "off":
        yield "TANDEM_JWT_KEYS is set, and nobody is asked for a token: say TANDEM_AUTH=required"
    if not settings.jwt_issuer or not settings.jwt_audience:
        yield "TANDEM_JWT_ISSUER and TANDEM_JWT_AUDIENCE are needed with TANDEM_JWT_KEYS"
    if settings.jwt_keys.startswith("http://"):
        yield "TANDEM_JWT_KEYS must be a file or an https URL: over http anybody could give us keys"


def _alert_complaints(settings: Settings) -> Iterator[str]:
    hook, mail = settings.alert_webhook_url, settings.mail_host
    if (hook or mail) and not _is_safe_url(settings.public_url):
        yield "TANDEM_PUBLIC_URL is needed, with https://, where alerts leave: each is a link"
    if hook and not _is_safe_url(hook):
        yield "TANDEM_ALERT_WEBHOOK_URL must start with https:// (http:// on this machine alone)"
    if hook and not settings.alert_webhook_secret:
        yield "TANDEM_ALERT_WEBHOOK_SECRET is needed: without it anybody could raise alerts there"
    if mail and not settings.mail_from:
        yield "TANDEM_MAIL_FROM is needed with TANDEM_MAIL_HOST"
    if mail and settings.mail_tls == "off" and mail not in _LOOPBACK:
        yield "TANDEM_MAIL_TLS may be off for a mail server on this machine alone"


def _cds_complaints(settings: Settings) -> Iterator[str]:
    if (settings.cds_issuer is None) is not (settings.cds_keys is None):
        yield "TANDEM_CDS_ISSUER and TANDEM_CDS_KEYS are needed together"
    if settings.cds_keys is not None and not _is_safe_url(settings.public_url):
        yield "TANDEM_PUBLIC_URL is needed with TANDEM_CDS_KEYS: tokens are made for an address of ours"
    if settings.cds_keys is not None and settings.cds_keys.startswith("http://"):
        yield "TANDEM_CDS_KEYS must be a file or an https URL: over http anybody could give us keys"


def _is_safe_url(url: str | None) -> bool:
    try:
        said = urlsplit(url or "")
        return bool(said.hostname) and (said.scheme == "https" or said.hostname in _LOOPBACK)
    except ValueError:
        return False
