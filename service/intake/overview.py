"""What a person must see beside a plan, read only: the patient's allergies, and every medicine of the chart.

It is shown in the chart's own words, also where no plan can hold it; it is never written back.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from service.fhir.json import JsonObject
from service.intake.adoption import in_words
from service.intake.chart import Chart, Member

_MEDICINES = frozenset({"MedicationRequest", "MedicationStatement"})


def allergies(chart: Chart) -> list[JsonObject]:
    """Return the allergies and intolerances, also the statement that none is known, by address."""
    return [_allergy(one) for one in _of(chart, {"AllergyIntolerance"})]


def medications(chart: Chart, placed: Iterable[str]) -> list[JsonObject]:
    """Return every order and statement of a medicine, by address; `in_plan` tells those that were placed."""
    known = frozenset(placed)
    return [_medicine(chart, one, known) for one in _of(chart, _MEDICINES)]


def _of(chart: Chart, types: Iterable[str]) -> list[Member]:
    wanted = frozenset(types)
    return sorted((one for one in chart.members if one.type in wanted), key=lambda one: one.address)


def _allergy(member: Member) -> JsonObject:
    said = member.resource
    reactions = [in_words(word) for one in said.get("reaction", []) for word in one.get("manifestation", [])]
    return _full({
        "reference": member.address,
        "substance": in_words(said.get("code")),
        "codings": _codings(said.get("code")),
        "clinical_status": _code(said.get("clinicalStatus")),
        "verification_status": _code(said.get("verificationStatus")),
        "type": said.get("type"),
        "category": said.get("category"),
        "criticality": said.get("criticality"),
        "reactions": [one for one in reactions if one],
        "recorded": said.get("recordedDate"),
    })  # fmt: skip


def _medicine(chart: Chart, member: Member, placed: frozenset[str]) -> JsonObject:
    said = member.resource
    code = _drug(chart, member)
    dosages = said.get("dosageInstruction") or said.get("dosage") or []
    return _full({
        "reference": member.address,
        "status": said.get("status"),
        "intent": said.get("intent"),
        "drug": in_words(code) or _display(said),
        "codings": _codings(code),
        "dosage": [one for one in map(_dosage, dosages) if one],
        "authored_on": said.get("authoredOn") or said.get("dateAsserted"),
        "in_plan": member.address in placed,
    })  # fmt: skip


def _drug(chart: Chart, member: Member) -> JsonObject:
    said = member.resource
    inline: JsonObject | None = said.get("medicationCodeableConcept")
    if inline is not None:
        return inline
    text = said.get("medicationReference", {}).get("reference", "")
    contained = next((one for one in said.get("contained", []) if text == f"#{one.get('id')}"), None)
    address = chart.resolve(text)
    referred = chart.by_address[address].resource if address else None
    found: JsonObject = (contained or referred or {}).get("code", {})
    return found


def _display(said: JsonObject) -> str | None:
    display: str | None = said.get("medicationReference", {}).get("display")
    return display


def _dosage(dosage: JsonObject) -> str | None:
    """Return a dosage in the chart's words; without words its elements as they stand, read by nobody."""
    words: str | None = dosage.get("text") or dosage.get("patientInstruction")
    if words:
        return words
    rates = [_quantity(one.get("doseQuantity")) for one in dosage.get("doseAndRate", [])]
    repeat = dosage.get("timing", {}).get("repeat", {})
    times = (
        f"{repeat.get('frequency', 1)} in {repeat['period']} {repeat.get('periodUnit', '')}".strip()
        if ("period" in repeat)
        else None
    )
    needed = "as needed" if dosage.get("asNeededBoolean") else None
    return ", ".join(one for one in (*rates, times, needed) if one) or None


def _quantity(quantity: JsonObject | None) -> str | None:
    if not quantity or "value" not in quantity:
        return None
    return f"{quantity['value']} {quantity.get('unit') or quantity.get('code') or '(no unit)'}"


def _codings(concept: JsonObject | None) -> list[JsonObject]:
    found = (concept or {}).get("coding", [])
    return [{name: one[name] for name in ("system", "code", "display") if name in one} for one in found]


def _code(concept: JsonObject | None) -> str | None:
    return next((one.get("code") for one in (concept or {}).get("coding", [])), None) or in_words(concept)


def _full(said: Mapping[str, Any]) -> JsonObject:
    return {name: value for name, value in said.items() if value not in (None, [], "")}
