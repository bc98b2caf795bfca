"""How hard laws are tried (HYPOTHESIS_PROFILE: dev, test, ci by default, nightly), and what is measured."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Generated plans are large and the machines are shared: neither says anything about a law.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", PATIENT, max_examples=50)
settings.register_profile("test", PATIENT, max_examples=100, derandomize=True)
settings.register_profile("ci", PATIENT, max_examples=300, derandomize=True)
settings.register_profile("nightly", PATIENT, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# Tried by the thousand, in the words of laws: the tracer doubles their time, and each line that they reach is
# reached by a test of its own too (the floors of `make cover` say so).
UNMEASURED = ("tests/property/", "tests/crash/", "tests/simulation/", "tests/conformance/test_any_request.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests that only repeat out of what coverage measures."""
    root = Path(__file__).parents[1]
    for item in items:
        if item.path.is_relative_to(root) and item.path.relative_to(root).as_posix().startswith(UNMEASURED):
            item.add_marker(pytest.mark.no_cover)
