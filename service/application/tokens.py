"""Tokens of ours: made, shown once, recognised, listed and revoked.

What is kept of a secret is its SHA-256 digest. A slow hash with a salt protects what people can remember,
since that can be guessed; a secret of 256 random bits cannot, however fast the hash, and a slow one would
make each request slow and each flood of wrong tokens a way to stop the service. Digests are compared in a
time that does not tell how much of them is right.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from service.domain.values import Invalid, Problem
from service.ports.access import Caller, Doubt, Entrance, NotRecognised, Role, Token, Tokens
from service.ports.clock import Clock
from service.ports.storage import Storage, Unknown

PREFIX = "tandem_"
NAME_PATTERN = r"[A-Za-z0-9._@\-]{1,64}"
_TOKEN = re.compile(rf"{PREFIX}([0-9a-f]{{16}})_([0-9a-f]{{64}})")
# Compared with when there is no such token, so that the answer takes as long as for one that there is.
_NOBODYS = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPorts:
    """Where tokens are kept, what time it is, and `random_hex`, which gives so many random bytes as hex."""

    storage: Storage
    clock: Clock
    random_hex: Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """Make a token for somebody who is called `name` in authors and the audit trail."""

    name: str
    role: Role
    days: int
    plan_id: str | None = None
    created_by: str


def add_token(wanted: NewToken, *, ports: TokenPorts) -> tuple[Token, str]:
    """Keep a new token and return it with its text, which is shown once and kept nowhere.

    Raises `Invalid` for a patient without a plan or a plan for anybody else, `Unknown` and `Taken`.
    """
    _check(wanted)
    token_id, secret = ports.random_hex(8), ports.random_hex(32)
    now = ports.clock.now()
    token = Token(
        id=token_id,
        name=wanted.name,
        role=wanted.role,
        digest=_digest(secret),
        created_at=now,
        created_by=wanted.created_by,
        plan_id=wanted.plan_id,
        expires_at=now + timedelta(days=wanted.days),
    )
    with ports.storage.begin() as work:
        if wanted.plan_id is not None:
            work.plans.head(wanted.plan_id)
        work.tokens.add(token)
        work.commit()
    return token, f"{PREFIX}{token_id}_{secret}"


def list_tokens(*, storage: Storage) -> tuple[Token, ...]:
    """Return every token that was ever given out, by name."""
    with storage.begin(write=False) as work:
        return work.tokens.all()


def revoke_token(token_id: str, *, storage: Storage, clock: Clock) -> Token:
    """Revoke a token; from now on it opens nothing; raises `Unknown`."""
    with storage.begin() as work:
        token = work.tokens.revoke(token_id, clock.now())
        work.commit()
    return token


def is_ours(text: str) -> bool:
    """Tell whether a bearer token claims to be one of ours."""
    return text.startswith(PREFIX)


def caller_of(text: str, *, storage: Storage, now: datetime) -> Caller:
    """Return whose token a text is; raises `NotRecognised`."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise NotRecognised(Doubt.MALFORMED)
    with storage.begin(write=False) as work:
        token = _kept(work.tokens, found[1])
    right = compare_digest(token.digest if token else _NOBODYS, _digest(found[2]))
    if token is None or not right:
        raise NotRecognised(Doubt.UNKNOWN)
    if token.revoked_at is not None:
        raise NotRecognised(Doubt.REVOKED)
    if token.expires_at <= now:
        raise NotRecognised(Doubt.EXPIRED)
    return Caller(subject=token.name, role=token.role, entrance=Entrance.TOKEN, plan_id=token.plan_id)


def _kept(tokens: Tokens, token_id: str) -> Token | None:
    try:
        return tokens.get(token_id)
    except Unknown:
        return None


def _check(wanted: NewToken) -> None:
    problems = []
    if not re.fullmatch(NAME_PATTERN, wanted.name):
        problems.append(Problem("name", "must be 1 to 64 letters, digits, '-', '.', '_' or '@'"))
    if wanted.role is Role.PATIENT and wanted.plan_id is None:
        problems.append(Problem("plan", "is required: a patient's token opens one plan"))
    if wanted.role is not Role.PATIENT and wanted.plan_id is not None:
        problems.append(Problem("plan", "is for a patient's token alone"))
    if problems:
        raise Invalid(problems)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
