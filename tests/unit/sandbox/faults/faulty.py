"""A sandbox with faults, without a socket."""

from typing import Any

from service.sandbox.faults.notation import read_text
from service.sandbox.faults.server import FaultyServer
from service.sandbox.server import FhirServer
from service.sandbox.shape import Shape
from service.sandbox.wire import NoAnswer, Silence
from tests.unit.sandbox.in_process import Sandbox


class Faulty(Sandbox):
    """One server with the faults that are named; what its chart holds is asked of the server behind them."""

    def __init__(self, *faults: str, shape: Shape | None = None) -> None:
        super().__init__(shape=shape)
        self.behind: FhirServer = self.server
        self.slept: list[float] = []
        self.ehr = FaultyServer(self.behind, map(read_text, faults), sleep=self.slept.append)
        self.server = self.ehr  # type: ignore[assignment]  the same `answer`

    def arm(self, *faults: str) -> None:
        for fault in faults:
            self.ehr.arm(read_text(fault))

    def calmly(self, method: str, url: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """Asks the server behind the faults, and gives the body of its answer."""
        self.server, spoilt = self.behind, self.server
        try:
            return self.body(method, url, body, **headers)
        finally:
            self.server = spoilt

    def held(self, kind: str = "Patient") -> list[str]:
        """The ids of what the chart holds."""
        found = self.calmly("GET", f"/{kind}?_count=200").get("entry", [])
        return [entry["resource"]["id"] for entry in found]

    def silence(self, method: str, url: str, body: Any = None, **headers: str) -> Silence:
        """Asks, and tells what the client sees of the answer that does not come."""
        try:
            answer = self.ask(method, url, body, **headers)
        except NoAnswer as silence:
            return silence.how
        raise AssertionError(f"it answers {answer.status}")


def patient(**elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **elements}
