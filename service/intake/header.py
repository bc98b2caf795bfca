"""What a plan says of itself, and its team: from the CarePlan, completed by what a person says."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from service.domain.people import Role
from service.domain.values import Invalid, text_problems
from service.fhir.json import JsonObject
from service.intake.adoption import Adopter, identified, in_words
from service.intake.chart import Chart, Finding, Member
from service.intake.people import People
from service.mapping.datatypes import Unreadable, day_from_fhir, period_from_fhir
from service.mapping.reading import Issue
from service.mapping.references import Refs
from service.mapping.terminology.people import ROLE

UNTITLED = "Plan from the chart"
STRANGER = "names nobody whom the plan can name"
TAKEN_FOR_OTHER = "is no role that the plan knows: taken for another member of the team"


_KEPT = frozenset({"id", "member", "period"})


class Said(Protocol):
    """What a person says beside the chart."""

    @property
    def today(self) -> date: ...
    @property
    def title(self) -> str | None: ...


def header_copy(
    plan: Member | None, said: Said, adopter: Adopter, *, author: str | None, plan_id: str
) -> tuple[JsonObject, tuple[Issue, ...]]:
    """Return the CarePlan with a title, an author and a day, and what of it a plan cannot hold.

    One that is not ours makes a draft. Where a plan cannot hold the title or the day, it gets those that it
    gets without one.
    """
    system = adopter.chart.system
    copy = {} if plan is None else adopter.copy(plan, plan_id)
    made = identified({"resourceType": "CarePlan", "intent": "plan", **copy}, plan_id, system)
    own = _is_own(plan, system)
    by_hand, in_chart = ("", said.title), ("CarePlan.title", made.get("title"))
    titles = (in_chart, by_hand) if own else (by_hand, in_chart)
    made["title"], untold = _title((*titles, *_categories(made)))
    made["created"], unread = _made_on(made.get("created"), said.today)
    made["author"] = {"reference": author}
    if not own:
        made["status"] = "draft"
    return made, (*untold, *unread)


def lacking(issues: Iterable[Issue], *, author: str | None) -> tuple[str, ...]:
    """Return what is missing for a plan, in words, where the CarePlan could not be read, by its issues."""
    if any(one.path == "CarePlan.status" for one in issues):
        return ("a status that can be read",)
    return () if author is None else ("a care plan that can be read",)


def team_copy(
    adopter: Adopter, plan: Member | None, people: People, *, author: str | None, plan_id: str
) -> tuple[JsonObject, tuple[Finding, ...]]:
    """Return the CareTeam that the CarePlan names, with patient and author in it, and what was left."""
    team = None if plan is None else team_of(adopter.chart, plan)
    copy = {"resourceType": "CareTeam"} if team is None else adopter.copy(team, plan_id)
    left: list[Finding] = []
    members: list[JsonObject] = []
    for index, participant in enumerate(copy.get("participant", [])):
        read = _participant(participant, people, patient=adopter.chart.patient, members=members)
        members += [] if read is None else [read[0]]
        reasons = (STRANGER,) if read is None else read[1]
        path = f"CareTeam.participant[{index}]"
        left += (
            Finding(address=team.address if team else "", path=path, reason=one, whole=False)
            for one in reasons
        )
    added = None if _is_own(plan, adopter.chart.system) else author
    _complete(members, people, author=added, patient=adopter.chart.patient)
    made = {**copy, "participant": members}
    return identified(made, plan_id, adopter.chart.system), tuple(left)


def team_of(chart: Chart, plan: Member) -> Member | None:
    """Return the care team that a CarePlan names first among those that were read."""
    for one in _teams(plan.resource):
        address = plan.address + one if one.startswith("#") else chart.resolve(one)
        if address in chart.by_address:
            return chart.by_address[str(address)]
    return None


def _teams(plan: JsonObject) -> Iterator[str]:
    yield from (str(one.get("reference", "")) for one in plan.get("careTeam", []))


def _is_own(plan: Member | None, system: str) -> bool:
    return plan is not None and Refs(system=system).own_item(plan.resource) is not None


def _title(candidates: Iterable[tuple[str, str | None]]) -> tuple[str, tuple[Issue, ...]]:
    """Return the first title that a plan can hold, and why those before it are none."""
    left: list[Issue] = []
    for path, text in candidates:
        problems = tuple(text_problems(path, text)) if text else ()
        if text and not problems:
            return text, tuple(left)
        left += (Issue(path, one.reason) for one in problems)
    return UNTITLED, tuple(left)


def _categories(plan: JsonObject) -> Iterator[tuple[str, str | None]]:
    for index, one in enumerate(plan.get("category", [])):
        yield f"CarePlan.category[{index}]", in_words(one)


def _made_on(created: str | None, today: date) -> tuple[str, tuple[Issue, ...]]:
    if created is None:
        return today.isoformat(), ()
    try:
        day_from_fhir(created)
    except Unreadable as reason:
        return today.isoformat(), (Issue("CarePlan.created", str(reason)),)
    return created, ()


def _participant(
    participant: JsonObject, people: People, *, patient: str, members: list[JsonObject]
) -> tuple[JsonObject, tuple[str, ...]] | None:
    """Return a participant as the reader knows one, and what was changed; None for a stranger."""
    who = participant.get("member", {}).get("reference")
    remarks: tuple[str, ...] = ()
    if who == patient:
        if any(one["member"]["reference"] == patient for one in members):
            return None
        role = ROLE.concept(Role.PATIENT)
    elif who in people.by_address:
        known = (ROLE.find(one) for one in participant.get("role", []))
        found = next((one for one in known if one not in (None, Role.PATIENT)), None)
        role = ROLE.concept(found or Role.OTHER)
        remarks = () if found else (TAKEN_FOR_OTHER,)
    else:
        return None
    kept: JsonObject = {name: one for name, one in participant.items() if name in _KEPT}
    if "period" in kept and not _is_readable(kept["period"]):
        del kept["period"]
        remarks = (*remarks, "has a period that cannot be read")
    return {**kept, "role": [role]}, remarks


def _is_readable(period: JsonObject) -> bool:
    try:
        period_from_fhir(period)
    except (Unreadable, Invalid):
        return False
    return True


def _complete(members: list[JsonObject], people: People, *, author: str | None, patient: str) -> None:
    there = {one["member"]["reference"] for one in members}
    if patient not in there:
        members.insert(0, {"member": {"reference": patient}, "role": [ROLE.concept(Role.PATIENT)]})
    if author is not None and author not in there:
        profession = people.by_address[author].profession
        members.append({"member": {"reference": author}, "role": [ROLE.concept(profession)]})
