"""HTTP and JSON as any stranger would speak them: the demo's witness, independent of our own gateway."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import MappingProxyType
from urllib.parse import urlsplit

from service.fhir.json import JsonObject, NotJson, dumps, loads

_NONE: Mapping[str, str] = MappingProxyType({})
_PATIENCE_SECONDS = 60


class NoAnswer(Exception):
    """Nothing that speaks HTTP and JSON answers there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response; `body` is empty where there was none."""

    status: int
    etag: str
    body: JsonObject

    @property
    def ok(self) -> bool:
        """Tell whether the server did what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004  the bounds of RFC 9110, 15.3


@dataclass(frozen=True, slots=True)
class Client:
    """Asks below one base URL; raises `NoAnswer`."""

    base: str

    def get(self, path: str) -> Answer:
        """Read."""
        return self._ask("GET", path)

    def post(self, path: str, body: JsonObject | None = None, headers: Mapping[str, str] = _NONE) -> Answer:
        """Send a JSON body, or nothing."""
        text = None if body is None else dumps(body)
        typed = {} if text is None else {"Content-Type": "application/json"}
        return self._ask("POST", path, text=text, headers={**typed, **headers})

    def put(self, path: str, body: JsonObject, headers: Mapping[str, str] = _NONE) -> Answer:
        """Replace what is there by a JSON body."""
        typed = {"Content-Type": "application/json"}
        return self._ask("PUT", path, text=dumps(body), headers={**typed, **headers})

    def _ask(
        self, method: str, path: str, *, text: str | None = None, headers: Mapping[str, str] = _NONE
    ) -> Answer:
        place = urlsplit(f"{self.base}/{path}")
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        target = place.path + (f"?{place.query}" if place.query else "")
        content = None if text is None else text.encode()
        try:
            with closing(kind(place.hostname or "", place.port, timeout=_PATIENCE_SECONDS)) as line:
                line.request(method, target, body=content, headers={"Accept": "*/*", **headers})
                response = line.getresponse()
                return _answer(response.status, response.getheader("ETag", ""), response.read())
        except (OSError, HTTPException, NotJson) as error:
            raise NoAnswer(f"{self.base}: {type(error).__name__}") from None


def _answer(status: int, etag: str, content: bytes) -> Answer:
    return Answer(status=status, etag=etag, body=loads(content) if content.strip() else {})
