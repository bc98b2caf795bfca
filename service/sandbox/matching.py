"""Whether one resource satisfies one search parameter."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.references import Rest, parse
from service.sandbox.parameters import Kind, Parameter
from service.sandbox.periods import compares, span_of

_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_ESCAPED = re.compile(r"\\([\\,|$])")


def values_at(resource: JsonObject, parameter: Parameter) -> Iterator[Any]:
    """Gives the elements that a parameter looks at, without references to types that it does not mean."""
    for path in parameter.paths:
        for value in _descend(resource, path):
            if parameter.target is None or points_to(value, parameter.target):
                yield value


def points_to(value: Any, kind: str) -> bool:
    """Tells whether a Reference points to a resource of this type."""
    target = parse(str(value.get("reference", ""))) if isinstance(value, dict) else None
    return isinstance(target, Rest) and target.type == kind


def matches(value: Any, wanted: str, parameter: Parameter) -> bool:
    """Tells whether an element satisfies one value, a token's still escaped; raises `NotADate`."""
    return _MATCHERS[parameter.kind](value, wanted)


def unescaped(written: str) -> str:
    """Gives what a parameter's value means: a backslash frees the comma, the bar and the dollar after it."""
    return _ESCAPED.sub(r"\1", written)


def token_parts(written: str) -> tuple[str | None, str]:
    """Splits a token, as it was written, at its first free bar: system, None without a bar, and code."""
    bar = _BAR.search(written)
    if bar is None:
        return None, unescaped(written)
    return unescaped(written[: bar.end() - 1]), unescaped(written[bar.end() :])


def has_text(value: Any, wanted: str) -> bool:
    """Tells whether a coded element's text or a display begins with the words (modifier `:text`)."""
    if not isinstance(value, dict):
        return False
    shown = [
        value.get("text"),
        value.get("display"),
        *(one.get("display") for one in value.get("coding", ())),
    ]
    return any(_begins(text, wanted) for text in shown if isinstance(text, str))


def equals_exactly(value: Any, wanted: str) -> bool:
    """Tells whether a text equals the words, case and accents included (modifier `:exact`)."""
    return wanted in _texts(value)


def _descend(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _descend(item, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _descend(value[path[0]], path[1:])


def _token(value: Any, wanted: str) -> bool:
    system, code = token_parts(wanted)
    return any(
        (not code or code == has) and (system is None or within is None or within == system)
        for within, has in _tokens(value)
    )


def _tokens(value: Any) -> Iterator[tuple[str | None, str]]:
    """Gives (system, code) pairs; a plain code has no system of its own and so agrees with every one."""
    match value:
        case bool():
            yield None, str(value).lower()
        case str():
            yield None, value
        case {"coding": list(codings)}:
            for coding in codings:
                yield from _tokens(coding)
        case dict():
            yield str(value.get("system", "")), str(value.get("code") or value.get("value") or "")
        case _:
            return


def _reference(value: Any, wanted: str) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("reference"), str):
        return False
    has, asked = parse(value["reference"]), parse(wanted)
    if isinstance(asked, Rest) or not isinstance(has, Rest):
        return str(value["reference"]) == wanted
    return has.base is None and has.id == wanted


def _date(value: Any, wanted: str) -> bool:
    found = span_of(value)
    return found is not None and compares(wanted, found)


def _string(value: Any, wanted: str) -> bool:
    return any(_begins(text, wanted) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for name in ("text", "family", "given", "prefix", "suffix"):
                yield from _texts(value.get(name))
        case _:
            return


def _uri(value: Any, wanted: str) -> bool:
    return bool(value == wanted)


def _begins(text: str, wanted: str) -> bool:
    return _folded(text).startswith(_folded(wanted))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


_MATCHERS: Mapping[Kind, Callable[[Any, str], bool]] = {
    Kind.TOKEN: _token,
    Kind.REFERENCE: _reference,
    Kind.DATE: _date,
    Kind.STRING: _string,
    Kind.URI: _uri,
}
