"""Codes, quantities, periods and identifiers, as FHIR has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.domain.values import Problem, Value, ordered, unique

_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding(Value):
    """A code of one code system; `system` is its absolute URI, never a ValueSet's."""

    system: str
    code: str
    display: str | None = None

    def problems(self) -> Iterator[Problem]:
        if ":" not in self.system or any(c.isspace() for c in self.system):
            yield Problem("system", "must be an absolute URI")
        elif "/ValueSet/" in self.system:
            yield Problem("system", "is the URI of a ValueSet, not of a code system")
        if "  " in self.code or "\n" in self.code:
            yield Problem("code", "holds more than single spaces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept(Value):
    """What something is, in words and in codes; at least one of both."""

    text: str | None = None
    codings: tuple[Coding, ...] = ()

    def problems(self) -> Iterator[Problem]:
        if self.text is None and not self.codings:
            yield Problem("text", "is needed when there is no code")
        yield from unique("codings", ((c.system, c.code) for c in self.codings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(Value):
    """A positive amount with its UCUM unit."""

    value: Decimal
    unit: str

    def problems(self) -> Iterator[Problem]:
        if not self.value.is_finite() or self.value <= 0:
            yield Problem("value", "must be more than zero")
        elif not _short(self.value):
            yield Problem("value", f"has more than {_DIGITS} digits, or lies beyond that many places")
        if any(c.isspace() for c in self.unit):
            yield Problem("unit", "must be a UCUM code")


def _short(value: Decimal) -> bool:
    # Not normalize(): it rounds to 28 digits, so 1.(40 zeros)1 would pass as 1.
    digits = "".join(map(str, value.as_tuple().digits)).rstrip("0")
    return len(digits) <= _DIGITS and abs(value.adjusted()) <= _DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Value):
    """From a first day to a last day, both included; an open end is None."""

    start: date | None = None
    end: date | None = None

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.start, self.end, "end")


ALWAYS = Period()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Value):
    """A business identifier: the system that gave it (absolute URI) and its value there."""

    system: str
    value: str

    def problems(self) -> Iterator[Problem]:
        if ":" not in self.system or any(c.isspace() for c in self.system):
            yield Problem("system", "must be an absolute URI")
