"""Which change of a refused transaction is guilty, as far as the server's words tell."""

import re
from collections.abc import Iterable, Iterator, Sequence

from service.fhir.outcome import OutcomeIssue
from service.ports.ehr import Change, Create

_ENTRY = re.compile(r"\bentry\[(\d+)\]")


def guilty(changes: Sequence[Change], issues: Iterable[OutcomeIssue]) -> int | None:
    """Return the place of the change that the server's words point at, if they point at just one.

    HAPI 8.8.0 names no entry: it quotes the search or the reference, or gives a path such as
    `CarePlan.subject`, which tells only while one change is of that type.
    """
    told = [issue for issue in issues if issue.severity.stops]
    places = {int(n) for issue in told for text in _texts(issue) for n in _ENTRY.findall(text)}
    places = {place for place in places if place < len(changes)}
    for candidates in (places, *_quoted(changes, told)):
        if len(candidates) == 1:
            return candidates.pop()
    return None


def _quoted(changes: Sequence[Change], told: list[OutcomeIssue]) -> Iterator[set[int]]:
    words = " ".join(text for issue in told for text in _texts(issue))
    for signs in (_identity_signs, _type_signs):
        yield {n for n, change in enumerate(changes) if any(_said(sign, words) for sign in signs(change))}


def _identity_signs(change: Change) -> tuple[str, ...]:
    if isinstance(change, Create):
        return tuple(sign for sign in (change.if_none_exist, change.full_url) if sign)
    return (change.reference,)


def _type_signs(change: Change) -> tuple[str, ...]:
    return (f"{change.resource.get('resourceType')}.",)


def _said(sign: str, words: str) -> bool:
    """Tell whether a sign stands in the words on its own, and not as a part of a longer one."""
    end = "" if sign.endswith(".") else r"(?![\w\-]|\.\w)"
    return re.search(rf"(?<![\w.\-]){re.escape(sign)}{end}", words) is not None


def _texts(issue: OutcomeIssue) -> tuple[str, ...]:
    return issue.diagnostics, *issue.expression
