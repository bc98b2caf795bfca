"""Every command leaves its entry in the trail, or stands on the list of those that need none."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.console.commands import tandem
from service.console.exit_codes import ExitCode
from service.console.trail import UNRECORDED
from service.document import plan_to_document
from service.fhir.json import dumps
from service.ports.access import AuditEntry, AuditFilter, Outcome
from service.ports.sealing import KeyRetired
from service.ports.upkeep import BadBackup
from tests.builders import DIRECTORY, a_plan, the_full_plan
from tests.builders.alerts import an_alert
from tests.builders.inbox import an_item
from tests.contract.storage.samples import an_entry
from tests.scenarios.clinic import Clinic
from tests.scenarios.test_hints import Office
from tests.unit.console.running import Desk, FakeInstallation
from tests.unit.intake.charts import a_chart

PLAN = the_full_plan()
PERSON = next(iter(DIRECTORY))
DIGEST = an_item().digest
# One way of typing each command that reads or changes something; a refusal is written down too.
WORDS: dict[str, list[str]] = {
    "plan new": ["{folder}/plan.json"],
    "plan list": [],
    "plan show": [PLAN.id],
    "plan journal": [PLAN.id, "--from", "2026-03-02"],
    "plan export": [PLAN.id],
    "timeline": [PLAN.id],
    "agenda": [PLAN.id],
    "calendar plan": [PLAN.id],
    "calendar person": [PERSON],
    "import": ["--file", "{folder}/chart.json"],
    "import show": ["{import_id}"],
    "sync": [PLAN.id],
    "poll": [],
    "subscribe": ["--list"],
    "inbox list": [],
    "inbox show": ["item-1"],
    "inbox decide": ["item-1", "--digest", DIGEST, "--author", "me", "--group", "description=theirs"],
    "findings": [PLAN.id],
    "decide": [PLAN.id, "0a", "--answer", "declined", "--reason", "x", "--by", PERSON],
    "alerts list": [],
    "alerts show": ["{alert_id}"],
    "alerts acknowledge": ["{alert_id}", "--author", "me"],
    "alerts close": ["{alert_id}", "--author", "me", "--reason", "Seen today"],
    "alerts deliver": [],
    "bind": [PLAN.id, "--patient", "7"],
    "connection accept-reset": [],
    "why": ["goal-1"],
    "push": [PLAN.id],
    "writing stop": ["--reason", "the EHR is moved"],
    "writing resume": [],
    "writing status": [],
    "validate": [PLAN.id],
    "token add": ["ward-3", "--role", "reader"],
    "token list": [],
    "token revoke": ["none"],
    "audit": [],
    "db rekey": [],
    "backup": ["b"],
    "restore": ["b"],
}
# What each of them is about, beside those that are about the plan that they name.
ABOUT: dict[str, tuple[str | None, str | None]] = {
    "calendar person": (None, PERSON),
    "import": ("{imported_plan}", "{import_id}"),
    "import show": ("{imported_plan}", "{import_id}"),
    "inbox show": (PLAN.id, "item-1"),
    "inbox decide": (PLAN.id, "item-1"),
    "alerts show": (PLAN.id, "{alert_id}"),
    "alerts acknowledge": (PLAN.id, "{alert_id}"),
    "alerts close": (PLAN.id, "{alert_id}"),
    "why": (None, "goal-1"),
    "token add": (None, "ward-3"),
    "plan new": ("another", None),
}


@pytest.fixture
def kept(desk: Desk) -> Desk:
    ports = desk.installation.plans
    for person in DIRECTORY.values():
        add_person(person, ports=ports)
    create_plan(PLAN, author="n.okafor", ports=ports)
    with desk.installation.storage.begin() as work:
        work.inbox.save([an_item(plan_id=PLAN.id)])
        work.alerts.add(an_alert(plan_id=PLAN.id))
        work.ledger.save([an_entry()], plan_id="plan-1")
        work.commit()
    desk.installation.ehr_url = "https://ehr.example/fhir"
    desk.installation.subscribing = Office(Clinic()).ports
    return desk


def places(desk: Desk, folder: Path) -> dict[str, str]:
    (folder / "plan.json").write_text(dumps(plan_to_document(a_plan(id="another"))), encoding="utf-8")
    (folder / "chart.json").write_text(dumps(a_chart()), encoding="utf-8")
    made = desk.type("import", "--file", str(folder / "chart.json"), "--json").document
    return {
        "folder": str(folder),
        "import_id": made["id"],
        "imported_plan": made["plan_id"],
        "alert_id": an_alert().id,
    }


def verbs(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield " ".join(path)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from verbs(found, (*path, name))


def entries(desk: Desk, operation: str) -> list[AuditEntry]:
    with desk.installation.storage.begin(write=False) as work:
        return list(reversed(work.audit.page(AuditFilter(operation=operation), limit=99)))


def test_every_command_is_typed_here_or_stands_on_the_committed_list() -> None:
    options = {"backup --verify"}
    assert set(verbs(tandem)) | options == set(WORDS) | set(UNRECORDED)
    assert not set(WORDS) & set(UNRECORDED)
    assert all(len(reason) > 20 for reason in UNRECORDED.values())


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_command_leaves_an_entry_that_says_what_it_was_about(
    kept: Desk, tmp_path: Path, name: str
) -> None:
    known = places(kept, tmp_path)
    before = len(entries(kept, name))
    said = kept.type(*name.split(), *(word.format(**known) for word in WORDS[name]))
    assert said.code != ExitCode.USAGE, said.err
    found = entries(kept, name)[before:]
    assert found, said.err
    plan, item = ABOUT.get(name, (PLAN.id if PLAN.id in WORDS[name] else None, None))
    wanted = tuple(None if one is None else one.format(**known) for one in (plan, item))
    assert (found[-1].plan_id, found[-1].item_id) == wanted


@pytest.mark.parametrize("words", [("db", "rekey"), ("backup", "b"), ("restore", "b")])
def test_the_work_on_a_whole_database_is_written_down(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type(*words).code == ExitCode.DONE
    (entry,) = entries(desk, words[0] if words[0] != "db" else "db rekey")
    assert (entry.who, entry.outcome, entry.status) == ("cli:operator", Outcome.DONE, ExitCode.DONE)


def test_a_copy_that_cannot_be_made_is_written_down(desk: Desk) -> None:
    desk.installation.copied = BadBackup("the disk is full")
    desk.type("backup", "b")
    assert [one.outcome for one in entries(desk, "backup")] == [Outcome.REFUSED]


def test_a_restore_that_is_refused_leaves_the_database_empty(desk: Desk) -> None:
    desk.installation.copied = BadBackup("the backup is cut off")
    assert desk.type("restore", "b").code == ExitCode.REFUSED
    assert desk.type("backup", "--verify", "b").code == ExitCode.REFUSED
    desk.installation.copied = FakeInstallation().copied
    assert desk.type("backup", "--verify", "b").code == ExitCode.DONE
    assert desk.installation.storage.kept.audit == []


def test_where_no_database_is_none_is_made_for_an_entry(desk: Desk) -> None:
    desk.installation.current = False
    desk.installation.copied = BadBackup("the database has another schema")
    assert desk.type("backup", "b").code == ExitCode.REFUSED
    assert desk.installation.storage.kept.audit == []


def test_a_restore_is_done_also_where_a_retired_key_writes_nothing_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retired(*, write: bool = True) -> None:
        raise KeyRetired("2026-01")

    monkeypatch.setattr(desk.installation.storage, "begin", retired)
    assert desk.type("restore", "b").code == ExitCode.DONE


def test_what_is_typed_for_a_plan_or_an_item_is_kept_only_if_it_names_one(desk: Desk) -> None:
    typed = "Anna.Mueller"
    for words in (
        ("plan", "show", typed),
        ("push", typed),
        ("import", "show", typed),
        ("inbox", "show", typed),
        ("alerts", "show", typed),
        ("calendar", "person", typed),
        ("why", typed),
        ("token", "revoke", typed),
        ("token", "add", "Anna Mueller", "--role", "reader"),
    ):
        desk.type(*words)
    assert len(desk.installation.storage.kept.audit) >= 9
    assert "Anna" not in repr(desk.installation.storage.kept.audit)
