"""What the inbox shows is what a clinician would say, and no value is dropped because of its shape."""

from decimal import Decimal
from typing import Any

import pytest

from service.fhir.json import JsonObject
from service.sync.inbox import sides_in
from service.sync.sides import Agreed, Sides
from service.sync.words import GroupWords, in_clinical_words, shown_words

ORDER: JsonObject = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
STEP: JsonObject = {
    "sequence": 1,
    "doseAndRate": [
        {
            "doseQuantity": {
                "value": Decimal(50),
                "unit": "mg",
                "system": "http://unitsofmeasure.org",
                "code": "mg",
            }
        }
    ],
    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
}
SAID = "50 mg 1 time per day"


def words(base: JsonObject, group: str, **theirs: Any) -> GroupWords:
    sides = Sides(agreed=Agreed(ours=base, theirs=base), ours=base, theirs={**base, **theirs})
    (found,) = in_clinical_words(sides, frozenset({group}))
    return found


def said(kind: str, group: str, **theirs: Any) -> tuple[str, ...]:
    return words({"resourceType": kind}, group, **theirs).theirs


STEPS = {
    "a step by its structure": ([STEP], f"dosage instruction: {SAID}"),
    "a step whose words say the same": ([{**STEP, "text": SAID}], f"dosage instruction: {SAID}"),
    "a step whose words say something else": (
        [{**STEP, "text": "one in the morning"}],
        f"dosage instruction: {SAID} (written: one in the morning)",
    ),
    "a step with an instruction for the patient": (
        [{**STEP, "patientInstruction": "with breakfast"}],
        f"dosage instruction: {SAID}, for the patient: with breakfast",
    ),
    "words alone with an instruction for the patient": (
        [{"text": "as discussed", "patientInstruction": "with breakfast"}],
        "dosage instruction: as written: as discussed, for the patient: with breakfast",
    ),
    "an instruction that says another dose": (
        [{**STEP, "patientInstruction": "take 100 mg"}],
        "dosage instruction: dose and rate dose quantity 50 mg,"
        " timing repeat frequency 1, period 1, period unit d, patient instruction take 100 mg",
    ),
    "words alone": ([{"text": "as discussed"}], "dosage instruction: as written: as discussed"),
    "a structure that no plan holds": (
        [{"sequence": 1, "site": {"text": "left arm"}}],
        "dosage instruction: site left arm",
    ),
    "two steps": ([STEP, {"text": "then half"}], f"dosage instruction: {SAID}; then as written: then half"),
}


@pytest.mark.parametrize(("steps", "line"), STEPS.values(), ids=STEPS)
def test_a_dosage_is_said_whole(steps: list[JsonObject], line: str) -> None:
    assert words(ORDER, "order", dosageInstruction=steps).theirs[-1] == line


VALUES = {
    "a code with words": (
        ("Goal", "description"),
        {"description": {"text": "Sleep well"}},
        "description: Sleep well",
    ),
    "a code by its display": (
        ("Goal", "description"),
        {"description": {"coding": [{"code": "1", "display": "Sleep"}, {"code": "2"}]}},
        "description: Sleep, 2",
    ),
    "a date": (("Goal", "start"), {"startDate": "2026-01-01"}, "start date: 2026-01-01"),
    "a period": (
        ("CarePlan", "dates"),
        {"period": {"start": "2026-01-01", "end": "2026-02-01"}},
        "period: start 2026-01-01, end 2026-02-01",
    ),
    "a name in a reference": (
        ("CarePlan", "clinician"),
        {"author": {"reference": "Practitioner/1", "display": "Dr. Okafor"}},
        "author: Dr. Okafor",
    ),
    "a reference": (("CarePlan", "goals"), {"goal": [{"reference": "Goal/1"}]}, "goal: Goal/1"),
    "a number with its unit": (
        ("Observation", "result"),
        {"valueQuantity": {"value": Decimal("7.5"), "code": "h"}},
        "value quantity: 7.5 h",
    ),
    "a number alone": (("Observation", "result"), {"valueQuantity": {"value": 7}}, "value quantity: 7"),
    "a yes": (
        ("MedicationRequest", "order"),
        {"dosageInstruction": [{"asNeededBoolean": True}]},
        "dosage instruction: as needed boolean yes",
    ),
    "a no": (
        ("MedicationRequest", "order"),
        {"dosageInstruction": [{"asNeededBoolean": False}]},
        "dosage instruction: as needed boolean no",
    ),
}


@pytest.mark.parametrize(("place", "theirs", "line"), VALUES.values(), ids=VALUES)
def test_a_value_of_every_shape_is_said(place: tuple[str, str], theirs: JsonObject, line: str) -> None:
    assert line in said(*place, **theirs)


def test_what_a_person_wrote_of_the_whole_resource_is_said_with_what_the_chart_says() -> None:
    div = "<div><p>Take <b>50 mg</b>,</p><p>do &lt;not&gt; increase</p></div>"
    shown = words(ORDER, "order", text={"status": "additional", "div": div})
    assert shown.theirs[-1] == "narrative: Take 50 mg , do <not> increase"
    assert shown.agreed == shown.ours == ("status: active", "intent: order")
    generated = words(ORDER, "order", text={"status": "generated", "div": div})
    assert generated.theirs == generated.ours


def test_who_changed_a_group_is_named_beside_what_both_say() -> None:
    base = {"resourceType": "Goal", "description": {"text": "agreed"}}
    ours, theirs = {**base, "description": {"text": "ours"}}, {**base, "description": {"text": "theirs"}}
    sides = Sides(agreed=Agreed(ours=base, theirs=base), ours=ours, theirs=theirs)
    (found,) = in_clinical_words(sides, frozenset({"description"}))
    assert (found.agreed, found.ours, found.theirs, found.changed) == (
        ("description: agreed",),
        ("description: ours",),
        ("description: theirs",),
        ("ours", "theirs"),
    )
    (other,) = in_clinical_words(sides, frozenset({"status"}))
    assert (other.ours, other.changed) == ((), ())


def test_an_item_with_both_sides_is_shown_group_by_group() -> None:
    content = {
        "agreed_ours": {**ORDER, "dosageInstruction": [STEP]},
        "agreed_theirs": {**ORDER, "dosageInstruction": [STEP]},
        "ours": {**ORDER, "dosageInstruction": [STEP]},
        "theirs": {**ORDER, "status": "stopped", "dosageInstruction": [STEP]},
    }
    sides = sides_in(content)
    assert sides is not None
    (shown,) = shown_words(content, ["order"])
    assert shown == in_clinical_words(sides, frozenset({"order"}))[0]
