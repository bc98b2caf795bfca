"""What a chart says in words, read tolerantly: an odd element gives nothing and takes no other with it."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from service.fhir.json import JsonObject

# Half a surrogate pair is no text: it could be neither kept nor sent.
_BROKEN = re.compile("[\ud800-\udfff]")


def text_of(value: Any) -> str | None:
    """Return a text, with a mark in place of what is none; None for anything else."""
    return _BROKEN.sub("\ufffd", value) if isinstance(value, str) and value else None


def texts_of(value: Any) -> list[str]:
    """Return the texts of a list, or the one that stands in place of a list."""
    found = (text_of(one) for one in (value if isinstance(value, list) else [value]))
    return [one for one in found if one is not None]


def objects_of(value: Any) -> list[JsonObject]:
    """Return the objects of a list, or the one that stands in place of a list."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def object_of(value: Any) -> JsonObject:
    """Return an object, the first one of a list, or an empty one."""
    return next(iter(objects_of(value)), {})


def words_of(concept: Any) -> str | None:
    """Return what a CodeableConcept says in words, if it says anything; words in its place are taken too."""
    return next(_words(concept), None)


def code_of(concept: Any) -> str | None:
    """Return the first code of a CodeableConcept, else its words."""
    codes = (text_of(one.get("code")) for one in objects_of(object_of(concept).get("coding")))
    return next((one for one in codes if one is not None), None) or words_of(concept)


def codings_of(concept: Any) -> list[JsonObject]:
    """Return the codings of a CodeableConcept: system, code and display, as far as they are texts."""
    codings = objects_of(object_of(concept).get("coding"))
    named = ({name: text_of(one.get(name)) for name in ("system", "code", "display")} for one in codings)
    full = ({name: text for name, text in one.items() if text is not None} for one in named)
    return [one for one in full if one]


def dosage_of(dosage: Any) -> str | None:
    """Return a dosage in the chart's words; without words its elements as they stand, read by nobody."""
    if not isinstance(dosage, dict):
        return text_of(dosage)
    words = text_of(dosage.get("text")) or text_of(dosage.get("patientInstruction"))
    if words:
        return words
    rates = [_quantity(one.get("doseQuantity")) for one in objects_of(dosage.get("doseAndRate"))]
    repeat = object_of(object_of(dosage.get("timing")).get("repeat"))
    times = " ".join(filter(None, _times(repeat))) if _plain(repeat.get("period")) else None
    needed = "as needed" if dosage.get("asNeededBoolean") else None
    return ", ".join(one for one in (*rates, times, needed) if one) or None


def _words(concept: Any) -> Iterator[str]:
    for one in concept if isinstance(concept, list) else [concept]:
        if not isinstance(one, dict):
            yield from texts_of(one)
            continue
        displays = (coding.get("display") for coding in objects_of(one.get("coding")))
        yield from filter(None, map(text_of, (one.get("text"), *displays)))


def _times(repeat: JsonObject) -> tuple[str | None, ...]:
    often = _plain(repeat.get("frequency", 1)) or "(how often cannot be read)"
    return often, "in", _plain(repeat["period"]), text_of(repeat.get("periodUnit"))


def _quantity(quantity: Any) -> str | None:
    said = object_of(quantity)
    value = _plain(said.get("value"))
    if value is None:
        return None
    return f"{value} {text_of(said.get('unit')) or text_of(said.get('code')) or '(no unit)'}"


def _plain(value: Any) -> str | None:
    """Return a number, or what stands in place of one, as it stands."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return str(value) if is_number else text_of(value)
