"""Sealing what is stored: AES-256-GCM with the place as associated data, and keyed hashes to search by.

A sealed text is `sealed:1:<key id>:<base64 of nonce, ciphertext and tag>`. What is not sealed is JSON, which
never begins so; it is what an installation without keys, the demo, stores.
"""

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Protocol, TypeAlias

from cryptography.exceptions import InvalidTag

from service.fhir.json import JsonObject, NotJson, loads
from service.ports.sealing import Damaged, KeyLacking, NotSealed
from service.storage.columns import json_text
from service.storage.keyring import Key, KeyRing

Place: TypeAlias = tuple[str | int, ...]
"""Where a text lies: table, column, and what names the row. It opens there and nowhere else."""

Content: TypeAlias = JsonObject | str
SEALED = "sealed:1:"
CLEAR = "clear"
NONCE_BYTES = 12
# NIST SP 800-38D, 8.3: random nonces of 96 bits are good for 2**32 texts under one key.


class Sealer(Protocol):
    """Seals, opens and hashes for one installation."""

    def seal(self, place: Place, content: Content) -> str:
        """Return what may be stored in a place."""

    def open(self, place: Place, stored: str) -> Content:
        """Return what was sealed for a place; raises `KeyLacking`, `NotSealed` or `Damaged`."""

    def hashed(self, purpose: str, *parts: str) -> str:
        """Return the hash to store of something to search by; hashes of two purposes never meet."""

    def hashes(self, purpose: str, *parts: str) -> tuple[str, ...]:
        """Return every hash under which it may be stored, one for each key."""


class KeyedSealer:
    """Seals with the current key of a ring and opens with any; what is not sealed it refuses."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring

    def seal(self, place: Place, content: Content) -> str:
        """Return the sealed text, under the current key and a nonce of its own."""
        return self._closed(place, json_text(content).encode())

    def open(self, place: Place, stored: str) -> Content:
        """Return what was sealed for a place; raises `KeyLacking`, `NotSealed` or `Damaged`."""
        return _content(self._text(place, stored).decode(), place)

    def reseal(self, place: Place, stored: str) -> str:
        """Return the same text under the current key; raises as `open`."""
        return self._closed(place, self._text(place, stored))

    def _closed(self, place: Place, text: bytes) -> str:
        key, nonce = self.ring.current, secrets.token_bytes(NONCE_BYTES)
        closed = key.cipher.encrypt(nonce, text, _bound(key.id, place))
        return f"{SEALED}{key.id}:{b64encode(nonce + closed).decode()}"

    def _text(self, place: Place, stored: str) -> bytes:
        key_id = key_of(stored)
        if key_id is None:
            raise NotSealed(named(place))
        key = self.ring.key(key_id)
        try:
            closed = b64decode(stored[len(SEALED) + len(key_id) + 1 :], validate=True)
            return key.cipher.decrypt(closed[:NONCE_BYTES], closed[NONCE_BYTES:], _bound(key_id, place))
        except (InvalidTag, ValueError):
            raise Damaged(named(place)) from None

    def hashed(self, purpose: str, *parts: str) -> str:
        """Return the hash under the current key."""
        return _hash(self.ring.current, purpose, parts)

    def hashes(self, purpose: str, *parts: str) -> tuple[str, ...]:
        """Return the hash under each key of the ring."""
        return tuple(_hash(key, purpose, parts) for key in self.ring.keys.values())


class FirstSealer(KeyedSealer):
    """What `tandem db rekey` opens with while it seals a database that lay in the clear."""

    def _text(self, place: Place, stored: str) -> bytes:
        return super()._text(place, stored) if key_of(stored) else stored.encode()


class ClearSealer:
    """Stores in the clear, as the demo on one machine does; what is sealed it cannot open."""

    def seal(self, place: Place, content: Content) -> str:  # noqa: ARG002  the port's signature
        """Return the content as JSON."""
        return json_text(content)

    def open(self, place: Place, stored: str) -> Content:
        """Return the content; raises `KeyLacking` when it is sealed."""
        key_id = key_of(stored)
        if key_id is not None:
            raise KeyLacking(key_id)
        return _content(stored, place)

    def hashed(self, purpose: str, *parts: str) -> str:
        """Return a hash that anybody could make."""
        return f"{CLEAR}:{sha256(_message(purpose, parts)).hexdigest()}"

    def hashes(self, purpose: str, *parts: str) -> tuple[str, ...]:
        """Return the only hash."""
        return (self.hashed(purpose, *parts),)


def sealer_of(ring: KeyRing | None) -> Sealer:
    """Return the sealer of an installation with these keys, or with none."""
    return ClearSealer() if ring is None else KeyedSealer(ring)


def key_of(stored: str) -> str | None:
    """Return the id of the key under which a text is sealed, None for a clear one."""
    return stored[len(SEALED) :].partition(":")[0] if stored.startswith(SEALED) else None


def named(place: Place) -> str:
    """Return a place in words: its table, its column and the ids of its row."""
    table, column, *row = map(str, place)
    return f"{table}.{column} of {'/'.join(row)}"


def _bound(key_id: str, place: Place) -> bytes:
    return json.dumps([SEALED, key_id, *place]).encode()


def _hash(key: Key, purpose: str, parts: tuple[str, ...]) -> str:
    return f"{key.id}:{hmac.digest(key.hashing, _message(purpose, parts), 'sha256').hex()}"


def _message(purpose: str, parts: tuple[str, ...]) -> bytes:
    # JSON keeps the parts apart: ("ab", "c") and ("a", "bc") are two messages.
    return json.dumps([purpose, *parts]).encode()


def _content(text: str, place: Place) -> Content:
    try:
        return loads(text) if text.startswith("{") else str(json.loads(text))
    except (NotJson, ValueError):
        raise Damaged(named(place)) from None
