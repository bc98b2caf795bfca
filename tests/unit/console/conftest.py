"""The desk of each test."""

import pytest

from tests.unit.console.running import Desk


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(capsys)
