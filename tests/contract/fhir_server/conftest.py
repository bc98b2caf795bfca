"""Aims the suite at every server in turn."""

import pytest

from tests.contract.fhir_server.client import Client, named, patient
from tests.ehr_servers import ehr

__all__ = ["ehr"]


@pytest.fixture
def chart(ehr: str) -> Client:
    return Client(ehr)


@pytest.fixture
def ada(chart: Client) -> str:
    """A patient of this test alone, as `Patient/id`."""
    return named(chart.made(patient()))
