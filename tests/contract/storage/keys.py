"""Keys for tests: anybody can make them, so that stored samples can be opened for ever."""

from hashlib import sha256

from service.storage.keyring import Key, KeyRing


def a_key(key_id: str) -> Key:
    """The test key of an id."""
    return Key(id=key_id, secret=sha256(f"a key for tests: {key_id}".encode()).digest())


def a_ring(*ids: str) -> KeyRing:
    """A ring of test keys; the first is the current one."""
    return KeyRing(current=a_key(ids[0]), keys={key_id: a_key(key_id) for key_id in ids})


KEYS = a_ring("2026-01")
