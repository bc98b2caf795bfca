"""How long an edit takes to the other side of an idle worker: to the EHR, and back by hook and by poll."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from secrets import token_hex
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import requests

from bench.plans import fresh_plans
from bench.served import Served, served
from bench.table import Row
from service.application.hear_hint import digest_of
from service.application.subscribe import PATH
from service.application.waking import CONNECTION
from service.bootstrap import Tandem
from service.document import person_to_document, plan_to_document
from service.ports.hooks import Hook
from service.settings import Settings

_PLANS = 10
# The smallest and the largest that TANDEM_EHR_POLL_SECONDS may be; with the largest a hook is on its own.
_OFTEN, _NEVER = 2, 86_400
_LOOK_SECONDS = 0.02
# The worker looks every two seconds whether a poll is due or asked for: edits fall at every point between.
_SPREAD_SECONDS = 2.0
_GOLDEN = 0.618034
_PATIENCE_SECONDS = 120


def latency_rows(ehr: str, edits: int) -> Iterator[Row]:
    """Measure so many edits each way, one at a time, with plans in step."""
    with TemporaryDirectory(prefix="tandem-bench-") as name:
        folder = Path(name)
        with served(folder, _settings(ehr, _NEVER)) as service:
            sides = Sides(service=service, ehr=ehr)
            sides.load(min(_PLANS, edits + 1))
            yield from _told("from a local edit to the EHR", sides.there_after(edits), "")
            how = ", TANDEM_EHR_POLL_SECONDS a day"
            at_once = sides.here_after(edits, token=_token(folder))
            yield from _told("from an EHR edit to the plan by hook, delivered at once", at_once, how)
            with _subscribed(service):
                what = "from an EHR edit to the plan by hook, when the EHR delivers it"
                yield from _told(what, sides.here_after(edits), how)
        with served(folder, _settings(ehr, _OFTEN)) as service:
            polled = replace(sides, service=service)
            how = f", TANDEM_EHR_POLL_SECONDS={_OFTEN}, the smallest"
            yield from _told("from an EHR edit to the plan by poll", polled.here_after(edits), how)
        yield Row(
            "a PUT of a bare client, p50, ms",
            f"{1000 * median(sides.puts):.0f}",
            "the edits of the EHR themselves, of the same resources",
        )


def spread(number: int) -> list[float]:
    """Return pauses that fall evenly over the worker's round, however many they are."""
    return [_SPREAD_SECONDS * (turn * _GOLDEN % 1) for turn in range(1, number + 1)]


def percentile(seconds: list[float], hundredths: int) -> float:
    """Return a percentile between the smallest and the largest, both of which are among what was measured."""
    if len(seconds) == 1:
        return seconds[0]
    return quantiles(seconds, n=100, method="inclusive")[hundredths - 1]


@dataclass(slots=True, kw_only=True)
class Sides:
    """Plans that are in step, with the addresses of their CarePlans, and who edits them on each side."""

    service: Served
    ehr: str
    addresses: dict[str, str] = field(default_factory=dict)
    puts: list[float] = field(default_factory=list)
    edits: Iterator[int] = field(default_factory=lambda: count(1))
    session: requests.Session = field(default_factory=requests.Session)

    def load(self, number: int) -> None:
        """Keep plans through the API, and wait until the worker has brought each into the chart."""
        for fresh in islice(fresh_plans(), number):
            for person in fresh.people:
                self._send("POST", f"{self.service.url}/people", body=person_to_document(person))
            self._send("POST", f"{self.service.url}/plans", body=plan_to_document(fresh.plan))
            self.addresses[fresh.plan.id] = ""
        for plan_id in self.addresses:
            self._rest(plan_id)
            (found,) = (one for one in self._status(plan_id)["items"] if one["resource_type"] == "CarePlan")
            self.addresses[plan_id] = f"{self.ehr}/{found['reference']}"

    def there_after(self, edits: int) -> list[float]:
        """Edit plans in turn, and return how long each edit took until the EHR showed it."""
        return self._timed(edits, self._edit_here, lambda plan_id: self._get(self.addresses[plan_id]).json())

    def here_after(self, edits: int, *, token: str | None = None) -> list[float]:
        """Edit the EHR in turn, and return how long each edit took until the plan had it.

        With a token the service is told of each edit as soon as it is made.
        """
        edit = partial(self._edit_there, token=token)
        return self._timed(edits, edit, lambda plan_id: self._get(self._plan(plan_id)).json())

    def _timed(
        self, edits: int, edit: Callable[[str, str], float], read: Callable[[str], Any]
    ) -> list[float]:
        """Edit once more than is counted: the first edit finds a worker that has just begun."""
        took, ids = [], list(self.addresses)
        for turn, pause in enumerate([0.0, *spread(edits)]):
            plan_id = ids[turn % len(ids)]
            sleep(pause)
            title = f"Edit {next(self.edits)}"
            since = edit(plan_id, title)
            _until(partial(_says, read, plan_id, title))
            took.append(perf_counter() - since)
            self._rest(plan_id)
        return took[1:]

    def _edit_here(self, plan_id: str, title: str) -> float:
        """Edit a plan, and return when that was asked for."""
        held = self._get(self._plan(plan_id))
        how = {"Content-Type": "application/merge-patch+json", "If-Match": held.headers["ETag"]}
        since = perf_counter()
        self._send("PATCH", self._plan(plan_id), body={"title": title}, **how)
        return since

    def _edit_there(self, plan_id: str, title: str, *, token: str | None) -> float:
        """Edit the chart as a stranger does, and return when that was asked for."""
        url = self.addresses[plan_id]
        held = {**self._get(url).json(), "title": title}
        since = perf_counter()
        self._send("PUT", url, body=held, **{"Content-Type": "application/fhir+json"})
        self.puts.append(perf_counter() - since)
        if token is not None:
            self._send("POST", f"{self.service.url}{PATH}{token}", body={})
        return since

    def _rest(self, plan_id: str) -> None:
        """Wait until a plan is in step and no pass over it is queued or running."""

        def rests() -> bool:
            status = self._status(plan_id)
            return bool(status["in_step"]) and status.get("queued_since") is None

        _until(rests)

    def _status(self, plan_id: str) -> Any:
        return self._get(f"{self._plan(plan_id)}/sync").json()

    def _plan(self, plan_id: str) -> str:
        return f"{self.service.url}/plans/{plan_id}"

    def _get(self, url: str) -> requests.Response:
        answer = self.session.get(url, headers={"Cache-Control": "no-cache"}, timeout=60)
        answer.raise_for_status()
        return answer

    def _send(self, method: str, url: str, *, body: Any, **headers: str) -> None:
        headers = {"X-Tandem-Author": "bench", **headers}
        self.session.request(method, url, json=body, headers=headers, timeout=60).raise_for_status()


def _token(folder: Path) -> str:
    """Give out a token as `tandem subscribe` does, with no Subscription that it stands in."""
    tandem = Tandem(settings=Settings(database_url=f"sqlite:///{folder / 'tandem.db'}"))
    token = token_hex(32)
    with tandem.database.begin() as work:
        hook = Hook(digest=digest_of(token), connection_id=CONNECTION, made_at=tandem.clock.now())
        work.hooks.put(hook)
        work.commit()
    tandem.database.close()
    return token


@contextmanager
def _subscribed(service: Served) -> Iterator[None]:
    """Have the EHR tell the service, until the block ends."""
    try:
        service.tandem("subscribe", "--endpoint", service.url)
        yield
    finally:
        service.tandem("subscribe", "--end")


def _settings(ehr: str, poll_seconds: int) -> dict[str, str]:
    return {
        "TANDEM_EHR_URL": ehr,
        "TANDEM_EHR_MODE": "write",
        "TANDEM_EHR_SANDBOX": "true",
        "TANDEM_EHR_POLL_SECONDS": str(poll_seconds),
        "TANDEM_LOG_JSON": "true",
    }


def _says(read: Callable[[str], Any], plan_id: str, title: str) -> bool:
    return bool(read(plan_id)["title"] == title)


def _until(holds: Callable[[], bool]) -> None:
    end = perf_counter() + _PATIENCE_SECONDS
    while not holds():
        if perf_counter() > end:
            raise RuntimeError(f"it did not happen within {_PATIENCE_SECONDS} s")
        sleep(_LOOK_SECONDS)


def _told(what: str, seconds: list[float], more: str) -> Iterator[Row]:
    how = f"{len(seconds)} edits, one at a time, worker idle, looked for every {1000 * _LOOK_SECONDS:.0f} ms"
    for hundredths in (50, 95):
        value = f"{1000 * percentile(seconds, hundredths):.0f}"
        yield Row(f"{what}, p{hundredths}, ms", value, how + more)
