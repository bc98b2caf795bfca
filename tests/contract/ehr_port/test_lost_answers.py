"""A write whose answer is lost was made, and a second create of it finds the first (sandbox only: we cut)."""

import pytest
import requests

from service.ehr.gateway import Gateway
from service.ehr.retry import RetryPolicy
from service.ehr.transport import Transport
from service.ports.ehr import Create, UnknownOutcome
from service.sandbox.app import create_app
from service.sandbox.store import MemoryStore
from tests.ehr_servers import numbered_ids, wall_clock
from tests.fakes.wsgi_transport import WsgiAdapter

PATIENT = {"resourceType": "Patient", "identifier": [{"system": "urn:t", "value": "1"}]}
CREATE = Create(resource=PATIENT, if_none_exist="identifier=urn:t|1")
EAGER = RetryPolicy(attempts=5, base=0, cap=0, jitter=lambda longest: longest)


def is_post(request: requests.PreparedRequest) -> bool:
    return request.method == "POST"


@pytest.mark.parametrize("write", [lambda g: g.write(CREATE), lambda g: g.transact([CREATE])[0]])
def test_a_lost_answer_hides_one_effect_and_never_makes_two(write: object) -> None:
    adapter = WsgiAdapter(create_app(MemoryStore(), wall_clock, numbered_ids()), lose=is_post)
    line = Transport("http://sandbox.test/fhir", request_ids=lambda: "r", adapter=adapter)
    chart = Gateway(line, retry=EAGER, sleep=lambda _: None)
    with pytest.raises(UnknownOutcome):
        write(chart)
    assert len(adapter.asked) == 1
    (held,) = chart.search("Patient", {"identifier": "urn:t|1"})
    adapter.lose = lambda _: False
    again = write(chart)
    assert (again.created, again.reference) == (False, held.reference)
    line.close()
