"""No command says on its error stream, or in a failure, what a record holds."""

import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

import click
import pytest

from service.bootstrap import Parts
from service.console.commands import tandem
from service.console.ending import carry_out
from service.console.installation import SandboxShape
from service.console.run import Run
from service.sandbox.app import door
from service.sandbox.server import FhirServer
from service.sandbox.serving import running
from service.sandbox.store import MemoryStore
from tests.ehr_servers import numbered_ids, wall_clock
from tests.leaks.marks import Marked, mark, marked_record, marks_in, spoiled, with_marked_keys
from tests.leaks.test_push import refusing

# What a command is told of a record, by its name; what a person types as an argument is theirs to read again.
CASES = {
    "plan new": [["plan", "new", "{file}"], ["plan", "new", "{file}", "--json"]],
    "plan list": [["plan", "list"], ["plan", "list", "--after", "nonsense"]],
    "plan show": [["plan", "show", "{plan}"], ["plan", "show", "{plan}", "--revision", "9"]],
    "plan journal": [
        ["plan", "journal", "{plan}", "--from", "2024-03-04"],
        ["plan", "journal", "{plan}", "--from", "0001-01-01", "--json"],
        ["plan", "journal", "unknown"],
    ],
    "plan export": [["plan", "export", "{plan}"], ["plan", "export", "{plan}", "--output", "{file}/x"]],
    "push": [["push", "{plan}"], ["push", "--all", "--json"], ["push", "unknown"]],
    "validate": [["validate", "{file}"], ["validate", "{plan}"], ["validate", "{plan}", "--ehr"]],
    "health": [["health"]],
    "db upgrade": [["db", "upgrade"]],
    "openapi": [["openapi"]],
    "sync": [
        ["sync", "{plan}"],
        ["sync", "--all", "--json"],
        ["sync", "unknown"],
        ["sync", "{plan}", "--dry-run"],
        ["sync", "{plan}", "--apply", "1.2.3"],
    ],
    "inbox list": [["inbox", "list"], ["inbox", "list", "--json"]],
    "inbox show": [["inbox", "show", "unknown"]],
    "inbox decide": [["inbox", "decide", "unknown", "--digest", "x", "--author", "y"]],
    "findings": [["findings", "{plan}"], ["findings", "unknown", "--json"]],
    "decide": [["decide", "{plan}", "0a", "--answer", "declined", "--reason", "x", "--by", "y"]],
    "bind": [["bind", "{plan}", "--patient", "unknown"]],
    "connection accept-reset": [["connection", "accept-reset"]],
    "agenda": [["agenda", "{plan}"], ["agenda", "unknown"]],
    "timeline": [
        ["timeline", "{plan}"],
        ["timeline", "{plan}", "--svg", "{file}/x"],
        ["timeline", "unknown"],
    ],
    "calendar plan": [["calendar", "plan", "{plan}"], ["calendar", "plan", "unknown"]],
    "calendar person": [["calendar", "person", "unknown"]],
    "alerts list": [["alerts", "list"], ["alerts", "list", "--json"]],
    "alerts show": [["alerts", "show", "unknown"]],
    "alerts acknowledge": [["alerts", "acknowledge", "unknown", "--author", "y"]],
    "alerts close": [["alerts", "close", "unknown", "--author", "y", "--reason", "x"]],
    "alerts deliver": [["alerts", "deliver"]],
    "alerts notice": [["alerts", "notice"]],
    "poll": [["poll"], ["poll", "--whole", "--json"]],
    "subscribe": [
        ["subscribe", "--list"],
        ["subscribe", "--end"],
        ["subscribe", "--endpoint", "http://127.0.0.1:9"],
    ],
    "why": [["why", "unknown"], ["why", "{plan}"]],
    "import": [["import", "--file", "{file}"], ["import", "--patient", "unknown"]],
    "import show": [["import", "show", "unknown"]],
    "writing stop": [["writing", "stop", "--reason", "the EHR is moved"]],
    "writing resume": [["writing", "resume"]],
    "writing status": [["writing", "status"], ["writing", "status", "--json"]],
    "audit": [["audit"], ["audit", "--json"]],
    "token add": [["token", "add", "ward-3", "--role", "reader"]],
    "token list": [["token", "list"]],
    "token revoke": [["token", "revoke", "unknown"]],
    "key new": [["key", "new", "{folder}/another.json"]],
    "db rekey": [["db", "rekey"]],
    "backup": [["backup", "{folder}/copy.backup"], ["backup", "--verify", "{file}"]],
    "restore": [["restore", "{file}"]],
}
# These run until they are ended, and are looked at in the neighbouring modules; the demo has its own people.
SERVERS = {"serve", "sandbox", "worker", "demo"}
# What these answer is the record, or the EHR's words on it: only what they say beside it is looked at.
ANSWERS = {
    "plan new", "plan list", "plan show", "plan journal", "plan export", "push", "sync", "validate",
    "inbox list", "import", "findings", "agenda", "timeline", "calendar plan",
}  # fmt: skip
REPORTS = {"push", "sync", "validate"}


@pytest.fixture(scope="module")
def record() -> Marked:
    return marked_record()


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator["Told"]:
    # It tells what is subscribed to, to nobody: without that `tandem subscribe` would wait half a minute.
    chart = FhirServer(MemoryStore(), wall_clock, numbered_ids(), notify=lambda _: None)
    with running(door(lambda incoming: said.spoil(chart.answer, incoming))) as url:
        for name, value in {
            "TANDEM_DATABASE_URL": f"sqlite:///{tmp_path / 'plans.db'}",
            "TANDEM_EHR_URL": url,
            "TANDEM_EHR_MODE": "write",
            "TANDEM_EHR_SANDBOX": "true",
            "TANDEM_LOG_JSON": "true",
        }.items():
            monkeypatch.setenv(name, value)
        said = Told(tmp_path, capfd)
        yield said


class Told:
    """Types commands, and gives what they said."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capture = capture
        self.spoil = lambda answer, incoming: answer(incoming)

    def type(self, words: list[str]) -> tuple[int, str, str]:
        self.capture.readouterr()
        code = carry_out(tandem, words, Run(assemble=Parts))
        said = self.capture.readouterr()
        return code, said.out, said.err


def verbs(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield " ".join(path)
    if not isinstance(command, click.Group):
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from verbs(found, (*path, name))


def files(record: Marked) -> dict[str, bytes]:
    sound = {"people": list(record.people), "plan": record.plan}
    return {
        "sound": json.dumps(sound).encode(),
        "again": json.dumps(sound).encode(),
        "spoiled": json.dumps(spoiled(sound)).encode(),
        "keys": json.dumps(with_marked_keys(sound)).encode(),
        "cut": json.dumps(sound).encode()[:-40],
        "bytes": b'{"plan": "' + mark().encode() + b'\xff"}',
        "list": json.dumps([mark()]).encode(),
    }


def test_every_command_has_its_case() -> None:
    assert set(verbs(tandem)) == set(CASES) | SERVERS


def leaks_of(told: Told, names: Iterable[str], **places: object) -> dict[str, list[str]]:
    """Types the commands of these names, and gives the marks in what they say to everybody."""
    leaks: dict[str, list[str]] = {}
    for name in names:
        for words in CASES[name]:
            code, out, err = told.type([word.format(**places) for word in words])
            assert out + err, words
            answered = name in ANSWERS and (code == 0 or name in REPORTS)
            if found := marks_in(err if answered else out + err):
                leaks[f"{' '.join(words)} ({code})"] = found
    return leaks


@pytest.mark.parametrize("quotes", [False, True], ids=["honest", "quoting"])
def test_no_command_says_what_a_record_holds(told: Told, record: Marked, quotes: bool) -> None:
    file = told.folder / "record.json"
    file.write_bytes(files(record)["sound"])
    places = {"file": file, "plan": record.plan["id"], "folder": told.folder}
    assert leaks_of(told, ["plan new"], **places) == {}
    if quotes:
        told.spoil = refusing(422, "POST", "PUT")
    assert leaks_of(told, CASES, **places) == {}


def test_no_refusal_of_a_file_repeats_it(told: Told, record: Marked) -> None:
    for kind, content in files(record).items():
        file = told.folder / "record.json"
        file.write_bytes(content)
        assert leaks_of(told, ["plan new", "validate"], file=file, plan=record.plan["id"]) == {}, kind


def test_the_sandbox_writes_no_mark_into_its_log(told: Told, record: Marked) -> None:
    log = StringIO()
    with Parts().sandbox(None, SandboxShape.HAPI, log=log) as app:
        client = app.test_client()
        for path in ("Patient", f"Patient?name={mark()}", f"{mark()}/{mark()}", f"Patient/{mark()}"):
            for method in ("GET", "POST", "PUT", mark()):
                client.open(
                    f"/fhir/{path}", method=method, json=record.plan, headers={"X-Request-Id": f"{mark()} x"}
                )
    assert log.getvalue().count("sandbox.answered") == 16
    assert marks_in(log.getvalue()) == []
