"""The entries of a batch or transaction: what each asks for, and where it will end up."""

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from service.fhir.bundle import Entry, Request, Response
from service.fhir.json import JsonObject
from service.sandbox.chart import Chart, held, known_type
from service.sandbox.links import settled, sole_match
from service.sandbox.records import Key, Version
from service.sandbox.search import searchset
from service.sandbox.wire import Refusal
from service.sandbox.write import Written, create, delete, patch, update

_CARRYING = frozenset({"POST", "PUT", "PATCH"})
_BY_ID = frozenset({"DELETE", "PATCH"})
_VERBS = _CARRYING | _BY_ID | {"GET"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry: `condition` is the conditional URL of a create (ifNoneExist) or of an update."""

    index: int
    verb: str
    kind: str
    id: str
    query: str
    full_url: str
    condition: str
    if_match: str
    resource: JsonObject

    @property
    def key(self) -> Key:
        """Gives type and id, the id empty where the server is to find or choose it."""
        return self.kind, self.id


@dataclass(slots=True, kw_only=True)
class Address:
    """Where each step goes; which existing resource a create found; the new names of old URLs."""

    at: dict[int, Key] = field(default_factory=dict)
    existing: dict[int, Version] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)


def read_steps(chart: Chart, found: Iterable[Entry]) -> tuple[Step, ...]:
    """Reads the entries; refuses what cannot be carried out."""
    return tuple(_step(chart, index, entry) for index, entry in enumerate(found))


def addressed(chart: Chart, steps: Iterable[Step], *, own_urls: bool = True) -> Address:
    """Finds or chooses the id of every step before anything is written.

    A second entry with the same condition is dropped without a word if it has a fullUrl (HAPI 8.8, #8183)
    and so has no place in `at`; without a fullUrl it is refused. In a batch no entry may name another: there
    `own_urls` is off.
    """
    address = Address()
    conditions: dict[str, Key] = {}
    for step in steps:
        earlier = conditions.get(step.condition) if step.condition else None
        key = earlier or _place(chart, step, address)
        if earlier is None:
            _refuse_twice(step, key, address)
            address.at[step.index] = key
        elif not step.full_url:
            words = "HAPI-2008: Unable to process Transaction - Request contains multiple anonymous entries"
            raise Refusal(400, f'{words} with conditional URL: "{step.condition}"')
        if step.condition:
            conditions[step.condition] = key
        if own_urls and step.verb in {"POST", "PUT"}:
            address.renamed |= {url: "/".join(key) for url in (step.full_url, step.condition) if url}
    return address


def perform(chart: Chart, step: Step, address: Address) -> Written:
    """Carries out one write at the place that was found for it."""
    key = address.at[step.index]
    if step.index in address.existing:
        version = address.existing[step.index]
        return Written(version=version, status=200, words=f"{version.location} already matches the condition")
    match step.verb:
        case "POST":
            return create(chart, key, settled(chart, step.resource, address.renamed))
        case "PUT":
            return update(chart, key, settled(chart, step.resource, address.renamed), if_match=step.if_match)
        case "PATCH":
            return patch(
                chart,
                key,
                _patch_document(step.resource),
                if_match=step.if_match,
                settle=lambda body: settled(chart, body, address.renamed),
            )
        case _:
            return delete(chart, key)


def answer_get(chart: Chart, step: Step) -> Entry:
    """Answers a read or a search."""
    if step.id:
        version = held(chart, *step.key)
        return Entry(resource=version.body, response=Response(status=200, etag=str(version.number)))
    pairs = tuple(parse_qsl(step.query, keep_blank_values=True))
    return Entry(resource=searchset(chart, step.kind, pairs), response=Response(status=200))


def _step(chart: Chart, index: int, entry: Entry) -> Step:
    request = entry.request or Request(method="", url="")
    if request.method not in _VERBS:
        words = (
            f"HAPI-0529: Transaction bundle entry has missing or invalid HTTP Verb in Bundle.entry({index})"
        )
        raise Refusal(400, words)
    kind, key, query = _parts(chart, request.url, entry)
    if request.method in _CARRYING and entry.resource is None:
        words = f"HAPI-0543: Missing required resource in Bundle.entry[{index}].resource"
        raise Refusal(400, f"{words} for operation {request.method}")
    if not key and (request.method in _BY_ID or (request.method == "PUT" and not query)):
        raise Refusal(400, f"HAPI-0418: Bundle.entry[{index}].request.url must contain an ID")
    return Step(
        index=index,
        verb=request.method,
        kind=_kind(request, kind, entry.resource),
        id=key,
        query=query,
        full_url=entry.full_url or "",
        condition=_condition(chart, request, url=(kind, query)),
        if_match=request.if_match or "",
        resource=entry.resource or {},
    )


def _kind(request: Request, kind: str, resource: JsonObject | None) -> str:
    """HAPI 8.8 takes a POST by the type of its resource, and refuses a PUT of another type than its URL."""
    sent = (resource or {}).get("resourceType", kind)
    if request.method == "POST":
        return known_type(sent)
    if request.method == "PUT" and sent != kind:
        words = f"HAPI-2616: Can not process entity with ID[{request.url}], this is not the correct resource"
        raise Refusal(400, f"{words} type for this resource")
    return kind


def _parts(chart: Chart, url: str, entry: Entry) -> tuple[str, str, str]:
    path, _, query = url.removeprefix(chart.base).lstrip("/").partition("?")
    kind, _, key = path.partition("/")
    named = kind or (entry.resource or {}).get("resourceType", "")
    if "/" in key or not named:
        raise Refusal(400, f"HAPI-2006: URL provided is invalid: {url}")
    try:
        return known_type(named), key, query
    except Refusal as refusal:
        raise Refusal(400, f"HAPI-2006: URL provided is invalid: {url}. {refusal.words}") from None


def _condition(chart: Chart, request: Request, *, url: tuple[str, str]) -> str:
    kind, query = url
    if request.method == "POST" and request.if_none_exist and chart.shape.conditional_create:
        return f"{kind}?{request.if_none_exist.rpartition('?')[2]}"
    if request.method != "PUT" or not query:
        return ""
    if not chart.shape.conditional_update:
        raise Refusal(412, "This server does not offer conditional updates", code="not-supported")
    return f"{kind}?{query}"


def _place(chart: Chart, step: Step, address: Address) -> Key:
    if step.id or step.verb == "GET":
        return step.key
    existing = sole_match(chart, step.kind, step.condition) if step.condition else None
    if existing is None:
        return chart.fresh_key(step.kind)
    if step.verb == "POST":
        address.existing[step.index] = existing
    return existing.key


def _refuse_twice(step: Step, key: Key, address: Address) -> None:
    if step.verb != "GET" and key in address.at.values():
        raise Refusal(
            400, f"HAPI-0535: Transaction bundle contains multiple resources with ID: {'/'.join(key)}"
        )


def _patch_document(resource: JsonObject) -> bytes:
    """Reads a JSON Patch out of the Binary that carries it in a Bundle (R4, http, "transaction")."""
    if resource.get("contentType") != "application/json-patch+json":
        words = "A PATCH entry holds a Binary with contentType application/json-patch+json"
        raise Refusal(400, words, code="not-supported")
    try:
        return b64decode(str(resource.get("data", "")), validate=True)
    except ValueError:
        raise Refusal(400, "Binary.data is no base64") from None
