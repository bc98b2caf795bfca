"""The demo in this process: it says what it does, and it notices when a server does otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.bootstrap import Parts
from service.console.commands import tandem
from service.console.ending import carry_out
from service.console.installation import SandboxShape
from service.console.run import Run
from service.fhir.json import loads
from tests.ehr_servers import FAULTLESS, SERVERS, SQLITE, server


class Spoiled(Parts):
    """Parts whose sandbox spoils some answers; `spoil` gets method, path and body and gives the body."""

    def __init__(self, spoil: Callable[[str, str, bytes], bytes]) -> None:
        self._spoil = spoil

    @contextmanager
    def sandbox(self, chart: Path | None, shape: SandboxShape) -> Iterator[Any]:
        with super().sandbox(chart, shape) as app:
            yield self._around(app)

    def _around(self, app: Any) -> Any:
        def spoiled(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            begun: list[Any] = []
            body = b"".join(app(environ, lambda *given: begun.append(given)))
            body = self._spoil(environ["REQUEST_METHOD"], environ["PATH_INFO"], body)
            headers = [one for one in begun[0][1] if one[0].lower() != "content-length"]
            start_response(begun[0][0], [*headers, ("Content-Length", str(len(body)))])
            return [body]

        return spoiled


@pytest.fixture(params=[one for one in SERVERS if one not in (FAULTLESS, SQLITE)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with server(request.param, tmp_path) as base:
        yield base


def test_the_demo_runs_twice_against_a_server_that_keeps_its_charts(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        code = carry_out(tandem, ["demo", "--ehr", f"{url}/", "--json"], Run(assemble=Parts))
        said = capsys.readouterr()
        assert code == 0, said.err
        assert loads(said.out)["ehr"] == url
        assert_twelve_weeks(loads(said.out)["twelve_weeks"])
        assert "Tandem's server has ended" in said.err


def assert_twelve_weeks(told: Any) -> None:
    """Scores that stall, a decision and the next phase in the chart, and the flag after a stop in the EHR."""
    assert "PHQ-9 17 on 2026-02-02, PHQ-9 15 on 2026-02-16. Review the treatment" in told["noticed"]
    task, phase, flag = told["chart"]
    assert ("Review the treatment" in task, "balanced" in phase, "Linked with it: CBT" in flag) == (True,) * 3
    assert "sertraline (SSRI) stopped on 2026-03-16" in told["told"][0]


def test_the_demo_is_spoken_with_a_table_and_places_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    code = carry_out(tandem, ["demo", "--debug"], Run(assemble=Parts))
    said = capsys.readouterr()
    assert code == 0, said.err
    for words in (
        "Moderate depression",
        "MedicationRequest",
        "75 mg, active",
        "Out of the house every day",
        "Where to look",
        "/CarePlan/",
    ):
        assert words in said.out
    assert "10. Week 7, and a rule does: No improvement" in said.err
    assert "It proposes: Review the treatment, by 2026-03-05" in said.err
    assert "request.answered" in said.err, "--debug shows the events of the service"


def forgetful(method: str, path: str, body: bytes) -> bytes:
    reads_a_goal = method == "GET" and path.startswith("/fhir/Goal/")
    return body.replace(b"Half of the symptoms gone", b"Something else") if reads_a_goal else body


def broken(_: str, path: str, body: bytes) -> bytes:
    return b'{"resourceType": "Bundle"}' if path in ("/fhir", "/fhir/") else body


def without_comments(_: str, path: str, body: bytes) -> bytes:
    return body.replace(b"Bring the activity diary", b"") if path.startswith("/fhir/Appointment/") else body


def never_stopped(method: str, path: str, body: bytes) -> bytes:
    """Shows every order as if nobody had stopped it there."""
    stopped = method == "GET" and b"side-effects" in body
    return body.replace(b'"stopped"', b'"active"') if stopped else body


def without_flags(method: str, path: str, body: bytes) -> bytes:
    reads_a_flag = method == "GET" and path.startswith("/fhir/Flag/")
    return body.replace(b"active", b"inactive") if reads_a_flag else body


def unmoved(method: str, _: str, body: bytes) -> bytes:
    """Shows every search and reading of a visit as if nobody had moved it."""
    return body.replace(b"2026-12-03T15:30", b"2026-12-03T14:00") if method == "GET" else body


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (forgetful, "does not say what the plan says about Goal.description"),
        (broken, "Not as said: "),
        (without_comments, "Not as said: "),
        (never_stopped, "Not as said: "),
        (without_flags, "Not as said: "),
        (unmoved, "an edit of the visit is missing on one side"),
    ],
)
def test_a_chart_that_is_not_as_said_ends_the_demo_with_3(
    spoil: Callable[[str, str, bytes], bytes], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = carry_out(tandem, ["demo"], Run(assemble=lambda: Spoiled(spoil)))
    said = capsys.readouterr()
    assert (code, said.out) == (3, "")
    assert words in said.err
    assert "Traceback" not in said.err
