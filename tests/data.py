"""The example resources that the tests read: HL7's, US Core's, Synthea's, and captured CapabilityStatements.

They lie outside the repository: in TANDEM_TEST_DATA, else in ../shared/data beside the checkout.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from service.fhir.json import JsonObject, loads

ROOT = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """Gives a folder of the test data; without it the test is skipped, or fails where CI is set."""
    home = Path(os.environ.get("TANDEM_TEST_DATA") or ROOT.parent / "shared" / "data")
    found = home / name
    if not found.is_dir():
        reason = f"no test data: set TANDEM_TEST_DATA to a folder that holds {name}/"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason, allow_module_level=True)
    return found


def official(kind: str | None = None) -> list[tuple[str, JsonObject]]:
    """HL7's own R4 examples as (name, resource), of one type or of all."""
    return _resources("r4-examples", kind)


def us_core(kind: str | None = None) -> list[tuple[str, JsonObject]]:
    """The examples of US Core as (name, resource), of one type or of all."""
    return _resources("us-core-examples", kind)


def synthea() -> list[tuple[str, JsonObject]]:
    """Four synthetic patients' records as (name, transaction Bundle)."""
    return _resources("synthea", "")


def capability_statement(name: str) -> JsonObject:
    """A captured CapabilityStatement by file name without its ending."""
    return _read(folder("capability-statements") / f"{name}.json")


def _resources(name: str, kind: str | None) -> list[tuple[str, JsonObject]]:
    pattern = f"{kind}-*.json" if kind else "*.json"
    return [(path.stem, _read(path)) for path in sorted(folder(name).glob(pattern))]


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _read(path: Path) -> JsonObject:
    return loads(_text(path))
