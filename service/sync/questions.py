"""Questions about a link: what a person is asked of the chart's own resources, and what they answered.

A question has one choice for each resource of the chart that may be meant. What was declined is never asked
again; what was confirmed counts for exactly what was shown.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.reading import Issue
from service.mapping.references import Key
from service.sync.reconciliation import Cause


class Answer(StrEnum):
    """What a person says of one resource of the chart."""

    CONFIRM = "confirm"
    DECLINE = "decline"


ASKED = frozenset({
    Cause.BOOKED_THERE, Cause.RENEWED_THERE, Cause.EXISTS_THERE, Cause.PATIENT_MATCH, Cause.TWO_CLAIMANTS,
})  # fmt: skip
"""Causes whose items are answered resource by resource."""
ONE_OF_THEM = ASKED - {Cause.EXISTS_THERE}
"""Of these, at most one resource can be the one that is meant."""
AGAIN = {"item": "again"}
"""What a person says of a resource that the chart lost, where they want it made again."""
TOLD_ONCE = frozenset({Cause.EVIDENCE_WITHDRAWN, Cause.DECEASED})
"""Causes of which a person takes note, once for each resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one item: what the plan says, and the chart's resources by address.

    `about` names what the resource touches, such as `Goal/ID`, or the paths of what cannot be taken up, with
    the reasons among the `issues`, where nothing is to be chosen; `unread` says why no plan can hold a
    resource, by its address.
    """

    key: Key
    cause: Cause
    candidates: Mapping[str, JsonObject]
    ours: JsonObject | None = None
    about: frozenset[str] = frozenset()
    issues: tuple[Issue, ...] = ()
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def groups(self) -> frozenset[str]:
        """What is answered one by one, or is shown where there is nothing to answer."""
        return self.about or frozenset(self.candidates)

    @property
    def content(self) -> JsonObject:
        """All that is shown, to keep with an item of the inbox."""
        shown: JsonObject = {"ours": self.ours, "candidates": dict(self.candidates)}
        if self.issues:
            shown["issues"] = [{"path": one.path, "reason": one.reason} for one in self.issues]
        if self.unread:
            shown["unread"] = {address: list(reasons) for address, reasons in self.unread.items()}
        return shown

    @property
    def digest(self) -> str:
        """The digest of all that is shown, whatever the stamps."""
        parts = [f"{address} {digest(one)}" for address, one in sorted(self.candidates.items())]
        parts += [f"{one.path} {one.reason}" for one in self.issues]
        return sha256("\n".join([_ours(self.ours), *parts]).encode()).hexdigest()


class Answers(Protocol):
    """What people said to questions about a plan."""

    def declined(self, key: Key, cause: Cause) -> Set[str]:
        """Return the addresses that somebody declined, however long ago."""

    def confirmed(self, question: Question) -> Set[str]:
        """Return the addresses that somebody confirmed as they are shown now."""

    def noted(self, key: Key, cause: Cause) -> bool:
        """Tell whether somebody took note of it."""

    def noted_as_shown(self, question: Question) -> bool:
        """Tell whether somebody took note of what is shown, and it has not changed since."""

    def noted_contents(self, key: Key, cause: Cause) -> Iterable[JsonObject]:
        """Return all that was shown of it, of which somebody took note."""

    def told(self, key: Key, cause: Cause) -> bool:
        """Tell whether it waits for somebody, or somebody took note of it."""

    def asked_again(self, key: Key) -> bool:
        """Tell whether somebody asked to have made again what the chart lost."""


class Unasked:
    """Nobody was asked: what a push knows, which takes nothing in."""

    def declined(self, key: Key, cause: Cause) -> Set[str]:  # noqa: ARG002  the protocol's
        """Return none."""
        return frozenset()

    def confirmed(self, question: Question) -> Set[str]:  # noqa: ARG002  the protocol's
        """Return none."""
        return frozenset()

    def noted(self, key: Key, cause: Cause) -> bool:  # noqa: ARG002  the protocol's
        """Return that nobody did."""
        return False

    def noted_as_shown(self, question: Question) -> bool:  # noqa: ARG002  the protocol's
        """Return that nobody did."""
        return False

    def noted_contents(self, key: Key, cause: Cause) -> Iterable[JsonObject]:  # noqa: ARG002  the protocol's
        """Return nothing."""
        return ()

    def told(self, key: Key, cause: Cause) -> bool:  # noqa: ARG002  the protocol's
        """Return that nobody was."""
        return False

    def asked_again(self, key: Key) -> bool:  # noqa: ARG002  the protocol's
        """Return that nobody did."""
        return False


def still_shown(content: JsonObject, question: Question, address: str) -> bool:
    """Tell whether a resource, and ours beside it, are what an item of the inbox showed."""
    shown = content.get("candidates", {}).get(address)
    now = question.candidates.get(address)
    if shown is None or now is None:
        return False
    return digest(shown) == digest(now) and _ours(content.get("ours")) == _ours(question.ours)


def _ours(resource: JsonObject | None) -> str:
    return "" if resource is None else digest(resource)
