"""Dosage: a structured dose with its timing, and the sentence that people read."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from service.domain.concept import Quantity
from service.domain.medication import DayPart, DosageStep, DosePeriodUnit, DoseTiming
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.mapping.datatypes import (
    UCUM,
    Unreadable,
    day_from_fhir,
    days_to_fhir,
    number_to_fhir,
    quantity_from_fhir,
    quantity_to_fhir,
    under,
    whole_from_fhir,
)
from service.mapping.overlay import WHOLE, Alike, Fields, InOrder, Meaning
from service.mapping.reading import member
from service.mapping.terminology.treatment import ROUTE

_BESIDE: Fields = {
    "sequence": WHOLE,
    "text": WHOLE,
    "patientInstruction": WHOLE,
    "timing": {
        "repeat": {
            "boundsPeriod": {"start": WHOLE, "end": WHOLE},
            "frequency": WHOLE,
            "period": WHOLE,
            "periodUnit": WHOLE,
            "when": WHOLE,
        }
    },
    "asNeededBoolean": WHOLE,
    "asNeededCodeableConcept": {"text": WHOLE},
    "route": Meaning(ROUTE.meaning),
    "doseAndRate": InOrder({"doseQuantity": {"value": WHOLE, "unit": WHOLE, "system": WHOLE, "code": WHOLE}}),
    "maxDosePerPeriod": {"numerator": WHOLE, "denominator": WHOLE},
}

_A_DAY = {"value": 1, "unit": "day", "system": UCUM, "code": "d"}
# What changes the dose and has no place in a step: a step that has one of these is not read as a dose.
_FOREIGN = ("modifierExtension", "maxDosePerAdministration", "maxDosePerLifetime")
_FOREIGN_RATES = ("rateQuantity", "rateRatio", "rateRange", "doseRange")
_FOREIGN_REPEAT = frozenset(
    {
        "boundsDuration",
        "boundsRange",
        "count",
        "countMax",
        "duration",
        "durationMax",
        "durationUnit",
        "frequencyMax",
        "periodMax",
        "dayOfWeek",
        "timeOfDay",
        "offset",
    }
)
# A number before its unit. Of 50 mg tablets, of 2 x 50 mg and of 2 mg/kg nobody takes that much.
_AMOUNT = (
    r"(?<![\w.,])(?<!x )(?<!\u00d7 )(\d[\d.,]*(?:e[+-]?\d+)?)"
    r"\s*(?:{units})(?![\w/])(?!\s+(?:tab|cap|pill|patch))"
)
# A limit is no dose: what a patient may take at most, beside what they take.
_LIMIT = re.compile(
    r"\b(?:at most|up to|max(?:imum|\.)?(?: of)?|(?:no|not|never) more than|not (?:to )?exceed|exceeding)"
    r"\s+\d[\d.,]*",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_WORDS = {DosePeriodUnit.HOUR: "hour", DosePeriodUnit.DAY: "day", DosePeriodUnit.WEEK: "week"}
_PART = {
    DayPart.MORNING: "in the morning",
    DayPart.NOON: "at noon",
    DayPart.AFTERNOON: "in the afternoon",
    DayPart.EVENING: "in the evening",
    DayPart.NIGHT: "at night",
    DayPart.BEDTIME: "at bedtime",
}


def steps_to_fhir(steps: tuple[DosageStep, ...]) -> list[JsonObject]:
    """Return one Dosage for each step, numbered from 1."""
    return [_step_to_fhir(number, step) for number, step in enumerate(steps, start=1)]


def step_from_fhir(dosage: JsonObject) -> DosageStep:
    """Return the step; a dose that is not wholly structured is `Unreadable`, never approximated."""
    rates = dosage.get("doseAndRate", [])
    if len(rates) != 1 or "doseQuantity" not in rates[0]:
        raise Unreadable("has no single dose quantity", ".doseAndRate")
    _refuse(dosage, _FOREIGN)
    _refuse(rates[0], _FOREIGN_RATES, ".doseAndRate[0]")
    contradicting = _contradicting(dosage)
    if contradicting is not None:
        raise Unreadable("names another dose than the structure beside it", f".{contradicting}")
    bounds = dosage.get("timing", {}).get("repeat", {}).get("boundsPeriod", {})
    needed_for = dosage.get("asNeededCodeableConcept")
    return DosageStep(
        dose=quantity_from_fhir(rates[0]["doseQuantity"]),
        timing=_timing(dosage.get("timing")),
        as_needed=bool(dosage.get("asNeededBoolean")) or needed_for is not None,
        as_needed_for=_needed_for(needed_for),
        max_per_day=_maximum(dosage.get("maxDosePerPeriod")),
        start=_bound(bounds, "start"),
        end=_bound(bounds, "end"),
        route=ROUTE.read(dosage["route"]) if "route" in dosage else None,
        instruction=dosage.get("patientInstruction"),
    )


def words_contradict(dosage: JsonObject) -> bool:
    """Tell whether the sentence of a Dosage names amounts in the unit of its dose, and none is the dose.

    What names no amount in that unit, as `one tablet` beside 50 mg, contradicts nothing. Where the sentence
    names none, or there is none, the instruction for the patient is looked at in its place.
    """
    return _contradicting(dosage) is not None


def doses_of(dosage: JsonObject) -> tuple[JsonObject, ...]:
    """Return the dose quantities of a Dosage."""
    return tuple(one["doseQuantity"] for one in dosage.get("doseAndRate", []) if "doseQuantity" in one)


def amounts_of(doses: Iterable[JsonObject]) -> frozenset[Decimal]:
    """Return how much dose quantities say."""
    return frozenset(Decimal(str(dose.get("value", 0))) for dose in doses)


def named_in(prose: str, doses: Iterable[JsonObject]) -> frozenset[Decimal]:
    """Return the amounts in the units of these doses that somebody's words name; a limit is none of them."""
    plain = _LIMIT.sub(" ", prose)
    return frozenset(amount for dose in doses for amount in _amounts(plain, dose))


def _contradicting(dosage: JsonObject) -> str | None:
    """Return the element of a Dosage whose words name another dose; the first that names any speaks."""
    doses = doses_of(dosage)
    named = {
        "text": {amount for dose in doses for amount in _amounts(str(dosage.get("text", "")), dose)},
        "patientInstruction": named_in(str(dosage.get("patientInstruction", "")), doses),
    }
    speaks = next((name for name, amounts in named.items() if amounts), None)
    return None if speaks is None or amounts_of(doses) & named[speaks] else speaks


def _amounts(words: str, dose: JsonObject) -> Iterator[Decimal]:
    units = {str(dose[name]).strip("{}[]") for name in ("unit", "code") if dose.get(name)} - {""}
    if not units:
        return
    pattern = _AMOUNT.format(units="|".join(re.escape(one) for one in sorted(units)))
    for number in re.findall(pattern, words, re.IGNORECASE):
        plain = number.rstrip(".,")
        exact = plain.replace(",", "" if _THOUSANDS.fullmatch(plain) else ".")
        if exact.count(".") <= 1:
            yield Decimal(exact)


def in_words(step: DosageStep) -> str:
    """Return the step as a sentence, e.g. `50 mg 1 time per day in the morning, oral`."""
    parts = [f"{number_to_fhir(step.dose.value)} {step.dose.unit.strip('{}[]')}"]
    if step.timing is not None:
        parts.append(_timing_in_words(step.timing))
    if step.as_needed:
        parts.append("as needed" + (f" for {step.as_needed_for}" if step.as_needed_for else ""))
    sentence = " ".join(parts)
    if step.max_per_day is not None:
        most = step.max_per_day
        sentence += f", at most {number_to_fhir(most.value)} {most.unit.strip('{}[]')} per day"
    if step.route is not None:
        sentence += f", {step.route.value}"
    return sentence + _days_in_words(step)


def _timing_in_words(timing: DoseTiming) -> str:
    times = "1 time" if timing.frequency == 1 else f"{timing.frequency} times"
    unit = _WORDS[timing.unit]
    every = f"per {unit}" if timing.period == 1 else f"every {timing.period} {unit}s"
    return " ".join([times, every, *(_PART[part] for part in timing.when)])


def _days_in_words(step: DosageStep) -> str:
    start = f" from {step.start.isoformat()}" if step.start else ""
    return start + (f" until {step.end.isoformat()}" if step.end else "")


def _step_to_fhir(number: int, step: DosageStep) -> JsonObject:
    return {
        "sequence": number,
        "text": in_words(step),
        "patientInstruction": step.instruction,
        "timing": {"repeat": {"boundsPeriod": days_to_fhir(step.start, step.end), **_repeat(step.timing)}},
        "asNeededBoolean": True if step.as_needed and step.as_needed_for is None else None,
        "asNeededCodeableConcept": {"text": step.as_needed_for},
        "route": ROUTE.concept(step.route),
        "doseAndRate": [{"doseQuantity": quantity_to_fhir(step.dose)}],
        "maxDosePerPeriod": _ratio(step.max_per_day),
    }


def _repeat(timing: DoseTiming | None) -> JsonObject:
    if timing is None:
        return {}
    return {
        "frequency": timing.frequency,
        "period": timing.period,
        "periodUnit": timing.unit.value,
        "when": [part.value for part in timing.when],
    }


def _refuse(element: JsonObject, foreign: Iterable[str], below: str = "") -> None:
    for name in foreign:
        if name in element:
            raise Unreadable("says something of the dose that the plan cannot hold", f"{below}.{name}")


def _bound(bounds: JsonObject, name: str) -> date | None:
    text = bounds.get(name)
    if text is None:
        return None
    with under(f".timing.repeat.boundsPeriod.{name}"):
        # The day of a time would be a dose more, or one less.
        if "T" in text:
            raise Unreadable("is a time within a day")
        return day_from_fhir(text)


def _timing(timing: JsonObject | None) -> DoseTiming | None:
    repeat = (timing or {}).get("repeat", {})
    _refuse(timing or {}, ("event", "code", "modifierExtension"), ".timing")
    _refuse(repeat, sorted(_FOREIGN_REPEAT), ".timing.repeat")
    if not set(repeat) - {"boundsPeriod"}:
        return None
    with under(".timing.repeat"):
        return _rhythm(repeat)


def _rhythm(repeat: JsonObject) -> DoseTiming:
    if not {"period", "periodUnit"} <= set(repeat) and set(repeat) & {"frequency", "period", "periodUnit"}:
        raise Unreadable("does not say in which time", ".period")
    return DoseTiming(
        frequency=whole_from_fhir(repeat.get("frequency", 1)),
        period=whole_from_fhir(repeat.get("period", 1)),
        unit=member(DosePeriodUnit, repeat.get("periodUnit", "d")),
        when=tuple(member(DayPart, part) for part in repeat.get("when", [])),
    )


def _ratio(most: Quantity | None) -> JsonObject | None:
    return None if most is None else {"numerator": quantity_to_fhir(most), "denominator": _A_DAY}


def _maximum(ratio: JsonObject | None) -> Quantity | None:
    if ratio is None:
        return None
    denominator = ratio.get("denominator", {})
    if denominator.get("code") != "d" or denominator.get("value") != 1:
        raise Unreadable("is not per day", ".maxDosePerPeriod.denominator")
    return quantity_from_fhir(ratio.get("numerator", {}))


def _needed_for(concept: JsonObject | None) -> str | None:
    if concept is None:
        return None
    text = concept.get("text") or next((c.get("display") for c in concept.get("coding", [])), None)
    if text is None:
        raise Unreadable("says for what in no words", ".asNeededCodeableConcept")
    return str(text)


def _meaning(dosage: JsonObject) -> DosageStep | None:
    try:
        return step_from_fhir(dosage)
    except (Unreadable, Invalid):
        return None


# Half of their dose and half of ours would be a third one.
SHAPE = Alike(_meaning, _BESIDE)
