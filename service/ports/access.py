"""Who may enter: callers and their roles, kept tokens, and the audit trail of what everybody did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Role(StrEnum):
    """What a caller is to a plan; `service.application.access` says what each may do."""

    READER = "reader"
    CLINICIAN = "clinician"
    INTEGRATOR = "integrator"
    PATIENT = "patient"


class Entrance(StrEnum):
    """How a caller came in: without being asked, by a token of ours, by a JWT, or on the command line."""

    OPEN = "open"
    TOKEN = "token"  # noqa: S105  the name of an entrance
    JWT = "jwt"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody whose identity is established; `plan_id` is the one plan of a patient, and None for others."""

    subject: str
    role: Role
    entrance: Entrance
    plan_id: str | None = None


class Doubt(StrEnum):
    """Why an identity is not established; a code of the problem, never a word of the token."""

    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET = "not-yet-valid"
    ALGORITHM = "wrong-algorithm"
    KEY = "wrong-key"
    ISSUER = "wrong-issuer"
    AUDIENCE = "wrong-audience"
    CLAIMS = "claims-missing"
    NO_ROLE = "no-role"


class NotRecognised(Exception):
    """The caller does not show who they are: the same token will not do."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(_WORDS[doubt])
        self.doubt = doubt


class NotAllowed(Exception):
    """The caller is known and may not do this; the text says why without naming anything that is kept."""


class KeysUnavailable(Exception):
    """The keys of the identity provider cannot be had: try again later."""


_WORDS: Mapping[Doubt, str] = {
    Doubt.MISSING: "Authorization: Bearer with a token is required.",
    Doubt.MALFORMED: "The Authorization header holds no bearer token that can be read.",
    Doubt.UNKNOWN: "The token is not known here.",
    Doubt.REVOKED: "The token has been revoked.",
    Doubt.EXPIRED: "The token has expired.",
    Doubt.NOT_YET: "The token is not valid yet.",
    Doubt.ALGORITHM: "The token is signed with an algorithm that is not taken here.",
    Doubt.KEY: "The token is not signed with a key of the identity provider.",
    Doubt.ISSUER: "The token is of another issuer.",
    Doubt.AUDIENCE: "The token is meant for another service.",
    Doubt.CLAIMS: "The token lacks a claim that is needed, or has it in another form: exp, nbf, sub.",
    Doubt.NO_ROLE: "The token gives no role that is known here, or a patient's role without a plan.",
}


class Verifier(Protocol):
    """Checks signed tokens of an identity provider."""

    def caller_of(self, token: str) -> Caller:
        """Return whose token it is; raises `NotRecognised` or `KeysUnavailable`."""


class KeySource(Protocol):
    """Where the keys of an identity provider come from."""

    def fetch(self) -> Mapping[str, Any]:
        """Return the JSON Web Key Set as it is now; raises `KeysUnavailable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of ours, which always ends; of its secret `digest` is all that is kept."""

    id: str
    name: str
    role: Role
    digest: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    plan_id: str | None = None
    revoked_at: datetime | None = None


class Tokens(Protocol):
    """The tokens that were given out; none is forgotten, so that a name in the audit trail stays one's."""

    def add(self, token: Token) -> None:
        """Keep a new token; raises `Taken` when its id or its name was ever in use."""

    def get(self, token_id: str) -> Token:
        """Return a token; raises `Unknown`."""

    def all(self) -> tuple[Token, ...]:
        """Return every token, by name."""

    def revoke(self, token_id: str, at: datetime) -> Token:
        """Revoke a token and return it; one that is revoked keeps its first moment; raises `Unknown`."""


class Outcome(StrEnum):
    """What became of an operation; `begun` stands before one that writes into a chart."""

    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to which plan, when, and what became of it: ids and codes, no record of a patient.

    `number` counts the entries in the order in which they were kept. `acting_for` is the author whom an
    integrator named. `status` is that of HTTP, or the exit code of the command line. `item_id` is the part,
    the person, the revision, the import, the finding or the token of what was done.
    """

    number: int = 0
    at: datetime
    who: str
    role: str
    entrance: Entrance
    operation: str
    outcome: Outcome
    status: int
    request_id: str | None = None
    plan_id: str | None = None
    patient_id: str | None = None
    item_id: str | None = None
    acting_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; what is None does not narrow, and `until` is the first moment after them."""

    who: str | None = None
    operation: str | None = None
    plan_id: str | None = None
    patient_id: str | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCount:
    """How many requests without an identity were refused in an hour, by operation and doubt."""

    hour: datetime
    operation: str
    doubt: Doubt
    count: int


class Audit(Protocol):
    """The audit trail; what stands in it is never changed and never removed."""

    def add(self, entry: AuditEntry) -> None:
        """Keep an entry under the next number; a plan's patient is looked up unless named.

        A plan that is looked up and not kept is left out: its id may be anything that somebody typed.
        """

    def page(
        self, wanted: AuditFilter, *, before: int | None = None, limit: int = 50
    ) -> tuple[AuditEntry, ...]:
        """Return entries, the latest first, from below a number."""

    def count_refused(self, hour: datetime, operation: str, doubt: Doubt) -> None:
        """Count a request without an identity."""

    def refused(self, *, since: datetime) -> tuple[RefusedCount, ...]:
        """Return the counts from an hour on, oldest first."""
