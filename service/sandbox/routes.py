"""Which request asks for what: the RESTful interactions of R4, and what each answers with."""

from collections.abc import Mapping
from dataclasses import replace
from email.utils import format_datetime

from service.fhir.bundle import weak_etag
from service.fhir.json import JsonObject
from service.sandbox import history
from service.sandbox.bundles import answer_bundle
from service.sandbox.capability import statement
from service.sandbox.chart import Chart, held, known_type, present
from service.sandbox.conditional import read_form, resolved_create, resolved_update
from service.sandbox.intake import read_json_list, read_resource
from service.sandbox.labels import OPERATIONS, relabelled
from service.sandbox.links import settled
from service.sandbox.records import Key, Method, Version
from service.sandbox.search import next_page, searchset
from service.sandbox.validate import validation
from service.sandbox.wire import Answer, Incoming, Pairs, Refusal
from service.sandbox.write import Written, delete, patch, refuse_broken, update


def route(chart: Chart, incoming: Incoming) -> Answer:
    """Answers a request, or refuses it."""
    _refuse_other_formats(incoming)
    method = "GET" if incoming.method == "HEAD" else incoming.method
    match method, incoming.segments:
        case _, ():
            return _root(chart, incoming, method)
        case "GET", ("metadata",):
            return Answer(body=statement(chart))
        case _, ("metadata",):
            raise Refusal(405, "HAPI-0388: /metadata request must use HTTP GET or HTTP HEAD")
        case "GET", ("_history",):
            return Answer(body=history.of_all(chart, incoming.query))
        case _:
            kind, *rest = incoming.segments
            return _typed(chart, incoming, (method, known_type(kind), *rest))


def _root(chart: Chart, incoming: Incoming, method: str) -> Answer:
    if method == "POST":
        bundle = read_resource(incoming, "Bundle")
        return Answer(body=answer_bundle(chart, bundle, returns=incoming.returns))
    if method == "GET" and "_getpages" in dict(incoming.query):
        return Answer(body=next_page(chart, incoming.query))
    raise Refusal(400, "HAPI-0287: This is the base URL of FHIR server. It does not contain a resource type")


def _typed(chart: Chart, incoming: Incoming, asked: tuple[str, ...]) -> Answer:
    match asked:
        case "GET" | "POST", kind, "_search":
            return _searched(chart, incoming, kind, form=read_form(incoming))
        case *_, operation if operation.startswith("$"):
            return Answer(body=_operation(chart, incoming, asked))
        case "GET", *whose, "_history":
            return Answer(body=_history(chart, incoming, tuple(whose)))
        case "GET", kind, key, "_history", number:
            return _shown(chart, _version(chart, (kind, key), number))
        case method, kind:
            return _all(chart, incoming, (method, kind))
        case method, kind, key:
            return _one(chart, incoming, (method, kind, key))
        case _:
            raise _unknown(incoming)


def _operation(chart: Chart, incoming: Incoming, asked: tuple[str, ...]) -> JsonObject:
    match asked:
        case "POST", _, "$validate":
            return validation(incoming)
        case "GET" | "POST", kind, key, operation if operation[1:] in OPERATIONS:
            return relabelled(chart, incoming, (kind, key, operation[1:]))
        case _:
            raise _unknown(incoming)


def _history(chart: Chart, incoming: Incoming, whose: tuple[str, ...]) -> JsonObject:
    match whose:
        case (kind,):
            return history.of_type(chart, kind, incoming.query)
        case kind, key:
            return history.of_resource(chart, (kind, key), incoming.query)
        case _:
            raise _unknown(incoming)


def _searched(chart: Chart, incoming: Incoming, kind: str, *, form: Pairs = ()) -> Answer:
    stores = "no-store" not in incoming.header("cache-control")
    return Answer(body=searchset(chart, kind, (*incoming.query, *form), stores=stores))


def _all(chart: Chart, incoming: Incoming, asked: tuple[str, str]) -> Answer:
    match asked:
        case "GET", kind:
            return _searched(chart, incoming, kind)
        case "POST", kind:
            written = resolved_create(chart, read_resource(incoming, kind), incoming.header("if-none-exist"))
            return _answer_write(chart, incoming, written)
        case "PUT", kind if incoming.query:
            return _conditional_update(chart, incoming, kind)
        case method, _:
            raise Refusal(400, f"{method} needs an id in its URL: [base]/[resource type]/[id]")


def _one(chart: Chart, incoming: Incoming, asked: tuple[str, str, str]) -> Answer:
    match asked:
        case "GET", kind, key:
            return _read(chart, incoming, (kind, key))
        case "PUT", kind, key:
            return _put(chart, incoming, (kind, key))
        case "PATCH", kind, key:
            return _patch(chart, incoming, (kind, key))
        case "DELETE", kind, key:
            written = delete(chart, (kind, key))
            refuse_broken(chart, written)
            return Answer(body=written.outcome, headers=_whereabouts(chart, written))
        case "POST", _, key:
            raise Refusal(400, f'HAPI-0365: Can not create resource with ID "{key}", ID must not be supplied')
        case _:
            raise _unknown(incoming)


def _read(chart: Chart, incoming: Incoming, key: Key) -> Answer:
    version = held(chart, *key)
    if incoming.header("if-none-match") == version.etag:
        return Answer(status=304, headers={"ETag": version.etag})
    return _shown(chart, version)


def _put(chart: Chart, incoming: Incoming, key: Key) -> Answer:
    resource = read_resource(incoming, key[0])
    named = resource.get("id")
    if named is None:
        raise Refusal(400, "HAPI-0419: Can not update resource, resource body must contain an ID element")
    if named != key[1]:
        words = f'HAPI-0420: Resource body ID of "{named}" does not match URL ID of "{key[1]}"'
        raise Refusal(400, words)
    written = update(
        chart,
        key,
        settled(chart, resource, {}),
        if_match=incoming.header("if-match"),
        snapshot=incoming.header("x-meta-snapshot-mode"),
    )
    return _answer_write(chart, incoming, written)


def _patch(chart: Chart, incoming: Incoming, key: Key) -> Answer:
    written = patch(
        chart,
        key,
        read_json_list(incoming),
        if_match=incoming.header("if-match"),
        settle=lambda body: settled(chart, body, {}),
    )
    answer = _answer_write(chart, incoming, written)
    # HAPI 8.8 sends no ETag with the answer to a PATCH.
    return replace(answer, headers={name: value for name, value in answer.headers.items() if name != "ETag"})


def _conditional_update(chart: Chart, incoming: Incoming, kind: str) -> Answer:
    if not chart.shape.conditional_update:
        raise Refusal(412, "This server does not offer conditional updates", code="not-supported")
    written = resolved_update(chart, read_resource(incoming, kind), incoming.query)
    return _answer_write(chart, incoming, written)


def _version(chart: Chart, key: Key, number: str) -> Version:
    for version in chart.store.versions(key):
        if str(version.number) == number:
            return present(version)
    raise Refusal(404, f'HAPI-0979: Version "{number}" is not valid for resource {"/".join(key)}')


def _answer_write(chart: Chart, incoming: Incoming, written: Written) -> Answer:
    refuse_broken(chart, written)
    body = written.version.body if written.version else None
    match incoming.returns:
        case "minimal":
            body = None
        case "OperationOutcome":
            body = written.outcome
    return Answer(status=written.status, body=body, headers=_whereabouts(chart, written))


def _shown(chart: Chart, version: Version) -> Answer:
    return Answer(body=version.body, headers=_stamps(chart, version))


def _whereabouts(chart: Chart, written: Written) -> Mapping[str, str]:
    version = written.version
    if version is None:
        return {}
    if version.method is Method.DELETE:
        return {"Content-Location": f"{chart.base}/{version.location}"}
    stamps = _stamps(chart, version)
    return stamps | {"Location": stamps["Content-Location"]}


def _stamps(chart: Chart, version: Version) -> dict[str, str]:
    return {
        "ETag": weak_etag(str(version.number)),
        "Last-Modified": format_datetime(version.moment, usegmt=True),
        "Content-Location": f"{chart.base}/{version.location}",
    }


def _refuse_other_formats(incoming: Incoming) -> None:
    asked = dict(incoming.query).get("_format") or incoming.header("accept")
    if "xml" in asked and "json" not in asked and "*/*" not in asked:
        raise Refusal(406, "This server writes application/fhir+json only", code="not-supported")


def _unknown(incoming: Incoming) -> Refusal:
    asked = f"{incoming.method} operation[{'/'.join(incoming.segments)}]"
    return Refusal(
        400, f"Invalid request: this server does not know how to handle {asked}", code="not-supported"
    )
