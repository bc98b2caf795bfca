"""Keys: a file that only its owner reads, and what is derived from each of its keys."""

import json
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from stat import S_IRWXG, S_IRWXO
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.ports.sealing import BadKeys, KeyLacking

KEY_BYTES = 32
# An id stands in front of every sealed text and in patterns of SQL, so that it holds no `:`, `%` or `_`;
# `clear` stands where there is no key.
_ID = re.compile(r"(?!clear$)[a-z0-9][a-z0-9.-]{0,31}")
_OTHERS = S_IRWXG | S_IRWXO


@dataclass(frozen=True, kw_only=True)
class Key:
    """One secret of 32 bytes under its id; sealing and hashing each have a key derived from it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        """Show the id alone."""
        return f"Key(id={self.id!r})"

    @cached_property
    def cipher(self) -> AESGCM:
        """AES-256-GCM under the key for sealing."""
        return AESGCM(self._derived(b"tandem seal 1"))

    @cached_property
    def hashing(self) -> bytes:
        """The key for HMAC-SHA-256."""
        return self._derived(b"tandem hash 1")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys of an installation: everything is written with the current one and read with any."""

    current: Key
    keys: Mapping[str, Key]

    def key(self, key_id: str) -> Key:
        """Return a key; raises `KeyLacking`."""
        found = self.keys.get(key_id)
        if found is None:
            raise KeyLacking(key_id)
        return found


def read_keys(file: Path) -> KeyRing:
    """Return the keys of a file; raises `BadKeys`."""
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read()
    except OSError as error:
        raise BadKeys(f"the file of keys cannot be read: {error.strerror}") from None
    if mode & _OTHERS:
        raise BadKeys("others may read or change the file of keys: chmod 600 it")
    return _ring(_parsed(content))


def add_key(file: Path, key_id: str | None = None, *, current: bool = True) -> str:
    """Put a new key into a file of keys, which is made unless it is there, and return its id."""
    ring = read_keys(file) if file.exists() else None
    made = key_id if key_id is not None else secrets.token_hex(4)
    if not _ID.fullmatch(made):
        raise BadKeys("an id of a key is 1 to 32 of a-z, 0-9, '.' and '-', and begins with a letter or digit")
    held = {one.id: one.secret for one in ring.keys.values()} if ring else {}
    if made in held:
        raise BadKeys(f"there is a key {made} already, and a key never changes")
    held[made] = secrets.token_bytes(KEY_BYTES)
    _write(file, current=made if current or ring is None else ring.current.id, held=held)
    return made


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("keys"), dict):
        raise BadKeys('the file of keys is not {"current": id, "keys": {id: base64}}')
    return said


def _ring(said: Mapping[str, Any]) -> KeyRing:
    keys = {key_id: Key(id=key_id, secret=_secret(key_id, text)) for key_id, text in said["keys"].items()}
    current = keys.get(str(said.get("current")))
    if current is None:
        raise BadKeys("`current` of the file of keys names none of its keys")
    return KeyRing(current=current, keys=MappingProxyType(keys))


def _secret(key_id: str, text: object) -> bytes:
    try:
        secret = b64decode(str(text), validate=True)
    except ValueError:
        secret = b""
    if not _ID.fullmatch(key_id) or len(secret) != KEY_BYTES:
        # What stands there may be a key with a slip of the pen: neither it nor its id is repeated.
        raise BadKeys(
            f"a key of the file is not {KEY_BYTES} bytes in base64 under an id of a-z, 0-9, . and -"
        )
    return secret


def _write(file: Path, *, current: str, held: Mapping[str, bytes]) -> None:
    said = {"current": current, "keys": {key_id: b64encode(key).decode() for key_id, key in held.items()}}
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            json.dump(said, stream, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadKeys(f"the file of keys cannot be written: {error.strerror}") from None
