"""The top level, the commands, CI and the image agree with each other."""

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

from tests.architecture.sources import ROOT, tracked_files

PRODUCT = {"service", "fhir_profiles", "tests", "Dockerfile", "openapi.yaml", "pyproject.toml", "README.md"}
NEEDED = {
    ".ci",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "bench",
    "compose.yaml",
    "docker",
    "docs",
}
TOOLING = {".dockerignore", ".editorconfig", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"}
PYTHON = {"conftest.py", "requirements", "ruff.toml"}
CHECKS = [
    "ruff check",
    "ruff format --check",
    "mypy --strict -p service",
    "lint-imports",
    "pytest",
    "coverage report .*--fail-under=95",
    "coverage report .*--fail-under=100 --include='service/domain/[*],service/mapping/[*],service/sync/[*]'",
]
# Split, so that this file does not find itself.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js",
    "repo1.mav" + "en",
    "ghcr" + ".io",
]
MACHINE_PATHS = re.compile(r"(?<![\w.$}-])/(?:work|farm|root|home/[a-z]|Users/[a-z])" + r"[\w/]")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def texts() -> list[tuple[Path, str]]:
    held = []
    for path in tracked_files():
        try:
            held.append((path, (ROOT / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return held


def planned(target: str) -> str:
    """Gives the commands that make would run for a target."""
    return subprocess.run(
        ["make", "-n", "--no-print-directory", target], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout


def test_the_top_level_holds_what_a_newcomer_expects() -> None:
    assert {path.parts[0] for path in tracked_files()} <= PRODUCT | NEEDED | TOOLING | PYTHON


def test_no_file_names_a_path_of_one_machine_or_the_host_of_a_registry() -> None:
    complaints = []
    for path, text in texts():
        for number, line in enumerate(text.splitlines(), start=1):
            if (
                MACHINE_PATHS.search(line)
                or str(ROOT.parent) + "/" in line
                or any(host in line for host in REGISTRIES)
            ):
                complaints.append(f"{path}:{number}")
    assert complaints == []


def test_check_runs_every_check() -> None:
    commands = planned("check")
    assert [check for check in CHECKS if not re.search(check, commands)] == []


def test_ci_runs_check_and_both_demos_with_the_servers_required() -> None:
    script = read(".ci/run")
    for line in ("make check", "make demo", 'make demo EHR="$EHR_UNDER_TEST"'):
        assert re.search(rf"^{re.escape(line)}$", script, re.M), line
    assert "export CI=true TANDEM_REQUIRE_SERVERS=1" in script
    assert not re.search(r"\b(ruff|mypy|pytest|lint-imports)\b", script), "checks belong in `make check`"


def test_ci_takes_the_steps_of_the_dockerfile() -> None:
    build, _, run = read("Dockerfile").partition("\n\nFROM ")
    assert re.findall(r"^RUN (.*)$", build, re.M) == ["docker/build-steps /opt/tandem"]
    assert re.findall(r"^RUN (\w+)", run, re.M) == ["useradd"]
    script = read(".ci/run")
    assert "docker/build-steps " in script
    assert "health.py" in script
    assert "/opt/tandem/health.py" in run


def test_the_image_runs_tandem_and_not_as_root() -> None:
    run = read("Dockerfile").partition("\n\nFROM ")[2]
    assert re.findall(r"^USER (.*)$", run, re.M) == ["tandem"]
    assert re.findall(r"^(?:ENTRYPOINT|CMD) (.*)$", run, re.M) == ['["tandem"]', '["serve"]']


def test_the_image_holds_what_the_wheel_needs_and_no_tests() -> None:
    allowed = read(".dockerignore").split()
    taken = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    wheel = tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert "*" in allowed
    assert taken >= {"docker", "requirements", "pyproject.toml", "README.md", *wheel}
    assert not taken & {"tests", ".git", ".venv"}


def test_servers_for_people_with_docker_are_reachable_from_their_machine_only() -> None:
    services = yaml.safe_load(read("compose.yaml"))["services"]
    assert set(services) == {"hapi", "postgres"}
    ports = [port for service in services.values() for port in service["ports"]]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_hooks_before_a_commit_run_the_fast_half() -> None:
    hooks = [
        hook for repo in yaml.safe_load(read(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]
    ]
    assert [hook["entry"] for hook in hooks] == ["make fast"]
    assert "lint-imports" in planned("fast")
