"""FHIR datatypes as values of the domain, in both directions."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from service.domain.concept import ALWAYS, Coding, Concept, Identifier, Period, Quantity
from service.fhir.json import JsonObject

UCUM = "http://unitsofmeasure.org"
_DIGITS = 18
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unreadable(Exception):
    """An element that is there and cannot be read; `below` is the rest of its path, e.g. `.end`."""

    def __init__(self, reason: str, below: str = "") -> None:
        self.below = below
        super().__init__(reason)


@contextmanager
def under(path: str) -> Iterator[None]:
    """Name the element in which something unreadable stands, e.g. `.status`."""
    try:
        yield
    except Unreadable as reason:
        raise Unreadable(str(reason), path + reason.below) from None


def day_to_fhir(day: date | None) -> str | None:
    """Return a FHIR date."""
    return None if day is None else day.isoformat()


def day_from_fhir(text: str) -> date:
    """Return the day of a FHIR date; of a dateTime the day on its own wall clock."""
    if not _DAY.match(text):
        raise Unreadable("is not given to the day")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Unreadable("is no day of the calendar") from None


def moment_to_fhir(moment: datetime | None) -> str | None:
    """Return a FHIR instant in UTC, to the second."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_from_fhir(text: str) -> datetime:
    """Return the moment of a FHIR dateTime or instant; fractions of a second are cut off."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("is no moment in time") from None
    if moment.tzinfo is None:
        raise Unreadable("is given without a time zone or not to the second")
    return moment.replace(microsecond=0)


def flag_from_fhir(value: Any) -> bool:
    """Return a FHIR boolean."""
    if not isinstance(value, bool):
        raise Unreadable("is neither true nor false")
    return value


def period_to_fhir(period: Period) -> JsonObject:
    """Return a FHIR Period; an open one is empty."""
    return days_to_fhir(period.start, period.end)


def days_to_fhir(start: date | None, end: date | None) -> JsonObject:
    """Return a FHIR Period from two days."""
    return {"start": day_to_fhir(start), "end": day_to_fhir(end)}


def period_from_fhir(period: JsonObject | None) -> Period:
    """Return a Period of days."""
    if period is None:
        return ALWAYS
    return Period(start=_bound(period, "start"), end=_bound(period, "end"))


def _bound(period: JsonObject, name: str) -> date | None:
    text = period.get(name)
    if text is None:
        return None
    try:
        return day_from_fhir(text)
    except Unreadable as reason:
        raise Unreadable(str(reason), f".{name}") from None


def number_to_fhir(value: Decimal | int) -> Decimal | int:
    """Return a JSON number that is written the same for equal values: 50, 12.5, never 5E+1 or 50.0."""
    whole = int(value)
    return whole if whole == value else Decimal(value).normalize()


def number_from_fhir(value: Any) -> Decimal:
    """Return the number without a loss of digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unreadable("is no number")
    return Decimal(str(value))


def whole_from_fhir(value: Any) -> int:
    """Return the whole number; one with a fraction is unreadable."""
    number = number_from_fhir(value)
    # int() of 1E+999999999 would write all its digits.
    if not number.is_finite() or number.adjusted() > _DIGITS or number != int(number):
        raise Unreadable("is no whole number")
    return int(number)


def quantity_to_fhir(quantity: Quantity | None) -> JsonObject | None:
    """Return a FHIR Quantity with its UCUM code."""
    if quantity is None:
        return None
    return {
        "value": number_to_fhir(quantity.value),
        "unit": quantity.unit.strip("{}[]"),
        "system": UCUM,
        "code": quantity.unit,
    }


def quantity_from_fhir(quantity: JsonObject) -> Quantity:
    """Return the quantity; without a UCUM code, or with a comparator, it is unreadable."""
    if quantity.get("comparator"):
        raise Unreadable("is an inexact quantity", ".comparator")
    if quantity.get("system") != UCUM or not quantity.get("code"):
        raise Unreadable("has no UCUM unit", ".code")
    return Quantity(value=number_from_fhir(quantity.get("value")), unit=quantity["code"])


def concept_to_fhir(concept: Concept) -> JsonObject:
    """Return a CodeableConcept."""
    codings = [{"system": c.system, "code": c.code, "display": c.display} for c in concept.codings]
    return {"coding": codings, "text": concept.text}


def concept_from_fhir(concept: JsonObject) -> Concept:
    """Return the concept; a coding without a system or a code stays behind, its display may be the text."""
    codings = tuple(
        Coding(system=c["system"], code=c["code"], display=c.get("display"))
        for c in concept.get("coding", [])
        if c.get("system") and c.get("code")
    )
    text = concept.get("text")
    if text is None and not codings:
        text = next((c["display"] for c in concept.get("coding", []) if c.get("display")), None)
    return Concept(text=text, codings=codings)


def words_from_fhir(concept: JsonObject) -> str:
    """Return what a CodeableConcept says in words; codes alone are unreadable."""
    words = concept.get("text") or next(
        (c["display"] for c in concept.get("coding", []) if "display" in c), None
    )
    if words is None:
        raise Unreadable("says in no words what it is")
    return str(words)


def identifiers_to_fhir(identifiers: tuple[Identifier, ...]) -> list[JsonObject]:
    """Return FHIR Identifiers."""
    return [{"system": one.system, "value": one.value} for one in identifiers]


def identifiers_from_fhir(identifiers: list[JsonObject], without: str) -> tuple[Identifier, ...]:
    """Return the identifiers that others gave: those of the system `without` are our own."""
    return tuple(
        Identifier(system=one["system"], value=one["value"])
        for one in identifiers
        if one.get("system") and one.get("value") and one["system"] != without
    )


def score_to_fhir(value: Decimal | int) -> JsonObject:
    """Return a Quantity of points of a score."""
    return {"value": number_to_fhir(value), "unit": "score", "system": UCUM, "code": "{score}"}


def coding_key(concept: JsonObject) -> tuple[tuple[str | None, str | None], ...]:
    """Return what tells two CodeableConcepts apart in a list: their codings."""
    return tuple((c.get("system"), c.get("code")) for c in concept.get("coding", []))
