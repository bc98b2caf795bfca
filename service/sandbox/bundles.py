"""Transactions, all or nothing, and batches, each entry for itself; the answer keeps the order."""

from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus

from service.fhir.bundle import BundleType, Entry, Response, build, entries
from service.fhir.json import JsonObject
from service.sandbox.chart import Chart
from service.sandbox.records import Method, Version, instant
from service.sandbox.steps import Address, Step, addressed, answer_get, perform, read_steps
from service.sandbox.wire import Refusal
from service.sandbox.write import Written, refuse_broken

# R4, http, "transaction": deletes, then creates, then updates, then reads, in whatever order they came.
_ORDER = ("DELETE", "POST", "PUT", "PATCH", "GET")


def answer_bundle(chart: Chart, bundle: JsonObject, *, returns: str) -> JsonObject:
    """Carries out a batch or a transaction; `returns` is what the Prefer header asks for."""
    kind = bundle.get("type", "transaction")
    offered = {"batch": chart.shape.batch, "transaction": chart.shape.transaction}
    if kind not in offered:
        raise Refusal(400, f"HAPI-0527: Unable to process transaction where incoming Bundle.type = {kind}")
    if not offered[kind]:
        raise Refusal(400, f"This server does not offer {kind}", code="not-supported")
    if kind == "batch":
        return build(BundleType.BATCH_RESPONSE, _batch(chart, bundle, returns))
    return build(BundleType.TRANSACTION_RESPONSE, _transaction(chart, bundle, returns))


def _transaction(chart: Chart, bundle: JsonObject, returns: str) -> list[Entry]:
    steps = read_steps(chart, entries(bundle))
    with chart.store.unit():
        places = addressed(chart, steps)
        results: dict[int, Written | Entry] = {}
        for step in sorted(steps, key=lambda one: _ORDER.index(one.verb)):
            if step.index in places.at:
                results[step.index] = _one(chart, step, places)
        for result in results.values():
            if isinstance(result, Written):
                refuse_broken(chart, result)
    return [_shown(results[index], returns) for index in sorted(results)]


def _one(chart: Chart, step: Step, places: Address) -> Written | Entry:
    if step.verb != "GET":
        return perform(chart, step, places)
    return _answered(partial(answer_get, chart, step))


def _batch(chart: Chart, bundle: JsonObject, returns: str) -> Iterable[Entry]:
    return [_answered(partial(_alone, chart, entry, returns)) for entry in entries(bundle)]


def _alone(chart: Chart, entry: Entry, returns: str) -> Entry:
    (step,) = read_steps(chart, (entry,))
    if step.verb == "GET":
        return answer_get(chart, step)
    with chart.store.unit():
        written = perform(chart, step, addressed(chart, (step,), own_urls=False))
        refuse_broken(chart, written)
    return _shown(written, returns)


def _answered(ask: Callable[[], Entry]) -> Entry:
    try:
        return ask()
    except Refusal as refusal:
        return Entry(response=Response(status=refusal.status, outcome=refusal.outcome))


def _shown(result: Written | Entry, returns: str) -> Entry:
    if isinstance(result, Entry):
        return result
    version = result.version
    status = 204 if version is None or version.method is Method.DELETE else result.status
    return Entry(
        resource=version.body if version and returns == "representation" else None,
        response=Response(
            status=status,
            location=version.location if version else None,
            etag=_unquoted(version),
            last_modified=instant(version.moment) if version and status == HTTPStatus.CREATED else None,
            outcome=result.outcome,
        ),
    )


def _unquoted(version: Version | None) -> str | None:
    """HAPI 8.8 writes `1` here, neither quoted nor weak."""
    return str(version.number) if version else None
