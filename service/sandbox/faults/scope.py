"""Which requests a fault strikes: interaction, type, how many are spared first, how many struck."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from service.fhir.bundle import entries
from service.fhir.json import JsonObject, NotJson, loads
from service.sandbox.wire import Incoming


class Interaction(StrEnum):
    """What a request is for; `page` is any page but the first, of a search or a history."""

    READ = "read"
    VREAD = "vread"
    SEARCH = "search"
    PAGE = "page"
    HISTORY = "history"
    CREATE = "create"
    UPDATE = "update"
    PATCH = "patch"
    DELETE = "delete"
    TRANSACTION = "transaction"
    BATCH = "batch"
    CAPABILITIES = "capabilities"
    OPERATION = "operation"


EVERY = frozenset(Interaction)
BY_ID = frozenset({Interaction.UPDATE, Interaction.PATCH})
BUNDLES = frozenset({Interaction.TRANSACTION, Interaction.BATCH})
WRITES = BY_ID | BUNDLES | {Interaction.CREATE, Interaction.DELETE}
LOOKS = frozenset(
    {Interaction.READ, Interaction.VREAD, Interaction.SEARCH, Interaction.PAGE, Interaction.HISTORY}
)
_VERBS = {
    "POST": Interaction.CREATE,
    "PUT": Interaction.UPDATE,
    "PATCH": Interaction.PATCH,
    "DELETE": Interaction.DELETE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request is for, and which types it is about; a Bundle is about those of its entries."""

    interaction: Interaction
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Empty interactions or types mean any; `times` is None for no limit; `seed` makes chance repeatable."""

    interactions: frozenset[Interaction] = frozenset()
    types: frozenset[str] = frozenset()
    after: int = 0
    times: int | None = None
    chance: float = 1.0
    seed: int = 0

    def meets(self, asked: Asked) -> bool:
        """Tells whether a request is one of those that the fault is about."""
        return (not self.interactions or asked.interaction in self.interactions) and (
            not self.types or bool(self.types & asked.types)
        )

    def strikes(self, *, met: int, struck: int) -> bool:
        """Tells whether the next request is struck, after so many that the scope met and it struck."""
        if met < self.after or (self.times is not None and struck >= self.times):
            return False
        # A generator of its own for each request: which ones are struck depends on nothing else.
        return self.chance >= 1 or Random(f"{self.seed}:{met}").random() < self.chance  # noqa: S311  no secret


def asked_by(incoming: Incoming, page_of: str = "") -> Asked:
    """Reads what a request is for; `page_of` is the type of the search whose page it asks for."""
    query, parts = dict(incoming.query), incoming.segments
    if "_getpages" in query:
        return Asked(interaction=Interaction.PAGE, types=frozenset({page_of} - {""}))
    match incoming.method, parts:
        case _, ("metadata",):
            return Asked(interaction=Interaction.CAPABILITIES)
        case "POST", ():
            return _bundle(incoming)
        case _, (*whose, "_history"):
            found = Interaction.HISTORY if query.get("_offset", "0") == "0" else Interaction.PAGE
            return Asked(interaction=found, types=frozenset(whose[:1]))
        case _, (kind, *rest):
            return Asked(interaction=_interaction(incoming.method, rest), types=frozenset({kind}))
        case _:
            return Asked(interaction=Interaction.OPERATION)


def targets(incoming: Incoming) -> Iterator[tuple[str, str]]:
    """Gives type and id of what a request updates or patches, in a Bundle too."""
    match incoming.method, incoming.segments:
        case "PUT" | "PATCH", (kind, key):
            yield kind, key
        case "POST", ():
            for verb, path in _entries(_json(incoming.body)):
                kind, _, key = path.partition("/")
                if verb in {"PUT", "PATCH"} and key:
                    yield kind, key
        case _:
            return


def _interaction(method: str, rest: list[str]) -> Interaction:
    match method, rest:
        case _, (*_, last) if last.startswith("$"):
            return Interaction.OPERATION
        case "GET" | "HEAD", (_, "_history", _):
            return Interaction.VREAD
        case "GET" | "HEAD", (last,) if last != "_search":
            return Interaction.READ
        case _, ("_search",):
            return Interaction.SEARCH
        case _:
            return _VERBS.get(method, Interaction.SEARCH)


def _bundle(incoming: Incoming) -> Asked:
    bundle = _json(incoming.body)
    kind = Interaction.BATCH if bundle.get("type") == "batch" else Interaction.TRANSACTION
    return Asked(interaction=kind, types=frozenset(path.partition("/")[0] for _, path in _entries(bundle)))


def _entries(bundle: JsonObject) -> Iterator[tuple[str, str]]:
    for entry in entries(bundle):
        if entry.request is not None:
            yield entry.request.method, entry.request.url.partition("?")[0]


def _json(body: bytes) -> JsonObject:
    try:
        return loads(body)
    except NotJson:
        return {}
