"""How long reading a plan takes, as a ratio to an empty Flask route on the same server."""

from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import islice
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from bench.installation import installed
from bench.plans import fresh_plans
from bench.sink import Sink
from bench.table import Row
from service.console.serving import running

_WARM_UP = 50


def api_rows(repeats: int) -> Iterator[Row]:
    """Ask in turn, over one kept connection, and compare the medians."""
    empty = Flask("empty")
    empty.add_url_rule("/", view_func=lambda: "")
    with installed("http://nowhere.invalid/fhir", Sink()) as installation:
        ids = [installation.load(one) for one in islice(fresh_plans(), 20)]
        both = DispatcherMiddleware(installation.tandem.application(), {"/empty": empty})
        with running(both) as url:
            paths = {"empty": "/empty/", "plan": f"/plans/{ids[0]}", "list": "/plans?limit=20"}
            took = _asked(url, paths, repeats)
    base = median(took["empty"])
    how = f"{repeats} in turn on one connection"
    yield Row("an empty Flask route, ms", f"{1000 * base:.2f}", how)
    for name, what in (("plan", "a plan"), ("list", "a list of 20 plans")):
        found = median(took[name])
        yield Row(f"reading {what}, ratio to it", f"{found / base:.1f}", f"{1000 * found:.2f} ms, {how}")


def _asked(url: str, paths: dict[str, str], repeats: int) -> dict[str, list[float]]:
    line = HTTPConnection(urlsplit(url).netloc, timeout=30)
    took: dict[str, list[float]] = {name: [] for name in paths}
    for turn in range(repeats + _WARM_UP):
        for name, path in paths.items():
            since = perf_counter()
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:  # noqa: PLR2004  HTTP's own number
                raise RuntimeError(f"{path}: {answer.status}")
            if turn >= _WARM_UP:
                took[name].append(perf_counter() - since)
    line.close()
    return took
