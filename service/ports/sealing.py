"""What can be wrong with keys and with what they seal; docs/security.md says what is sealed and why.

None of the texts holds anything of a patient: a key is named by its id, a row by its table and its ids.
"""

from service.ports.storage import StorageError


class KeysUnfit(StorageError):
    """See to the keys of this process and start it again; nothing was done."""


class BadKeys(KeysUnfit):
    """The keys themselves cannot be used: the text says what is wrong with their file."""


class KeyLacking(KeysUnfit):
    """What is stored is sealed under a key that this process does not have."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the database is sealed under key {key_id}, which TANDEM_KEYS_FILE does not hold")
        self.key_id = key_id


class WrongKey(KeysUnfit):
    """The key has the id, but it is not the one that sealed."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"key {key_id} of TANDEM_KEYS_FILE is not the key {key_id} that the database knows")
        self.key_id = key_id


class KeyRetired(KeysUnfit):
    """The key that this process writes with is in use no more, as `tandem db rekey` found."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"key {key_id} is retired: start this process with the current key")
        self.key_id = key_id


class NotSealed(KeysUnfit):
    """There is a key, and what is stored lies in the clear: `tandem db rekey` seals it."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} is not sealed: run `tandem db rekey`")
        self.place = place


class Damaged(StorageError):
    """A row is not what was sealed in its place: restore a backup."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} is not what was sealed there: it was changed, moved or damaged")
        self.place = place
