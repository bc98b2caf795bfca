"""Settings of an installation, from the environment alone; only the composition root reads them."""

from dataclasses import dataclass, field

from environs import Env, EnvError, validate

DEFAULT_DATABASE = "sqlite:///tandem.db"
DEFAULT_PORT = 8080
_LARGEST_PORT = 65535
# The words of service.ports.storage.ConnectionMode and MedicationMode; bootstrap makes them so.
MODES = ("read-only", "shadow", "write")
MEDICATIONS = ("plan", "propose", "reference")


class BadSettings(ValueError):
    """The environment says something that makes no sense; the text names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator decides, each from TANDEM_ and its name in capitals (docs/howto/configure.md).

    `ehr_medications` None means `plan` on a sandbox and `reference` elsewhere; `ehr_capabilities` is a file
    that says, in the shape of `Capabilities.to_json`, what the server can do beyond its own statement.
    """

    database_url: str = DEFAULT_DATABASE
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    log_json: bool = False
    ehr_url: str | None = None
    ehr_token: str | None = field(default=None, repr=False)
    ehr_mode: str = "read-only"
    ehr_sandbox: bool = False
    ehr_medications: str | None = None
    ehr_answer_seconds: float = 30.0
    ehr_capabilities: str | None = None
    patient_identifier_system: str | None = None
    identifier_system: str | None = None
    traces: bool = False


def read_settings() -> Settings:
    """Read the TANDEM_ variables; raises `BadSettings`."""
    env = Env(prefix="TANDEM_")
    try:
        found = Settings(
            database_url=env.str("DATABASE_URL", DEFAULT_DATABASE),
            host=env.str("HOST", "127.0.0.1"),
            port=env.int("PORT", DEFAULT_PORT),
            log_json=env.bool("LOG_JSON", default=False),
            ehr_url=env.str("EHR_URL", None),
            ehr_token=env.str("EHR_TOKEN", None),
            ehr_mode=env.str("EHR_MODE", "read-only", validate=validate.OneOf(MODES)),
            ehr_sandbox=env.bool("EHR_SANDBOX", default=False),
            ehr_medications=env.str("EHR_MEDICATIONS", None, validate=validate.OneOf(MEDICATIONS)),
            ehr_answer_seconds=env.float("EHR_ANSWER_SECONDS", 30.0),
            ehr_capabilities=env.str("EHR_CAPABILITIES", None),
            patient_identifier_system=env.str("PATIENT_IDENTIFIER_SYSTEM", None),
            identifier_system=env.str("IDENTIFIER_SYSTEM", None),
            traces=env.bool("TRACES", default=False),
        )
    except EnvError as error:
        raise BadSettings(str(error)) from None
    _check(found)
    return found


def _check(settings: Settings) -> None:
    if not 0 < settings.port <= _LARGEST_PORT:
        raise BadSettings(f"TANDEM_PORT must be 1 to {_LARGEST_PORT}")
    if settings.ehr_url is not None and not settings.ehr_url.startswith(("http://", "https://")):
        raise BadSettings("TANDEM_EHR_URL must start with http:// or https://")
    if settings.ehr_url and not settings.ehr_sandbox and settings.patient_identifier_system is None:
        raise BadSettings(
            "TANDEM_PATIENT_IDENTIFIER_SYSTEM is needed: patients are matched by it"
            " (or say TANDEM_EHR_SANDBOX=true)"
        )
