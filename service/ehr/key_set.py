"""The keys of an identity provider, over https; it stands here since all that goes out goes out from here."""

import requests

from service.ehr.transport import Straight
from service.fhir.json import JsonObject, NotJson, loads
from service.ports.access import KeysUnavailable

_PATIENCE = (3.05, 5.0)
_LARGEST = 512 * 1024


class KeySetUrl:
    """`service.ports.access.KeySource` at an address; nothing of the environment changes where it asks."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = Straight()
        self._session.trust_env = False

    def fetch(self) -> JsonObject:
        """Return the key set as it is now; raises `KeysUnavailable`, which names no address."""
        try:
            with self._session.get(
                self._url, timeout=_PATIENCE, allow_redirects=False, stream=True
            ) as response:
                content = response.raw.read(_LARGEST + 1, decode_content=True)
                status = response.status_code
        except (requests.RequestException, OSError):
            raise _unavailable("does not answer") from None
        if status != requests.codes.ok or len(content) > _LARGEST:
            raise _unavailable("gives no key set")
        try:
            return loads(content)
        except NotJson:
            raise _unavailable("gives no key set") from None


def _unavailable(why: str) -> KeysUnavailable:
    return KeysUnavailable(f"The identity provider {why}: whose token this is cannot be checked now.")
