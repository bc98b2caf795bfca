"""What a person must see beside a plan, read only: the patient's allergies, and every medicine of the chart.

It is shown in the chart's own words, also where no plan can hold it and where it is no sound R4; it is never
written back. Left out is only what is closed by a label, what names another patient, and a server's
placeholders. Where the lists may not tell everything, or not as it is meant, `incomplete` says where and why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.fhir.json import JsonObject
from service.intake.bundle import TWICE
from service.intake.chart import Chart, Finding, Member
from service.intake.sifting import ANOTHER, FOREIGN, NOBODY, REFUSED, WITHHELD, reasons_against
from service.intake.wording import (
    code_of,
    codings_of,
    dosage_of,
    object_of,
    objects_of,
    text_of,
    texts_of,
    words_of,
)
from service.mapping.soundness import obstacles

_ALLERGIES = frozenset({"AllergyIntolerance"})
_MEDICINES = frozenset({"MedicationRequest", "MedicationStatement"})
LISTED = _ALLERGIES | _MEDICINES

# Both labels in one wording: a reader of a plan need not learn here which of them it is.
CLOSED = "is closed by its security label"
NAMELESS = "does not say what it is about, or the medicine that it names was not found"
_CLOSING = frozenset({REFUSED, WITHHELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The two lists by address, and where they are incomplete: type, reference, path and reason."""

    allergies: list[JsonObject]
    medications: list[JsonObject]
    incomplete: list[JsonObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A resource that is shown, and what is contained beside it."""

    address: str
    resource: JsonObject
    contained: list[JsonObject]

    @property
    def type(self) -> str:
        return str(self.resource["resourceType"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """A member of the chart, with what of it, or contained in it, is of the lists."""

    member: Member
    listed: tuple[_Shown, ...]


def overview(chart: Chart, placed: Iterable[str], findings: Iterable[Finding] = ()) -> Overview:
    """Return the lists of a chart as it came, not sifted.

    `in_plan` tells the medicines that were placed; `findings` say what of the chart could not even be read.
    """
    looking = _Looking(chart=chart)
    for one in findings:
        if one.address in LISTED:
            looking.doubt(one.address, "", one.reason)
    shown = looking.shown()
    known = frozenset(placed)
    allergies = [looking.allergy(one) for one in shown if one.type in _ALLERGIES]
    medications = [looking.medicine(one, known) for one in shown if one.type in _MEDICINES]
    return Overview(allergies=allergies, medications=medications, incomplete=looking.incomplete())


@dataclass(slots=True, kw_only=True)
class _Looking:
    """One look at a chart; `doubts` are (type, reference, path, reason)."""

    chart: Chart
    doubts: set[tuple[str, str, str, str]] = field(default_factory=set)
    drugs: dict[str, JsonObject] = field(default_factory=dict)

    def doubt(self, kind: str, address: str, reason: str, *, path: str = "") -> None:
        """Note what may be missing, or not be as it says; without an address it is the whole type."""
        self.doubts.add((kind, address, path, reason))

    def incomplete(self) -> list[JsonObject]:
        """Return what was noted."""
        names = ("type", "reference", "path", "reason")
        return [
            {name: said for name, said in zip(names, one, strict=True) if said} for one in sorted(self.doubts)
        ]

    def shown(self) -> list[_Shown]:
        """Return what may be shown, by address, and note what may not."""
        holders = [one for one in map(_held, (*self.chart.members, *self.chart.doubled)) if one is not None]
        # What is closed in one version is closed in all.
        closed = {
            one.member.address
            for one in holders
            if not _CLOSING.isdisjoint(reasons_against(self.chart, one.member))
        }
        found = [
            shown
            for one in holders
            if self._may_be_shown(one, closed=one.member.address in closed)
            for shown in one.listed
        ]
        for one in found:
            for issue in obstacles(one.resource):
                self.doubt(one.type, one.address, issue.reason, path=issue.path)
        for member in self.chart.doubled:
            if member.type in LISTED:
                self.doubt(member.type, member.address, TWICE)
        return sorted(found, key=lambda one: one.address)

    def _may_be_shown(self, holder: "_Holder", *, closed: bool) -> bool:
        member = holder.member
        against = {CLOSED} if closed else _against(self.chart, member)
        for reason in against:
            for one in holder.listed:
                self.doubt(one.type, member.address, reason)
        shown = against <= {NOBODY}
        if shown and member.type == "Medication":
            self.drugs[member.address] = member.resource
        return shown

    def allergy(self, shown: _Shown) -> JsonObject:
        """Return an allergy or intolerance, or the statement that none is known."""
        said = shown.resource
        manifestations = [
            word for one in objects_of(said.get("reaction")) for word in _each(one.get("manifestation"))
        ]
        return self._named(
            shown,
            {
                "reference": shown.address,
                "substance": words_of(said.get("code")),
                "codings": codings_of(said.get("code")),
                "clinical_status": code_of(said.get("clinicalStatus")),
                "verification_status": code_of(said.get("verificationStatus")),
                "type": text_of(said.get("type")),
                "category": texts_of(said.get("category")),
                "criticality": text_of(said.get("criticality")),
                "reactions": [one for one in map(words_of, manifestations) if one],
                "recorded": text_of(said.get("recordedDate")),
            },
        )

    def medicine(self, shown: _Shown, placed: frozenset[str]) -> JsonObject:
        """Return an order or a statement of a medicine."""
        said = shown.resource
        code = self._drug(shown)
        dosages = _each(said.get("dosageInstruction")) or _each(said.get("dosage"))
        return self._named(
            shown,
            {
                "reference": shown.address,
                "status": text_of(said.get("status")),
                "intent": text_of(said.get("intent")),
                "do_not_perform": True if said.get("doNotPerform") else None,
                "drug": words_of(code) or text_of(object_of(said.get("medicationReference")).get("display")),
                "codings": codings_of(code),
                "dosage": [one for one in map(dosage_of, dosages) if one],
                "authored_on": text_of(said.get("authoredOn")) or text_of(said.get("dateAsserted")),
                "in_plan": shown.address in placed,
            },
        )

    def _named(self, shown: _Shown, said: Mapping[str, Any]) -> JsonObject:
        full = {name: value for name, value in said.items() if value not in (None, [], "")}
        if not full.keys() & {"substance", "drug", "codings"}:
            self.doubt(shown.type, shown.address, NAMELESS)
        return full

    def _drug(self, shown: _Shown) -> Any:
        inline = shown.resource.get("medicationCodeableConcept")
        if inline is not None:
            return inline
        text = object_of(shown.resource.get("medicationReference")).get("reference")
        inside = next((one for one in shown.contained if text == f"#{one.get('id')}"), None)
        referred = self.drugs.get(self.chart.resolve(text) or "", {})
        return (referred if inside is None else inside).get("code")


def _held(member: Member) -> _Holder | None:
    """Return what a member holds for the lists, None for one that has no part in them."""
    if member.type not in FOREIGN:
        return None
    contained = objects_of(member.resource.get("contained"))
    listed = [
        _Shown(address=f"{member.address}#{text_of(one.get('id')) or ''}", resource=one, contained=contained)
        for one in contained
        if one.get("resourceType") in LISTED
    ]
    if member.type in LISTED:
        listed.append(_Shown(address=member.address, resource=member.resource, contained=contained))
    return _Holder(member=member, listed=tuple(listed)) if listed or member.type == "Medication" else None


def _against(chart: Chart, member: Member) -> set[str]:
    """Return why a resource is not shown; that it names nobody does not keep it out."""
    against = set(reasons_against(chart, member))
    # A subject that is no object but a text is a name too.
    named = [one for element in ("subject", "patient") for one in _each(member.resource.get(element))]
    others = (one for one in named if isinstance(one, str) and chart.resolve(one) != chart.patient)
    return against | {ANOTHER for _ in others}


def _each(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
