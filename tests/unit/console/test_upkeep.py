"""Keys, rekey, backup and restore: what they say, and what a service without a key may do."""

from pathlib import Path

import pytest

from service.console.exit_codes import ExitCode
from service.ports.sealing import KeyLacking
from service.ports.upkeep import BadBackup, RekeyReport
from tests.unit.console.running import A_BACKUP, Desk


def test_a_key_is_made_in_its_file_and_never_shown(desk: Desk) -> None:
    said = desk.type("key", "new", "keys.json", "--id", "2026-02", "--json")
    assert said.document == {"key_id": "2026-02"}
    assert desk.type("key", "new", "keys.json", "--later").code == ExitCode.DONE
    assert desk.installation.did == ["made keys.json True", "made keys.json False"]
    assert "keep a copy of that file elsewhere" in desk.type("key", "new", "keys.json").out


def test_a_key_that_cannot_be_made_is_a_setting_that_makes_no_sense(desk: Desk) -> None:
    assert desk.type("key", "new", "keys.json", "--id", "bad").code == ExitCode.USAGE


def test_a_rekey_says_which_keys_are_used_no_more(desk: Desk) -> None:
    desk.installation.rekeyed = RekeyReport(
        key_id="2026-02", resealed=9, remaining={}, retired=("2026-01",), damaged=()
    )
    said = desk.type("db", "rekey")
    assert said.code == ExitCode.DONE
    assert said.out.splitlines() == [
        "9 rows are sealed anew under key 2026-02",
        "key 2026-01 is used no more; older backups need it",
    ]


def test_a_rekey_that_leaves_rows_says_so_with_its_exit_code(desk: Desk) -> None:
    desk.installation.rekeyed = RekeyReport(
        key_id="2026-02",
        resealed=1,
        remaining={"2026-01": 2, "clear": 3},
        retired=(),
        damaged=("people.document of p is not what was sealed there",),
    )
    said = desk.type("db", "rekey")
    assert said.code == ExitCode.WORK_LEFT
    assert said.out.splitlines()[1:] == [
        "2 rows are left under key 2026-01",
        "3 rows are left in the clear",
        "people.document of p is not what was sealed there",
    ]
    assert desk.type("db", "rekey", "--json").document == {
        "key_id": "2026-02",
        "resealed": 1,
        "remaining": {"2026-01": 2, "clear": 3},
        "retired": [],
        "damaged": ["people.document of p is not what was sealed there"],
    }


@pytest.mark.parametrize(
    ("words", "did"),
    [
        (("backup", "b"), "backed up b"),
        (("backup", "--verify", "b"), "verified b"),
        (("restore", "b"), "restored b"),
    ],
)
def test_a_copy_says_what_was_read_back(desk: Desk, words: tuple[str, ...], did: str) -> None:
    said = desk.type(*words)
    assert said.code == ExitCode.DONE
    assert "3 rows of 2026-03-02 12:00 UTC, schema 0002" in said.out
    assert "needs key 2026-01" in said.out
    assert desk.type(*words, "--json").document == {
        "schema": "0002",
        "made_at": "2026-03-02T12:00:00+00:00",
        "tables": {"plans": 2, "people": 1},
        "keys": ["2026-01"],
        "opened": 7,
    }
    assert desk.installation.did == [did, did]


def test_a_copy_in_the_clear_says_so(desk: Desk) -> None:
    desk.installation.copied = A_BACKUP.__class__(
        schema="0002", made_at=A_BACKUP.made_at, tables={}, keys=(), opened=0
    )
    assert "lies in the clear" in desk.type("backup", "b").out


def test_a_copy_that_is_not_whole_is_refused(desk: Desk) -> None:
    desk.installation.copied = BadBackup("the backup is cut off")
    said = desk.type("restore", "b")
    assert said.code == ExitCode.REFUSED
    assert said.err == "refused: the backup is cut off\n"


def test_health_tells_of_keys_that_do_not_fit_and_of_a_demo_in_the_clear(desk: Desk) -> None:
    desk.installation.seals = False
    assert "in the clear" in desk.type("health", "--json").document["database"]["message"]
    desk.installation.unfit = KeyLacking("2026-01")
    said = desk.type("health", "--json")
    assert said.code == ExitCode.STORAGE_UNAVAILABLE
    assert "2026-01" in said.document["database"]["message"]


def test_a_service_whose_keys_do_not_fit_does_not_start(desk: Desk) -> None:
    desk.installation.unfit = KeyLacking("2026-01")
    said = desk.type("serve", "--port", "18080")
    assert said.code == ExitCode.STORAGE_UNAVAILABLE
    assert "2026-01" in said.err


def test_a_service_without_a_key_says_so_and_stays_on_this_machine(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.installation.seals = False
    desk.installation.unfit = KeyLacking("2026-01")
    assert "no key is set" in desk.type("serve", "--port", "18080").err
    monkeypatch.setattr("service.console.serve.check_address", lambda *_, **__: None)
    desk.installation.hosts = frozenset({"tandem.example"})
    said = desk.type("serve", "--host", "192.0.2.1")
    assert said.code == ExitCode.USAGE
    assert "TANDEM_KEYS_FILE is needed" in said.err


def test_files_are_named_not_guessed(desk: Desk, tmp_path: Path) -> None:
    assert desk.type("backup", str(tmp_path)).code == ExitCode.USAGE
