"""Creates and updates of a single request, with their conditions."""

from urllib.parse import parse_qsl, urlencode

from service.fhir.json import JsonObject
from service.sandbox.chart import Chart
from service.sandbox.links import settled, sole_match
from service.sandbox.wire import Incoming, Pairs
from service.sandbox.write import Written, create, update


def resolved_create(chart: Chart, resource: JsonObject, if_none_exist: str) -> Written:
    """Creates a resource unless If-None-Exist finds one, which is then left as it is."""
    kind = str(resource["resourceType"])
    if if_none_exist and chart.shape.conditional_create:
        existing = sole_match(chart, kind, if_none_exist)
        if existing is not None:
            words = f"{existing.location} already matches the condition"
            return Written(version=existing, status=200, words=words)
    return create(chart, chart.fresh_key(kind), settled(chart, resource, {}))


def resolved_update(chart: Chart, resource: JsonObject, query: Pairs) -> Written:
    """Replaces the one resource that the query finds, or creates one where it finds none."""
    kind = str(resource["resourceType"])
    existing = sole_match(chart, kind, urlencode(query))
    settled_ = settled(chart, resource, {})
    if existing is None:
        return create(chart, chart.fresh_key(kind), settled_)
    return update(chart, existing.key, settled_)


def read_form(incoming: Incoming) -> Pairs:
    """Reads the parameters of a search that came in the body."""
    return tuple(parse_qsl(incoming.body.decode(errors="replace"), keep_blank_values=True))
