"""The keys of an identity provider in a file that an operator keeps up to date."""

from pathlib import Path

from service.fhir.json import JsonObject, NotJson, loads
from service.ports.access import KeysUnavailable


class KeySetFile:
    """`service.ports.access.KeySource` in a file, which is read again as an address would be asked."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def fetch(self) -> JsonObject:
        """Return the key set as it is now; raises `KeysUnavailable`."""
        try:
            return loads(self._file.read_bytes())
        except (OSError, NotJson):
            raise KeysUnavailable("The file of the identity provider's keys cannot be read.") from None
