"""The plans of the demo: synthetic people, a new dose, what two sides say of one plan, and a story."""

import re
from dataclasses import dataclass
from importlib.resources import files
from uuid import UUID, uuid5

from service.fhir.json import JsonObject, loads

_NAMES = ("depression", "ocd", "bipolar")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\bDEMO-[PS]-[0-9]{3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The files' documents: each plan with its people, a new dose, edits of two sides, a story of weeks."""

    plans: tuple[JsonObject, ...]
    new_dose: JsonObject
    two_sides: JsonObject
    weeks: JsonObject


def cast(stage: str = "") -> Cast:
    """Return the demo's documents; a stage name gives every item and everyone ids of that stage alone.

    On a server that keeps its charts a second run then meets nothing of the first: the dose that the first
    run changed is no news there, and its patients are other people.
    """
    return Cast(
        plans=tuple(_document(name, stage) for name in _NAMES),
        new_dose=_document("new_dose", stage),
        two_sides=_document("two_sides", stage),
        weeks=_document("twelve_weeks", stage),
    )


def _document(name: str, stage: str) -> JsonObject:
    text = (files("service.console") / "demo_plans" / f"{name}.json").read_text(encoding="utf-8")
    return loads(restaged(text, stage) if stage else text)


def restaged(text: str, stage: str) -> str:
    """Return a text with every id of version 5, and every number of the demo, made anew for a stage."""
    renamed = _UUID.sub(lambda found: str(uuid5(UUID(found[0]), stage)), text)
    return _NUMBER.sub(lambda found: f"{found[0]}-{stage}", renamed)
