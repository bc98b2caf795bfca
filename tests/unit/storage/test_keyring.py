"""Keys in their file: made once, read by their owner alone, never shown."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from service.ports.sealing import BadKeys, KeyLacking
from service.storage.keyring import add_key, read_keys
from tests.contract.storage.keys import a_key, a_ring

SECRET = b64encode(bytes(range(32))).decode()


def written(folder: Path, said: object, mode: int = 0o600) -> Path:
    file = folder / "keys.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said))
    file.chmod(mode)
    return file


def test_a_new_key_is_read_back_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    made = add_key(file)
    ring = read_keys(file)
    assert ring.current.id == made
    assert len(ring.current.secret) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_second_key_leaves_the_first_to_be_read_with(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    add_key(file, "first")
    held = read_keys(file).current
    add_key(file, "second")
    ring = read_keys(file)
    assert ring.current.id == "second"
    assert ring.key("first") == held
    add_key(file, "third", current=False)
    assert read_keys(file).current.id == "second"
    assert set(read_keys(file).keys) == {"first", "second", "third"}


def test_a_key_never_changes(tmp_path: Path) -> None:
    add_key(tmp_path / "keys.json", "first")
    with pytest.raises(BadKeys, match="never changes"):
        add_key(tmp_path / "keys.json", "first")


@pytest.mark.parametrize("key_id", ["", "A", "a:b", "a_b", "a%", "-a", "clear", "x" * 33])
def test_an_id_that_would_be_taken_for_something_else_is_refused(tmp_path: Path, key_id: str) -> None:
    with pytest.raises(BadKeys, match="an id of a key"):
        add_key(tmp_path / "keys.json", key_id)
    with pytest.raises(BadKeys, match="32 bytes in base64 under"):
        read_keys(written(tmp_path, {"current": key_id, "keys": {key_id: SECRET}}))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(BadKeys, match="chmod 600"):
        read_keys(written(tmp_path, {"current": "a", "keys": {"a": SECRET}}, mode))


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("no json", "is not"),
        ("[" * 100_000, "is not"),
        ([], "is not"),
        ({"current": "a"}, "is not"),
        ({"current": "b", "keys": {"a": SECRET}}, "names none"),
        ({"keys": {"a": SECRET}}, "names none"),
        ({"current": "a", "keys": {"a": SECRET[:-8]}}, "32 bytes"),
        ({"current": "a", "keys": {"a": "\u00e9"}}, "32 bytes"),
        ({"current": "a", "keys": {"a": 7}}, "32 bytes"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_and_not_repeated(
    tmp_path: Path, said: object, complaint: str
) -> None:
    with pytest.raises(BadKeys, match=complaint) as caught:
        read_keys(written(tmp_path, said))
    assert SECRET[:8] not in str(caught.value)


def test_a_file_that_is_not_there_or_cannot_be_made_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match="cannot be read"):
        read_keys(tmp_path / "none.json")
    with pytest.raises(BadKeys, match="cannot be written"):
        add_key(tmp_path / "nowhere" / "keys.json")


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys.json"
    add_key(file, "first")
    before = file.read_bytes()

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.storage.keyring.os.fsync", fail)
    with pytest.raises(BadKeys, match="No space left"):
        add_key(file, "second")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_key_that_the_ring_lacks_is_named() -> None:
    with pytest.raises(KeyLacking, match="key b"):
        a_ring("a").key("b")


def test_no_key_shows_its_secret() -> None:
    assert repr(a_key("a")) == "Key(id='a')"
    assert a_key("a").secret.hex() not in repr(a_ring("a"))


def test_sealing_and_hashing_have_keys_of_their_own() -> None:
    key = a_key("a")
    assert key.hashing not in (key.secret, a_key("b").hashing)
    assert len(key.hashing) == 32
