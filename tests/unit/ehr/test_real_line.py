"""Waiting, cutting and refusing on real sockets: a faked library would neither wait nor cut."""

import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread

import pytest

from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ehr.retry import NEVER_AGAIN, RetryPolicy
from service.ehr.transport import Transport
from service.ports import ehr
from service.ports.ehr import Create, Update

GOAL = {"resourceType": "Goal", "id": "7", "meta": {"versionId": "1"}}
CREATE = Create(resource=GOAL, if_none_exist="identifier=urn:t|1")
WHOLE = b'{"resourceType":"Goal","id":"7","meta":{"versionId":"1"}}'
PATIENT_LIMITS = Limits(connect=2, answer=2, read_retries=2, backoff=0.01, retry_after_max=2)
Step = Callable[[BaseHTTPRequestHandler], None]


class Line:
    """A local server that takes one step of its script for each request, the last one for ever."""

    def __init__(self) -> None:
        self.script: list[Step] = []
        self.arrived: list[tuple[str, float]] = []
        line = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                line.arrived.append((self.command, time.monotonic()))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                step = line.script.pop(0) if len(line.script) > 1 else line.script[0]
                step(self)

            do_GET = do_POST = do_PUT = answer  # noqa: N815  http.server's names

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.server.daemon_threads = True  # kept-alive connections end with their client
        self.url = f"http://127.0.0.1:{self.server.server_port}/fhir"

    @property
    def waits(self) -> list[float]:
        times = [at for _, at in self.arrived]
        return [later - earlier for earlier, later in pairwise(times)]


def says(status: int, content: bytes = b"", **headers: str) -> Step:
    def step(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        asked.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(content)

    return step


def cuts_in_mid_answer(asked: BaseHTTPRequestHandler) -> None:
    asked.send_response(201)
    asked.send_header("Content-Length", "5000")
    asked.end_headers()
    asked.wfile.write(b'{"resourceType":')
    asked.close_connection = True


def cuts_before_answering(asked: BaseHTTPRequestHandler) -> None:
    asked.close_connection = True


def keeps_silent(asked: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)
    asked.close_connection = True


@pytest.fixture
def line() -> Iterator[Line]:
    far_end = Line()
    thread = Thread(target=far_end.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield far_end
    far_end.server.shutdown()
    thread.join()
    far_end.server.server_close()


@pytest.fixture
def call(line: Line) -> Iterator[Callable[..., Gateway]]:
    opened: list[Transport] = []

    def gateway(
        *, url: str = line.url, limits: Limits = PATIENT_LIMITS, retry: RetryPolicy = NEVER_AGAIN
    ) -> Gateway:
        opened.append(Transport(url, request_ids=lambda: "r", limits=limits))
        return Gateway(opened[-1], retry=retry, sleep=time.sleep)

    yield gateway
    for transport in opened:
        transport.close()


def retrying(attempts: int = 3) -> RetryPolicy:
    return RetryPolicy(attempts=attempts, base=0.01, cap=2, jitter=lambda longest: longest)


def test_a_read_waits_as_long_as_the_server_asks(line: Line, call: Callable[..., Gateway]) -> None:
    line.script = [says(429, Retry_After="1"), says(200, WHOLE)]
    assert call().read("Goal/7").version == "1"
    assert line.waits[0] >= 1


def test_a_write_waits_as_long_as_the_server_asks(line: Line, call: Callable[..., Gateway]) -> None:
    line.script = [says(429, Retry_After="1"), says(201, WHOLE)]
    assert call(retry=retrying()).write(CREATE).created
    assert line.waits[0] >= 1


def test_a_read_does_not_wait_for_ever(line: Line, call: Callable[..., Gateway]) -> None:
    line.script = [says(503, Retry_After="3600")]
    limits = Limits(read_retries=1, retry_after_max=1)
    with pytest.raises(ehr.Throttled) as caught:
        call(limits=limits).read("Goal/7")
    assert caught.value.retry_after == 3600
    assert 1 <= line.waits[0] < 3


def test_a_write_leaves_a_long_pause_to_its_caller(line: Line, call: Callable[..., Gateway]) -> None:
    line.script = [says(503, Retry_After="3600")]
    with pytest.raises(ehr.Throttled) as caught:
        call(retry=retrying()).write(CREATE)
    assert caught.value.retry_after == 3600
    assert len(line.arrived) == 1


@pytest.mark.parametrize("fault", [says(502), says(503), cuts_before_answering])
def test_a_read_survives_a_stumble(line: Line, call: Callable[..., Gateway], fault: Step) -> None:
    line.script = [fault, says(200, WHOLE)]
    assert call().read("Goal/7").version == "1"


@pytest.mark.parametrize("fault", [says(503), cuts_before_answering, cuts_in_mid_answer])
def test_a_read_that_never_succeeds_is_an_outage(
    line: Line, call: Callable[..., Gateway], fault: Step
) -> None:
    line.script = [fault]
    with pytest.raises(ehr.Unavailable) as caught:
        call().read("Goal/7")
    assert type(caught.value) is ehr.Unavailable


@pytest.mark.parametrize(
    "fault", [says(500), says(502), says(503), says(504), cuts_before_answering, cuts_in_mid_answer]
)
@pytest.mark.parametrize(
    "write",
    [
        lambda g: g.write(CREATE),
        lambda g: g.write(Update(reference="Goal/7", resource=GOAL, if_version="1")),
        lambda g: g.transact([CREATE]),
    ],
)
def test_a_write_that_may_have_had_its_effect_is_sent_once(
    line: Line, call: Callable[..., Gateway], fault: Step, write: Callable[[Gateway], object]
) -> None:
    line.script = [fault]
    with pytest.raises(ehr.UnknownOutcome):
        write(call(retry=retrying()))
    assert len(line.arrived) == 1


def test_a_write_without_an_answer_in_time_is_of_unknown_outcome(
    line: Line, call: Callable[..., Gateway]
) -> None:
    line.script = [keeps_silent]
    with pytest.raises(ehr.UnknownOutcome, match="too long"):
        call(limits=Limits(answer=0.1), retry=retrying()).write(CREATE)
    assert len(line.arrived) == 1


def test_where_nobody_listens_nothing_was_done(call: Callable[..., Gateway]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/fhir"
    for act in (lambda g: g.write(CREATE), lambda g: g.read("Goal/7")):
        with pytest.raises(ehr.Unavailable, match="no connection") as caught:
            act(call(url=url))
        assert type(caught.value) is ehr.Unavailable


def test_a_refused_connection_is_tried_again_by_the_policy_alone(call: Callable[..., Gateway]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/fhir"
    waits: list[float] = []
    policy = RetryPolicy(attempts=3, base=0.01, cap=1, jitter=lambda longest: waits.append(longest) or 0)
    with pytest.raises(ehr.Unavailable):
        call(url=url, retry=policy).write(CREATE)
    assert waits == [0.01, 0.02]


def test_a_host_that_does_not_exist_is_no_unknown_outcome(call: Callable[..., Gateway]) -> None:
    with pytest.raises(ehr.Unavailable) as caught:
        call(url="http://nowhere.invalid/fhir").write(CREATE)
    assert type(caught.value) is ehr.Unavailable
