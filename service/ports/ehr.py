"""The chart as the use cases see it: what can be asked of it, what comes back, and how it fails."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

from service.fhir.json import JsonObject
from service.fhir.outcome import OutcomeIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """A resource that the server is to name; `if_none_exist` is a search: `identifier=system|value`."""

    resource: JsonObject
    if_none_exist: str | None
    full_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A resource that replaces the version `if_version` of `reference`: no version, no write."""

    reference: str
    resource: JsonObject
    if_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutNew:
    """A resource under an id that we choose, on servers whose update creates."""

    reference: str
    resource: JsonObject


Change: TypeAlias = Create | Update | PutNew


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A resource as the server holds it; `last_updated` is the server's instant, as it wrote it."""

    reference: str
    version: str | None
    last_updated: str | None
    resource: JsonObject


@dataclass(frozen=True, slots=True)
class History:
    """What happened to every resource of a type, or of the server where it is None, deletions too."""

    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """Which resources of a type are newer than a moment; what was deleted is not shown."""

    kind: str


Feed: TypeAlias = History | Updated


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One version that a resource got, or its deletion; `resource` is None where the server leaves it out."""

    reference: str
    version: str | None
    last_updated: str | None
    deleted: bool = False
    resource: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """Some rows in the server's order; `told_at` is the server's own instant of its answer, where it says."""

    rows: tuple[Row, ...]
    told_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one change; `resource` is what the server kept, where it says.

    `created` says that the server made a new resource: false for a conditional create that found one there
    already, true for an update that brought back what had vanished (HAPI 8.8 does so in spite of If-Match).
    """

    status: int
    reference: str
    version: str | None
    last_updated: str | None
    resource: JsonObject | None
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One writing request as it would leave: `url` is relative to the base, and empty for a transaction.

    What the server is to give has a placeholder: a urn for an id, and `given-N` for the version that the
    answer to the Nth request names.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCapability:
    """What a server says that it does with one resource type; `interactions` are FHIR's codes."""

    interactions: frozenset[str] = frozenset()
    conditional_create: bool = False
    conditional_update: bool = False
    update_create: bool = False
    versioning: str | None = None
    search_params: frozenset[str] = frozenset()
    search_includes: frozenset[str] = frozenset()
    supported_profiles: frozenset[str] = frozenset()

    def to_json(self) -> JsonObject:
        """Return the plain form that `from_json` reads; sets become sorted lists."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: sorted(v) if isinstance(v, frozenset) else v for name, v in values.items()}

    @classmethod
    def from_json(cls, stored: JsonObject) -> "TypeCapability":
        """Read what `to_json` wrote; absent members take their defaults."""
        values: dict[str, Any] = {n: frozenset(v) if isinstance(v, list) else v for n, v in stored.items()}
        return cls(**values)


class _AsKept(Mapping[str, TypeCapability]):
    """Types that are read when they are asked for: HAPI lists 146, and a plan writes ten."""

    def __init__(self, kept: Mapping[str, JsonObject]) -> None:
        self._kept = kept

    def __getitem__(self, name: str) -> TypeCapability:
        return TypeCapability.from_json(self._kept[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a server offers, as negotiated from its CapabilityStatement and the operator's override.

    `history` is that of the whole server; a type's own is among its interactions.
    `implementation` is the URL by which the server names itself.
    `overwrites` are the types of which an update was seen to go over another's edit, whatever is stated.
    """

    fhir_version: str
    software: str | None = None
    implementation: str | None = None
    transaction: bool = False
    batch: bool = False
    history: bool = False
    types: Mapping[str, TypeCapability] = field(default_factory=dict)
    patch_formats: frozenset[str] = frozenset()
    overwrites: frozenset[str] = frozenset()

    def of(self, resource_type: str) -> TypeCapability:
        """Return what is offered for a type; a type that is not listed offers nothing."""
        return self.types.get(resource_type, TypeCapability())

    def can(self, resource_type: str, interaction: str) -> bool:
        """Tell whether a type takes an interaction, such as `create`, `update` or `search-type`."""
        return interaction in self.of(resource_type).interactions

    def guards(self, resource_type: str) -> bool:
        """Tell whether the server is thought to refuse an update that rests on an older version (If-Match).

        Where nothing is stated it is thought so until the contrary is seen: Oracle Health states nothing, and
        refuses with 412.
        """
        promised = self.of(resource_type).versioning in {None, "versioned-update"}
        return promised and resource_type not in self.overwrites

    def seen_to_overwrite(self, types: Iterable[str]) -> "Capabilities":
        """Return the capabilities with types that were seen not to be guarded."""
        return replace(self, overwrites=self.overwrites | frozenset(types))

    def to_json(self) -> JsonObject:
        """Return the plain form to keep between runs."""
        return {
            "fhir_version": self.fhir_version,
            "software": self.software,
            "implementation": self.implementation,
            "transaction": self.transaction,
            "batch": self.batch,
            "history": self.history,
            "types": {name: self.types[name].to_json() for name in sorted(self.types)},
            "patch_formats": sorted(self.patch_formats),
            "overwrites": sorted(self.overwrites),
        }

    def overridden(self, words: JsonObject) -> "Capabilities":
        """Return the capabilities with an operator's words in place of the server's own.

        The words have the shape of `to_json`; members that they leave out stay, type by type.
        """
        if not words:
            return self
        stated = self.to_json()
        types = stated["types"]
        for name, told in words.get("types", {}).items():
            types[name] = {**types.get(name, {}), **told}
        return Capabilities.from_json({**stated, **words, "types": types})

    @classmethod
    def from_json(cls, stored: JsonObject) -> "Capabilities":
        """Read what `to_json` wrote."""
        return cls(
            fhir_version=stored["fhir_version"],
            software=stored.get("software"),
            implementation=stored.get("implementation"),
            transaction=stored.get("transaction", False),
            batch=stored.get("batch", False),
            history=stored.get("history", False),
            types=_AsKept(stored.get("types", {})),
            patch_formats=frozenset(stored.get("patch_formats", ())),
            overwrites=frozenset(stored.get("overwrites", ())),
        )


class EhrError(Exception):
    """The chart did not do what was asked; subclasses are sorted by the reaction they deserve.

    The text never holds patient data. `issues` are the server's own words: for the report, never for logs.
    `entry` is the guilty place in a transaction, where the words tell.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        request_id: str | None = None,
        issues: Iterable[OutcomeIssue] = (),
        entry: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id
        self.issues: tuple[OutcomeIssue, ...] = tuple(issues)
        self.entry = entry


class Unavailable(EhrError):
    """Try again later; nothing was done."""


class UnknownOutcome(Unavailable):
    """The write may have had its effect: look for it before anything is sent again."""


class Throttled(Unavailable):
    """The server asks for patience; `retry_after` is in seconds, where it says."""

    def __init__(self, message: str, *, retry_after: float | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.retry_after = retry_after


class Contended(Unavailable):
    """Another writer was in the way (a 409 that is no version conflict); nothing was done, try again soon."""


class Rejected(EhrError):
    """The same bytes will never work."""


class Stale(EhrError):
    """The chart has moved on: read again before deciding again."""


class SeveralMatch(EhrError):
    """Several resources claim the identity: stop, a person chooses."""


class Missing(EhrError):
    """The server knows no such resource."""


class Gone(EhrError):
    """The resource was deleted."""


class Unforeseen(Unavailable):
    """A write that was not rehearsed: nothing was done, preview again."""


class Denied(EhrError):
    """Our credentials do not open this door."""


class NotFhir(EhrError):
    """What answers there is no FHIR R4 server, or no longer behaves like one."""


class Ehr(Protocol):
    """A FHIR server that holds the clinic's charts; every method raises `EhrError`."""

    def capabilities(self) -> Capabilities:
        """Ask the server what it can do."""

    def read(self, reference: str) -> Held:
        """Return the current version of `Type/id`; raises `Missing` or `Gone`."""

    def read_anew(self, reference: str) -> Held:
        """Return the current version, also in a run that else reads nothing twice."""

    def read_version(self, reference: str, version: str) -> Held:
        """Return one version of `Type/id`, current or not; raises `Missing` or `Gone`."""

    def search(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Held]:
        """Yield every match, page by page, with what was asked to be included; never from a cache."""

    def changes(self, feed: Feed, since: str | None, *, count: int) -> Iterator[ChangePage]:
        """Yield what changed since an instant of the server, in pages of about `count` rows.

        Nothing comes from a cache. A row may come twice, and a page that expired begins the reading anew: the
        caller drops what it has seen.
        """

    def write(self, change: Change) -> Written:
        """Make one change and return what the server kept."""

    def transact(self, changes: Sequence[Change]) -> tuple[Written, ...]:
        """Make all changes or none; the answers stand in the order of the changes."""

    def validate(self, resource: JsonObject, profile: str | None = None) -> tuple[OutcomeIssue, ...]:
        """Return what the server's `$validate` finds; raises `Rejected` where it offers none."""

    def rehearsal(self) -> "Rehearsal":
        """Return this chart for a run of which nothing is sent."""


class Rehearsal(Ehr, Protocol):
    """A chart in which a run reads as ever, while its writes are noted, and answered as they would be."""

    @property
    def requests(self) -> tuple[Request, ...]:
        """What would have been sent, in order."""

    @property
    def seen(self) -> Mapping[str, JsonObject]:
        """Every resource of the chart that was read, by `Type/id`."""

    @property
    def written(self) -> Mapping[str, JsonObject]:
        """Every resource as it would be after the run, by `Type/id`, made up where the server gives it."""

    @property
    def versions(self) -> Mapping[str, str]:
        """The version of every resource that was read, by `Type/id`; its digest where it has none."""

    def performance(self) -> Ehr:
        """Return the chart that takes exactly the requests of this rehearsal, in their order.

        What was read for it is not read again; any other write raises `Unforeseen` and is not sent.
        """
