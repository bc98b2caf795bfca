"""Entries of the CarePlan in the chart that no plan can hold: in words, or of a kind that plans lack.

They are told in one item of the inbox, each with its FHIR path and the reason; what somebody noted is not
told again.
"""

from collections.abc import Iterator, Set
from typing import Any

from service.domain.plan import Plan, items
from service.fhir.json import JsonObject
from service.fhir.labels import is_labelled_closed
from service.fhir.subjects import patients_of
from service.fhir.transitions import is_withdrawn
from service.mapping.reading import Issue
from service.mapping.references import Key
from service.ports.ehr import Held
from service.sync.additions import TAKEN_UP, Additions, Place
from service.sync.adopting import Copying, untakeable
from service.sync.agenda import Agenda
from service.sync.prescriptions import carries_our_name
from service.sync.questions import Question
from service.sync.reconciliation import Cause

# Running orders and coming appointments are offered wherever they stand, by rules of their own.
_RULED_ELSEWHERE = frozenset({"Appointment", "MedicationRequest"})

_IN_PLACE = "is described in place: a plan takes up what is a resource of its own"
_IN_WORDS = "is named in words alone: a plan takes up what is a resource of its own"
_NOWHERE = "names nothing that can be read on this server"
_ANOTHER = "names what is not of this patient alone"
_NO_ITEM = "stands for nothing that a plan holds"


def tell_unplaced(
    agenda: Agenda, added: Additions, copying: Copying, *, offered: Set[str]
) -> tuple[Question, ...]:
    """Return what people have to know of the CarePlan's entries, but for what is `offered` or noted."""
    key = Key("CarePlan", agenda.plan.id)
    noted = list(_noted(agenda, key))
    told = [
        (_path(one), reason, one)
        for one in added.places
        if one.entry not in noted
        and one.address not in offered
        and (reason := _reason(agenda, one, added, copying=copying)) is not None
    ]
    if not told:
        return ()
    shown: dict[str, Any] = {"resourceType": "CarePlan"}
    for _, _, one in told:
        shown.setdefault(one.element, []).append(one.entry)
    question = Question(
        key=key,
        cause=Cause.CANNOT_TAKE_UP,
        candidates={added.care_plan: shown},
        about=frozenset(path for path, _, _ in told),
        issues=tuple(Issue(path, reason) for path, reason, _ in told),
    )
    return (question,)


def _noted(agenda: Agenda, key: Key) -> Iterator[JsonObject]:
    """Yield the entries of which somebody took note."""
    for content in agenda.answers.noted_contents(key, Cause.CANNOT_TAKE_UP):
        for resource in content.get("candidates", {}).values():
            if resource["resourceType"] == "CarePlan":
                yield from (
                    entry for value in resource.values() if isinstance(value, list) for entry in value
                )


def _path(place: Place) -> str:
    last = "" if place.element != "activity" else ".reference" if "reference" in place.entry else ".detail"
    return f"CarePlan.{place.element}[{place.index}]{last}"


def _reason(agenda: Agenda, place: Place, added: Additions, *, copying: Copying) -> str | None:
    """Return why no plan can take up what an entry names, None for what needs no word."""
    if place.address is None:
        return None if _was_imported(agenda.plan, place, added, copying=copying) else _without_address(place)
    if place.kind in _RULED_ELSEWHERE:
        return None
    if place.kind not in TAKEN_UP:
        return f"names a {place.kind} of the clinic's own: a plan has no place for it"
    held = added.there.get(place.address)
    return _NOWHERE if held is None else _reason_of(agenda, held, copying)


def _reason_of(agenda: Agenda, held: Held, copying: Copying) -> str | None:
    resource = held.resource
    ours = carries_our_name(resource, agenda.connection.identifier_system)
    if ours or is_withdrawn(resource) or is_labelled_closed(resource):
        return None
    if set(patients_of(resource)) != {agenda.address(agenda.patient)}:
        return _ANOTHER
    return "; ".join(untakeable(agenda, held, copying)) or _NO_ITEM


def _without_address(place: Place) -> str:
    if "detail" in place.entry:
        return _IN_PLACE
    named = place.entry.get("reference", {}) if place.element == "activity" else place.entry
    return _NOWHERE if "reference" in named else _IN_WORDS


def _was_imported(plan: Plan, place: Place, added: Additions, *, copying: Copying) -> bool:
    """Tell whether an import made an item of what is described or contained here."""
    named = place.entry.get("reference", "")
    inside = f"#activity[{place.index}]" if "detail" in place.entry else str(named)
    item = copying.item(f"{added.care_plan}{inside}")
    return any(one.id == item for group in ("goals", "therapies") for one in items(plan, group))
