"""What the tests of leaks share."""

from collections.abc import Callable

import pytest

from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ehr.retry import NEVER_AGAIN
from service.ehr.transport import Transport
from tests.leaks.house import House


@pytest.fixture
def without_waiting() -> Callable[[House], None]:
    """Lets an installation ask its EHR once, so that a server that fails is not waited for."""

    def once(house: House) -> None:
        tandem = house.tandem
        line = Transport(
            str(tandem.ehr_url),
            request_ids=tandem.correlation.call_id,
            limits=Limits(read_retries=0),
            watch=tandem.watch.calls("default"),
        )
        tandem.__dict__["ehr"] = Gateway(line, retry=NEVER_AGAIN, sleep=lambda _: None)

    return once
