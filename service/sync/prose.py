"""What people wrote beside a dose in their own words: does it still say the dose, or an old one?

Only amounts in the unit of a dose are looked at: what names none says nothing that a dose could contradict.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from itertools import zip_longest

from service.fhir.json import JsonObject
from service.mapping.dosage import amounts_of, doses_of, named_in

_TAG = re.compile(r"<[^>]*>")
_NO_STEP: JsonObject = {}


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words at one time, and the steps of the dosage beside them."""

    words: str
    steps: tuple[JsonObject, ...]


def is_authored(resource: JsonObject) -> bool:
    """Tell whether a person wrote the narrative of a resource: it may say more than the data."""
    return bool(resource.get("text", {}).get("status") == "additional")


def authored_words(resource: JsonObject) -> str:
    """Return what a person wrote in the narrative, without its markup; empty where nobody did."""
    if not is_authored(resource):
        return ""
    return " ".join(unescape(_TAG.sub(" ", str(resource["text"].get("div", "")))).split())


def outdated(before: Spoken, after: Spoken) -> bool:
    """Tell whether words name another dose than the steps beside them, or stayed behind a changed one.

    | the words | the step                       | outdated                                               |
    | --------- | ------------------------------ | ------------------------------------------------------ |
    | changed   | same                           | where they name amounts, and none is a dose            |
    | any       | has another dose, or is new    | where they named the old one, or no dose, and not this |
    | same      | has the dose at another rhythm | where they name the dose                               |
    """
    doses = [dose for step in (*before.steps, *after.steps) for dose in doses_of(step)]
    named, current = named_in(after.words, doses), _amounts(*after.steps)
    reworded = after.words != before.words
    if not named:
        return False
    if reworded and not named & current:
        return True
    pairs = zip_longest(before.steps, after.steps, fillvalue=_NO_STEP)
    moved = ((_amounts(old), _amounts(new)) for old, new in pairs if _taken(old) != _taken(new))
    return any(
        bool(now & named) and not reworded
        if was == now
        else not now & named and (not was or bool(was & named) or not named & current)
        for was, now in moved
    )


def _amounts(*steps: JsonObject) -> frozenset[Decimal]:
    return amounts_of(dose for step in steps for dose in doses_of(step))


def _taken(step: JsonObject) -> Iterable[object]:
    """Return what is taken, and in which rhythm: until which day says nothing of a dose."""
    timing = step.get("timing", {})
    repeat = {name: one for name, one in timing.get("repeat", {}).items() if name != "boundsPeriod"}
    needed = step.get("asNeededBoolean"), step.get("asNeededCodeableConcept")
    return [step.get("doseAndRate"), {**timing, "repeat": repeat}, needed]
