"""What is installed is what was locked: pinned, hashed, from whichever index the machine uses."""

import re

import pytest

from tests.architecture.sources import ROOT

FILES = ["build.txt", "dev.txt", "service.txt"]
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)[^\\]*\\$")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?$")


def requirement_lines(name: str) -> list[str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def pins(name: str) -> dict[str, str]:
    found = [PIN.match(line) for line in requirement_lines(name)]
    return {pin[1]: pin[2] for pin in found if pin}


def test_the_folder_holds_these_files_only() -> None:
    assert sorted(path.name for path in (ROOT / "requirements").iterdir()) == FILES
    assert not (ROOT / "uv.lock").exists()


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    lines = requirement_lines(name)
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    bare = [
        line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if PIN.match(line) and not HASH.match(after)
    ]
    assert bare == []


@pytest.mark.parametrize("name", FILES)
def test_no_requirement_names_an_index(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert re.findall(r"--(?:extra-)?index-url|--find-links|://", text) == []


def test_tests_run_on_the_versions_that_the_service_ships() -> None:
    tried = pins("dev.txt")
    assert pins("service.txt").items() <= tried.items()
    assert pins("build.txt").items() <= tried.items()


@pytest.mark.parametrize("name", ["Makefile", "docker/build-steps"])
def test_what_is_locked_is_installed_without_asking_an_index_for_more(name: str) -> None:
    # pip 23.2 takes `coverage[toml]` of a requirement for unpinned as soon as the index has a newer coverage.
    lines = (ROOT / name).read_text().splitlines()
    installs = [line for line in lines if "--require-hashes" in line]
    assert installs
    assert [line for line in installs if "--no-deps" not in line] == []
