"""Says once, for the whole contract, whether a real server is under test."""

import pytest

from tests.contract.fhir_server.client import Client
from tests.ehr_servers import real_server


@pytest.mark.ehr
def test_the_contract_is_held_against_a_real_server() -> None:
    software = Client(real_server()).get("/metadata").json()["software"]["name"]
    assert software != "Tandem sandbox"
