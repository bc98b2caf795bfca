"""Entries of the CarePlan in the chart that no plan can hold: in words, or of a kind that plans lack.

They are told in one item of the inbox, each with its FHIR path and the reason; what somebody noted is not
told again, as long as it says the same.
"""

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import date
from typing import Any

from service.domain.goal import Goal
from service.domain.plan import Plan
from service.domain.therapy import TherapyCourse
from service.fhir.json import JsonObject
from service.fhir.subjects import patients_of
from service.fhir.transitions import status_of
from service.mapping.reading import Issue
from service.mapping.references import Key
from service.ports.ehr import Held
from service.sync.additions import TAKEN_UP, Additions, Place, needs_no_word
from service.sync.adopting import TAKEN_UP_AS, Copying, reading, untakeable
from service.sync.agenda import Agenda
from service.sync.bookings import COMING
from service.sync.imported import plainly_said
from service.sync.prescriptions import RUNNING_THERE, carries_our_name, is_chart_order
from service.sync.questions import Question
from service.sync.reconciliation import Cause

_REQUESTED = frozenset({"proposed", "waitlist"})

IN_PLACE = "is described in place: what changes there does not come into the plan"
IN_WORDS = "is named in words alone: a plan takes up what is a resource of its own"
NOWHERE = "names nothing that can be read on this server"
REFUSED = "names what the server does not show us"
ANOTHER = "names what is not of this patient alone"
OTHER_PLAN = "names what belongs to another plan of ours"
NO_ORDER = "names a request that nobody ordered"
NOT_BOOKED = "names an appointment that nobody booked"
NO_ITEM = "stands for nothing that a plan holds"
NOTHING = "names and describes nothing"


def tell_unplaced(
    agenda: Agenda, added: Additions, copying: Copying, *, spared: Set[str]
) -> tuple[Question, ...]:
    """Return what people have to know of the CarePlan's entries; what is asked elsewhere is `spared`."""
    if added.care_plan is None:
        return ()
    key = Key("CarePlan", agenda.plan.id)
    noted = list(_noted(agenda, key))
    told = [
        (Issue(_path(one), reason), one)
        for one in added.places
        if _content(one, added.care_plan) not in noted
        and one.address not in spared
        and (reason := _reason(agenda, one, added, copying=copying)) is not None
    ]
    if not told:
        return ()
    shown: dict[str, Any] = {"resourceType": "CarePlan"}
    for _, one in told:
        shown.setdefault(one.element, []).append(_content(one, added.care_plan))
    question = Question(
        key=key,
        cause=Cause.CANNOT_TAKE_UP,
        candidates={added.care_plan.reference: shown},
        about=frozenset(issue.path for issue, _ in told),
        issues=tuple(issue for issue, _ in told),
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


def _content(place: Place, care_plan: Held) -> JsonObject:
    """Return an entry with what it names inside the CarePlan, so that a change of that is a change of it."""
    name = place.entry.get("reference")
    inside = [one for one in care_plan.resource.get("contained", []) if f"#{one.get('id')}" == name]
    return {**place.entry, "contained": inside} if inside else place.entry


def _path(place: Place) -> str:
    at = f"CarePlan.{place.element}[{place.index}]"
    within = next((one for one in ("reference", "detail") if one in place.entry), None)
    return f"{at}.{within}" if place.element == "activity" and within else at


def _reason(agenda: Agenda, place: Place, added: Additions, *, copying: Copying) -> str | None:
    """Return why no plan can take up what an entry names, None for what needs no word."""
    if place.address is None:
        return None if _is_as_imported(agenda, place, added, copying=copying) else _without_address(place)
    held = added.there.get(place.address)
    if held is None:
        return REFUSED if place.address in added.refused else NOWHERE
    return None if needs_no_word(held.resource) else _reason_of(agenda, held, copying)


def _reason_of(agenda: Agenda, held: Held, copying: Copying) -> str | None:
    resource, kind = held.resource, str(held.resource["resourceType"])
    if carries_our_name(resource, agenda.connection.identifier_system):
        own = agenda.refs().own_item(resource)
        return None if own is None or Key(kind, own) in plainly_said(agenda) else OTHER_PLAN
    if set(patients_of(resource)) != {agenda.address(agenda.patient)}:
        return ANOTHER
    if kind not in TAKEN_UP_AS:
        return f"names a {kind} of the clinic's own: a plan has no place for it"
    if kind not in TAKEN_UP:
        return _reason_of_request(agenda, held, copying)
    return "; ".join(untakeable(agenda, held, copying)) or NO_ITEM


def _reason_of_request(agenda: Agenda, held: Held, copying: Copying) -> str | None:
    """Return why an order or a booking is not offered; what has ended, or is told elsewhere, needs none."""
    status = status_of(held.resource)
    if held.resource["resourceType"] == "MedicationRequest":
        ordered = is_chart_order(held.resource, agenda.connection.identifier_system)
        return NO_ORDER if status in RUNNING_THERE and not ordered else None
    if status in _REQUESTED:
        return NOT_BOOKED
    return "; ".join(untakeable(agenda, held, copying)) or None if status in COMING else None


def _without_address(place: Place) -> str:
    if "detail" in place.entry:
        return IN_PLACE
    named = place.entry.get("reference", {}) if place.element == "activity" else place.entry
    if "reference" in named:
        return NOWHERE
    return IN_WORDS if named.keys() & {"display", "identifier"} else NOTHING


def _is_as_imported(agenda: Agenda, place: Place, added: Additions, *, copying: Copying) -> bool:
    """Tell whether the plan says what is described or contained here, as an import has read it."""
    care_plan = added.care_plan
    inside = None if care_plan is None else copying.inside(care_plan.resource, place.element, place.index)
    if care_plan is None or inside is None:
        return False
    within = f"#activity[{place.index}]" if place.element == "activity" else place.entry["reference"]
    held = Held(reference=f"{care_plan.reference}{within}", version=None, last_updated=None, resource=inside)
    item = copying.item(held.reference)
    before = _item(agenda.plan, item)
    found, _ = reading(agenda, held, copying)
    after = None if found.plan is None else _item(found.plan, item)
    return before is not None and after is not None and _without_day(after) == _without_day(before)


def _item(plan: Plan, item: str) -> Goal | TherapyCourse | None:
    held: tuple[Goal | TherapyCourse, ...] = (*plan.goals, *plan.therapies)
    return next((one for one in held if one.id == item), None)


def _without_day(one: Goal | TherapyCourse) -> Goal | TherapyCourse:
    """Leave out when a course was asked for: an entry does not say it, and that of the whole plan moves."""
    return replace(one, authored_on=date.min) if isinstance(one, TherapyCourse) else one
