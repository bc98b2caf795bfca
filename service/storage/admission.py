"""Whether the keys of this process fit the database: asked before anything is read or written.

The database knows each key by a proof that only the key itself opens. No key is registered on a database in
the clear but by `tandem db rekey`, and once one is, nobody writes without a key any more.
"""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import Connection, delete, literal, select, text, update

from service.ports.sealing import Damaged, KeyLacking, KeyRetired, NotSealed, WrongKey
from service.storage.database import insert_new, put
from service.storage.keyring import Key, KeyRing
from service.storage.rows import hashed_columns, sealed_columns, sealed_tables
from service.storage.sealing import CLEAR, SEALED, KeyedSealer, Place, key_of
from service.storage.tables import metadata, sealing_keys

_PROOF = "this is the key"
_KNOWN = select(sealing_keys)
_KNOWN_LOCKED = _KNOWN.with_for_update(read=True)


class KeyState(StrEnum):
    """How a database stands to a key: a closing one seals nothing new, a retired one has nothing left."""

    IN_USE = "in-use"
    CLOSING = "closing"
    RETIRED = "retired"


def check(connection: Connection, ring: KeyRing | None, *, write: bool) -> None:
    """Raise `KeyLacking`, `WrongKey` or `KeyRetired` unless the keys fit; a write holds it until it ends."""
    states = known_keys(connection, ring, lock=write)
    if CLEAR in states:
        raise NotSealed("some of what the database holds")
    if write and ring is not None and states.get(ring.current.id, KeyState.IN_USE) is not KeyState.IN_USE:
        raise KeyRetired(ring.current.id)


def known_keys(connection: Connection, ring: KeyRing | None, *, lock: bool = False) -> dict[str, KeyState]:
    """Return the keys that the database knows, each proven by the ring unless it is retired.

    `CLEAR` is among them while rows in the clear are being sealed for the first time.
    """
    # The lock of a writer on this table is what `registering` and `closing` wait for.
    rows = connection.execute(_KNOWN_LOCKED if lock else _KNOWN).all()
    for row in sorted(rows, key=lambda one: str(one.id) == CLEAR):
        if ring is None:
            raise KeyLacking(row.id)
        if row.id == CLEAR:
            _prove(ring.key(key_of(row.proof) or CLEAR), row.id, row.proof)
        elif row.state != KeyState.RETIRED or row.id in ring.keys:
            _prove(ring.key(row.id), row.id, row.proof)
    return {row.id: KeyState(row.state) for row in rows}


def register(connection: Connection, ring: KeyRing) -> None:
    """Make the database know the current key; raises `NotSealed` when what it holds lies in the clear."""
    wait_for_writers(connection)
    if not known_keys(connection, ring) and holds_clear_rows(connection):
        raise NotSealed("what the database holds")
    insert_new(connection, sealing_keys, _row(ring.current.id, ring.current, KeyState.IN_USE))


def begin_rekey(connection: Connection, ring: KeyRing) -> None:
    """Make the current key the one to write with, also on a database in the clear, where it says so."""
    wait_for_writers(connection)
    known = known_keys(connection, ring)
    if not known and holds_clear_rows(connection):
        # Sealed itself: who can write into the database cannot have rows in the clear taken for our own.
        put(connection, sealing_keys, _row(CLEAR, ring.current, KeyState.CLOSING))
    if known.get(ring.current.id) is not KeyState.IN_USE:
        put(connection, sealing_keys, _row(ring.current.id, ring.current, KeyState.IN_USE))


def close_others(connection: Connection, ring: KeyRing) -> None:
    """Let nobody write with another key than the current one from here on."""
    wait_for_writers(connection)
    others = (sealing_keys.c.id != ring.current.id) & (sealing_keys.c.state == KeyState.IN_USE)
    connection.execute(update(sealing_keys).where(others).values(state=KeyState.CLOSING))


def retire(connection: Connection, key_ids: Collection[str]) -> None:
    """Note that nothing is left under these keys."""
    connection.execute(delete(sealing_keys).where(sealing_keys.c.id == CLEAR, literal(CLEAR).in_(key_ids)))
    those = sealing_keys.c.id.in_(key_ids)
    connection.execute(update(sealing_keys).where(those).values(state=KeyState.RETIRED))


def wait_for_writers(connection: Connection) -> None:
    """Wait until no transaction writes, and keep others from beginning; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE sealing_keys IN EXCLUSIVE MODE"))


def holds_clear_rows(connection: Connection) -> bool:
    """Tell whether anything that ought to be sealed or hashed under a key lies in the clear."""
    columns = [table.c[name] for table in sealed_tables(metadata) for name in sealed_columns(table)]
    conditions = [column.not_like(f"{SEALED}%") for column in columns]
    conditions += [column.like(f"{CLEAR}:%") for column in hashed_columns(metadata)]
    found = (connection.scalar(select(literal(1)).where(one).limit(1)) for one in conditions)
    return any(one is not None for one in found)


def _row(key_id: str, key: Key, state: KeyState) -> dict[str, str]:
    return {"id": key_id, "state": state, "proof": _alone(key).seal(_place(key_id), _PROOF)}


def _prove(key: Key, key_id: str, proof: str) -> None:
    try:
        _alone(key).open(_place(key_id), proof)
    except (Damaged, KeyLacking, NotSealed):
        raise WrongKey(key.id) from None


def _alone(key: Key) -> KeyedSealer:
    return KeyedSealer(KeyRing(current=key, keys={key.id: key}))


def _place(key_id: str) -> Place:
    return ("sealing_keys", "proof", key_id)
