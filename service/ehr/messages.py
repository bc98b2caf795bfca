"""One request and its answer, as plain values, so that sorting them needs no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.fhir.json import JsonObject


class Aim(StrEnum):
    """What a request is for; it decides what a refusal means."""

    METADATA = "metadata"
    READ = "read"
    SEARCH = "search"
    HISTORY = "history"
    PAGE = "page"
    VALIDATE = "validate"
    CREATE = "create"
    UPDATE = "update"
    PUT_NEW = "put-new"
    TRANSACTION = "transaction"


METHODS: Mapping[Aim, str] = {
    Aim.METADATA: "GET",
    Aim.READ: "GET",
    Aim.SEARCH: "GET",
    Aim.HISTORY: "GET",
    Aim.PAGE: "GET",
    Aim.VALIDATE: "POST",
    Aim.CREATE: "POST",
    Aim.UPDATE: "PUT",
    Aim.PUT_NEW: "PUT",
    Aim.TRANSACTION: "POST",
}
WRITES = frozenset({Aim.CREATE, Aim.UPDATE, Aim.PUT_NEW, Aim.TRANSACTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request; `path` lies below the base, or is a link of the server's own; `guarded` means If-Match.

    `anew` asks again for what was read before. `urns` has, for each change that it makes, the urn of what the
    server is to name, None where we name it.
    """

    aim: Aim
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JsonObject | None = None
    guarded: bool = False
    anew: bool = False
    urns: tuple[str | None, ...] = ()

    @property
    def method(self) -> str:
        """Return the HTTP method that the aim takes."""
        return METHODS[self.aim]

    @property
    def writes(self) -> bool:
        """Tell whether the request may change the chart."""
        return self.aim in WRITES

    @property
    def name(self) -> str:
        """Return what a message may say of it: never the query, which holds identifiers and names."""
        where = "a further page" if self.aim is Aim.PAGE else self.path or "the base"
        return f"{self.aim} at {where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response; `body` is None where there was none or where it was no JSON object (then `garbled`)."""

    status: int
    headers: Mapping[str, str]
    body: JsonObject | None
    request_id: str | None
    garbled: bool = False

    @property
    def ok(self) -> bool:
        """Tell whether the server says that it did what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004  the bounds of RFC 9110, 15.3
