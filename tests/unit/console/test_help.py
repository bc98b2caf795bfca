"""Help is quick, because it imports nothing that only the commands need, and it documents the exit codes."""

import json
import subprocess
import sys

import pytest

from service.console.commands import tandem
from service.console.exit_codes import MEANINGS, ExitCode
from tests.unit.console.running import Desk

HEAVY = [
    "sqlalchemy",
    "flask",
    "werkzeug",
    "requests",
    "fhir",
    "fhirpathpy",
    "marshmallow",
    "cattrs",
    "rich.table",
]
COMMANDS = ["demo", "serve", "sandbox", "plan", "import", "push", "validate", "health", "db", "openapi"]
_ASK = f"""
import json, sys
sys.argv = ["tandem", "--help"]
from service.cli import main
try:
    main()
except SystemExit as end:
    print(json.dumps([end.code, [name for name in {HEAVY!r} if name in sys.modules]]), file=sys.stderr)
"""


def test_help_imports_none_of_the_heavy_libraries() -> None:
    ran = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=True)
    assert json.loads(ran.stderr) == [0, []]
    assert "Usage: tandem" in ran.stdout


def test_help_names_every_command_and_every_exit_code(desk: Desk) -> None:
    said = desk.type("--help")
    assert said.code == ExitCode.DONE
    for name in COMMANDS:
        assert f"\n  {name} " in said.out
    for code, words in MEANINGS.items():
        assert f"{code.value:>3}  {words}" in said.out
    assert set(MEANINGS) == set(ExitCode)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_json_and_debug(desk: Desk, name: str) -> None:
    said = desk.type(name, "--help")
    assert said.code == ExitCode.DONE
    assert f"tandem {name}" in said.out
    if name not in ("plan", "db"):
        assert "--json" in said.out
        assert "--debug" in said.out


def test_every_verb_of_a_noun_answers_in_json_too(desk: Desk) -> None:
    for words in (
        ("plan", "new"),
        ("plan", "list"),
        ("plan", "show"),
        ("plan", "export"),
        ("import", "show"),
        ("db", "upgrade"),
    ):
        assert "--json" in desk.type(*words, "--help").out


@pytest.mark.parametrize("words", [("nothing",), ("plan", "nothing"), ("plan", "show"), ("push", "--none")])
def test_a_command_that_makes_no_sense_ends_with_2(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk.type(*words)
    assert said.code == ExitCode.USAGE
    assert "Usage: tandem" in said.err
    assert said.out == ""
    told = desk.type("--json", *words)
    assert told.code == ExitCode.USAGE
    assert told.document["error"]["exit_code"] == ExitCode.USAGE


def test_the_words_of_the_table_are_those_of_the_commands() -> None:
    with tandem.make_context("tandem", ["--help"], resilient_parsing=True) as context:
        for name in tandem.list_commands(context):
            assert tandem.get_command(context, name) is not None
    assert tandem.list_commands(context) == COMMANDS
