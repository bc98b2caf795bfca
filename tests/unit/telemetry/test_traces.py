"""Traces are an extra: what the OTEL_ variables say holds, and without the packages nothing else fails."""

import subprocess
import sys

import pytest

from service.telemetry import traces
from tests.unit.telemetry.watching import Watched

WITHOUT = """
import sys
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refused())
from service.bootstrap import Parts
from service.console.installation import WrongSetting
try:
    print(Parts().installed().traces.traceparent)
except WrongSetting as error:
    print(error)
"""


def without_the_packages(**environment: str) -> str:
    """What an installation without OpenTelemetry says of its traces."""
    words = [sys.executable, "-c", WITHOUT]
    return subprocess.run(words, capture_output=True, check=True, text=True, env=environment).stdout.strip()


def test_without_the_packages_everything_works_but_traces() -> None:
    assert without_the_packages() == "None"


def test_asking_for_traces_without_the_packages_says_what_to_type() -> None:
    said = without_the_packages(TANDEM_TRACES="true")
    assert said == "TANDEM_TRACES needs the packages of the extra: pip install 'tandem[traces]'"


def test_the_packages_are_found_where_they_are() -> None:
    assert traces.can_trace()


@pytest.mark.parametrize(("given", "named"), [({}, "tandem"), ({"OTEL_SERVICE_NAME": "clinic"}, "clinic")])
def test_the_service_has_a_name_unless_it_is_given_one(
    given: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    seen = Watched()
    with seen.watch().push("plan-1", "default"):
        pass
    assert seen.spans["push"].resource.attributes["service.name"] == named


def test_a_sampler_of_the_environment_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    seen = Watched()
    with seen.watch().push("plan-1", "default"):
        pass
    assert seen.spans == {}
