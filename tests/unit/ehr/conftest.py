"""A gateway whose far end each test decides."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
import responses

from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ehr.retry import NEVER_AGAIN, RetryPolicy
from service.ehr.transport import Transport

BASE = "http://ehr.test/fhir"
QUICK = Limits(connect=1, answer=1, read_retries=0, answer_bytes=200_000)
Dial = Callable[..., Gateway]


@pytest.fixture
def slept() -> list[float]:
    """The waits that the gateway asked for."""
    return []


@pytest.fixture
def dial(slept: list[float]) -> Iterator[Dial]:
    """Opens gateways, and closes them when the test is over."""
    lines: list[Transport] = []
    numbers = count(1)

    def open_gateway(
        base: str = BASE, *, retry: RetryPolicy = NEVER_AGAIN, limits: Limits = QUICK, **line: object
    ) -> Gateway:
        transport = Transport(base, request_ids=lambda: f"req-{next(numbers)}", limits=limits, **line)
        lines.append(transport)
        return Gateway(transport, retry=retry, sleep=slept.append)

    yield open_gateway
    for transport in lines:
        transport.close()


@pytest.fixture
def gateway(dial: Dial) -> Gateway:
    """A gateway that tries everything once."""
    return dial()


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    """A server that answers as the test tells it."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
