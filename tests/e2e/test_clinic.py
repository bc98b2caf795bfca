"""The commands of docs/howto/run-for-a-clinic.md, as a clinic types them."""

import json
from pathlib import Path

import pytest

from service.bootstrap import Parts, Tandem
from service.console.installation import WrongSetting
from service.settings import Settings
from tests.builders import PSYCHIATRIST
from tests.e2e.shell import DEMO_PLANS, Shell, fetched

DEPRESSION = DEMO_PLANS / "depression.json"


def plans(shell: Shell, **settings: str) -> list[str]:
    said = shell.tandem("plan", "list", "--json", **settings)
    assert said.code == 0, said.err
    return [one["title"] for one in said.document["plans"]]


def did(shell: Shell, **settings: str) -> set[str]:
    entries = shell.tandem("audit", "--limit", "200", "--json", **settings).document["entries"]
    return {one["operation"] for one in entries}


def test_a_clinic_seals_copies_restores_and_changes_its_key(shell: Shell, port: int) -> None:
    assert shell.tandem("key", "new", "keys.json", "--id", "first").code == 0
    shell.settings["TANDEM_KEYS_FILE"] = "keys.json"
    assert shell.tandem("plan", "new", str(DEPRESSION)).code == 0
    held = plans(shell)
    assert b"Demopatientin" not in (shell.folder / "tandem.db").read_bytes()

    url = f"http://127.0.0.1:{port}"
    with shell.running("serve", "--port", str(port), until=f"{url}/health/ready"):
        assert shell.tandem("backup", "monday.backup").code == 0
        assert shell.tandem("backup", "--verify", "monday.backup", "--json").document["keys"] == ["first"]
    assert shell.tandem("key", "new", "keys.json", "--id", "second").code == 0
    with shell.running("serve", "--port", str(port), until=f"{url}/health/ready"):
        said = shell.tandem("db", "rekey", "--json")
        assert (said.code, said.document["retired"]) == (0, ["first"])
        assert [one["title"] for one in fetched(f"{url}/plans")["items"]] == held

    restored = {"TANDEM_DATABASE_URL": "sqlite:///restored.db"}
    assert shell.tandem("restore", "monday.backup", **restored).code == 0
    assert plans(shell, **restored) == held
    again = shell.tandem("restore", "monday.backup", **restored)
    assert (again.code, "empty" in again.err) == (4, True)
    assert {"backup", "db rekey"} <= did(shell)
    assert {"restore", "plan new"} <= did(shell, **restored)


def test_a_demos_backup_is_restored_and_then_sealed(shell: Shell) -> None:
    assert shell.tandem("plan", "new", str(DEPRESSION)).code == 0
    assert shell.tandem("backup", "demo.backup").code == 0
    shell.tandem("key", "new", "keys.json")
    restored = {"TANDEM_DATABASE_URL": "sqlite:///restored.db"}
    assert shell.tandem("db", "upgrade", **restored).code == 0
    assert shell.tandem("restore", "keys.json", **restored).code == 4
    assert shell.tandem("backup", "--verify", "demo.backup", **restored).code == 0
    assert shell.tandem("restore", "demo.backup", **restored).code == 0, "a refusal filled no database"
    restored["TANDEM_KEYS_FILE"] = "keys.json"
    assert shell.tandem("db", "rekey", **restored).code == 0
    assert did(shell, **restored) >= {"plan new", "restore", "db rekey"}


def test_a_backup_of_no_database_makes_none(shell: Shell) -> None:
    assert shell.tandem("backup", "b", TANDEM_DATABASE_URL="sqlite:///none.db").code == 8
    assert not (shell.folder / "none.db").exists()


# Names, an identifier, a drug, and words of goals and notes: too long to stand in sealed text by chance.
MARKS = [b"Demopatientin", b'"Clara"', b"DEMO-P-001", b"ertraline", b"Moderate d", b"resourceType", b'"dose"']


def test_after_a_push_the_files_of_the_database_hold_no_word_of_the_plan(shell: Shell, chart: str) -> None:
    shell.tandem("key", "new", "keys.json")
    shell.settings["TANDEM_KEYS_FILE"] = "keys.json"
    shell.tandem("plan", "new", str(DEPRESSION))
    assert shell.tandem("push", "--all").code == 0, chart
    assert shell.tandem("push", "--all", "--json").document["pushes"][0]["writes"] == 0
    plan = DEPRESSION.read_bytes() + b"resourceType"
    assert [mark for mark in MARKS if mark not in plan] == []
    for file in shell.folder.glob("tandem.db*"):
        assert [mark for mark in MARKS if mark in file.read_bytes()] == []


def test_a_demo_becomes_a_clinic(shell: Shell) -> None:
    assert shell.tandem("plan", "new", str(DEPRESSION)).code == 0
    assert b"Demopatientin" in (shell.folder / "tandem.db").read_bytes()
    shell.tandem("key", "new", "keys.json")
    shell.settings["TANDEM_KEYS_FILE"] = "keys.json"
    refused = shell.tandem("plan", "list")
    assert (refused.code, "tandem db rekey" in refused.err) == (8, True)
    assert shell.tandem("db", "rekey").code == 0
    assert b"Demopatientin" not in (shell.folder / "tandem.db").read_bytes()
    assert plans(shell) != []
    del shell.settings["TANDEM_KEYS_FILE"]
    shut = shell.tandem("plan", "list")
    assert (shut.code, "TANDEM_KEYS_FILE" in shut.err) == (8, True)


def test_a_file_of_keys_that_others_may_read_is_refused(shell: Shell) -> None:
    shell.tandem("key", "new", "keys.json")
    (shell.folder / "keys.json").chmod(0o644)
    said = shell.tandem("plan", "list", TANDEM_KEYS_FILE="keys.json")
    assert (said.code, "chmod 600" in said.err) == (2, True)
    secret = json.loads((shell.folder / "keys.json").read_text())["keys"].popitem()[1]
    assert secret not in said.err


def test_an_installation_whose_keys_do_not_fit_is_not_ready_and_says_why(tmp_path: Path) -> None:
    url, keys = f"sqlite:///{tmp_path / 'plans.db'}", tmp_path / "keys.json"
    Parts().new_key(keys, "first", current=True)
    sealed = Tandem(settings=Settings(database_url=url, keys_file=str(keys)))
    sealed.upgrade()
    assert sealed.lacks() == ()
    with sealed.storage.begin() as work:
        work.people.put(PSYCHIATRIST)
        work.commit()
    in_the_clear = Tandem(settings=Settings(database_url=url))
    (lack,) = in_the_clear.lacks()
    assert (lack.field, "key first" in lack.reason) == ("keys", True)
    with pytest.raises(WrongSetting, match="TANDEM_KEYS_FILE"):
        in_the_clear.rekey(lambda: None)
    sealed.database.close()
    in_the_clear.database.close()
