"""A request and its answer without a web framework, so that the server runs in process too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from service.fhir.json import JsonObject
from service.fhir.outcome import OutcomeIssue, Severity, build_outcome

_NUMBER = re.compile(r"[0-9]{1,9}")

Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One HTTP request: the path below `base` in segments, the decoded query, headers by lower-case name."""

    method: str
    base: str
    segments: tuple[str, ...] = ()
    query: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """Gives a header's value, empty if it was not sent."""
        return self.headers.get(name.lower(), "")

    @property
    def returns(self) -> str:
        """Tells what Prefer wants back: representation, minimal, OperationOutcome, or nothing said."""
        wishes = (wish.strip() for wish in self.header("prefer").replace(",", ";").split(";"))
        return next((wish.removeprefix("return=") for wish in wishes if wish.startswith("return=")), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP response; without a body nothing is sent."""

    status: int = 200
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Silence(StrEnum):
    """What a client sees of a request that gets no whole answer."""

    REFUSED = "no connection"
    DROPPED = "no answer"
    CUT = "half an answer"


class NoAnswer(ConnectionError):
    """The request gets no whole answer; `answer` is what a connection that is `CUT` carries the half of."""

    def __init__(self, how: Silence, answer: Answer | None = None) -> None:
        super().__init__(str(how))
        self.how = how
        self.answer = answer or Answer()


class Refusal(Exception):
    """The request is answered with this status and an OperationOutcome, made of the words if not given."""

    def __init__(
        self, status: int, words: str, *, code: str = "processing", outcome: JsonObject | None = None
    ) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.outcome = outcome or complaint(words, code)


def number(written: str, name: str) -> int:
    """Reads a count or an offset from a URL; refuses what is none."""
    if not _NUMBER.fullmatch(written):
        raise Refusal(400, f"HAPI-0375: Invalid {name} value: {written}")
    return int(written)


def complaint(words: str, code: str = "processing") -> JsonObject:
    """Builds an OperationOutcome with one error."""
    return build_outcome([OutcomeIssue(severity=Severity.ERROR, code=code, diagnostics=words)])
