"""What comes of the work on a whole database: sealing it anew, copying it, checking a copy."""

from collections.abc import Mapping
from dataclasses import dataclass


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
