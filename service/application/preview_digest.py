"""The digest of a preview: what the preview rests on, so compact that it can be typed, and what of it moved.

`REVISION.CONNECTION.CAPABILITIES.DECISIONS.REQUESTS.CHART.VERSIONS`: the revision's number, four hashes, the
hash of every version that was read, and one byte for each of those, in the order of addresses. The hashes
decide; the bytes only name the resources that moved.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from service.domain.values import Invalid, Problem
from service.fhir.json import dumps

_SHORT, _LONG = 16, 32
_PARTS = 7


class Moved(Exception):
    """The preview no longer holds: what moved since is named, and `digest` is that of a preview made now."""

    def __init__(self, parts: Iterable[str], digest: str) -> None:
        self.parts = tuple(parts)
        self.digest = digest
        super().__init__(
            f"nothing was written, since this moved: {', '.join(self.parts)}; a preview now has {digest}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a preview rests on, each part as something that can be written as JSON."""

    revision: int
    connection: object
    capabilities: object
    decisions: object
    requests: object
    versions: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Return the digest; equal bases have the same."""
        marks = urlsafe_b64encode(bytes(self._marks())).decode().rstrip("=")
        return ".".join((
            str(self.revision),
            _hash(self.connection, _SHORT),
            _hash(self.capabilities, _SHORT),
            _hash(self.decisions, _SHORT),
            _hash(self.requests, _LONG),
            _hash(dict(self.versions), _LONG),
            marks,
        ))  # fmt: skip

    def moved_since(self, digest: str) -> tuple[str, ...]:
        """Return what is different from when a digest was made, in words; raises `Invalid` for no digest."""
        before = digest.split(".")
        if len(before) != _PARTS or not before[0].isdecimal():
            raise Invalid([Problem("apply", "is no digest that a preview gave")])
        return tuple(self._moved(before, self.digest.split(".")))

    def _moved(self, before: list[str], now: list[str]) -> Iterator[str]:
        if before[0] != now[0]:
            yield f"the plan, which stands at revision {self.revision}"
        names = ("the connection's settings", "what the server can do", "what waits in the inbox")
        yield from (
            name for name, one, other in zip(names, before[1:4], now[1:4], strict=True) if one != other
        )
        if before[5] != now[5]:
            yield from self._resources(before[6])
        if before[4] != now[4]:
            yield "the requests"

    def _resources(self, marks: str) -> Iterator[str]:
        """Yield the resources whose versions moved, as far as they can be told."""
        before = _bytes(marks)
        if len(before) != len(self.versions):
            yield "the chart, in which resources came or went"
            return
        pairs = zip(sorted(self.versions), self._marks(), before, strict=True)
        found = [address for address, mark, held in pairs if mark != held]
        yield from found or ("the chart",)

    def _marks(self) -> Iterator[int]:
        for address in sorted(self.versions):
            yield sha256(f"{address} {self.versions[address]}".encode()).digest()[0]


def _hash(content: object, length: int) -> str:
    return sha256(dumps(content, sort_keys=True).encode()).hexdigest()[:length]


def _bytes(marks: str) -> bytes:
    try:
        return urlsafe_b64decode(marks + "=" * (-len(marks) % 4))
    except ValueError:
        return b""
