"""The port's far ends: the sandbox without sockets, and the real server that EHR_UNDER_TEST names."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from uuid import uuid1

import pytest

from service.ehr.gateway import Gateway
from service.ehr.retry import RetryPolicy
from service.ehr.transport import Transport
from service.fhir.json import JsonObject
from service.ports.ehr import Create
from service.sandbox.app import create_app
from service.sandbox.store import MemoryStore
from tests.ehr_servers import numbered_ids, real_server, wall_clock
from tests.fakes.wsgi_transport import WsgiAdapter

SYSTEM = "https://w3id.org/tandem-care/id"
PATIENCE = RetryPolicy(attempts=6, base=0.05, cap=1, jitter=lambda longest: longest)


@pytest.fixture(
    scope="session", params=["sandbox", pytest.param("real", marks=pytest.mark.ehr)], ids=lambda name: name
)
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    """A line to each server in turn."""
    numbers = count(1)
    if request.param == "real":
        base, adapter = real_server(), None
    else:
        app = create_app(MemoryStore(), wall_clock, numbered_ids())
        base, adapter = "http://sandbox.test/fhir", WsgiAdapter(app)
    line = Transport(base, request_ids=lambda: f"contract-{next(numbers)}", adapter=adapter)
    yield line
    line.close()


@pytest.fixture(scope="session")
def chart(transport: Transport) -> Gateway:
    """The port, as use cases get it."""
    return Gateway(transport, retry=PATIENCE, sleep=time.sleep)


@pytest.fixture
def fresh() -> Callable[[], str]:
    """Values that no earlier run on the same server has used."""
    return lambda: str(uuid1())


@pytest.fixture
def a_patient(fresh: Callable[[], str]) -> Callable[..., JsonObject]:
    """Patients with an identifier of their own."""

    def patient(value: str | None = None, **members: object) -> JsonObject:
        identifier = [{"system": SYSTEM, "value": value or fresh()}]
        return {"resourceType": "Patient", "identifier": identifier, **members}

    return patient


@pytest.fixture
def creating() -> Callable[..., Create]:
    """Conditional creates by that identifier."""

    def create(resource: JsonObject, full_url: str | None = None) -> Create:
        value = resource["identifier"][0]["value"]
        return Create(resource=resource, if_none_exist=f"identifier={SYSTEM}|{value}", full_url=full_url)

    return create
