"""What comes of the work on a whole database: sealing it anew, copying it, checking a copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


class BackupError(Exception):
    """A copy could not be made or used; the database is as it was. The text says why."""


class BadBackup(BackupError):
    """The file is no whole backup of ours: take another copy."""


class NewerBackup(BackupError):
    """A newer version of this service made the backup: restore it with that version."""


class NotEmpty(BackupError):
    """The database holds something: restore into an empty one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds, after all of it was read back: rows by table, and how many sealed texts opened.

    `keys` are the ids of the keys that it needs; it holds none of them.
    """

    schema: str
    made_at: datetime
    tables: Mapping[str, int]
    keys: tuple[str, ...]
    opened: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RekeyReport:
    """What `tandem db rekey` did, in rows: a row counts once, however much of it is sealed.

    `remaining` are rows under other keys, by the id of the key, or `clear`. `retired` are the keys that
    nothing is left under: they are needed for older backups alone. `damaged` names what nobody can open.
    """

    key_id: str
    resealed: int
    remaining: Mapping[str, int]
    retired: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all that is stored is sealed under the current key."""
        return not self.remaining
