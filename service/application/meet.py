"""Working as a team: the agenda of the next meeting, and who has seen what."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.application.find import findings_of
from service.application.ports import PlanPorts
from service.application.read_timeline import read_timeline
from service.domain.agenda import Agenda, agenda_of, unseen_notes
from service.domain.plan import Plan
from service.domain.sharing import without_unshared
from service.domain.values import Invalid, Problem
from service.ports.sightings import WHOLE_PLAN, Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoSaw:
    """What one person has seen: the plan up to a revision, and which notes they have not."""

    who: str
    revision: int
    behind: int
    unseen_notes: tuple[str, ...]


def read_agenda(plan_id: str, *, ports: PlanPorts) -> Agenda:
    """Return the agenda of the next treatment meeting, without what was not shared; raises `Unknown`."""
    story = read_timeline(plan_id, whole=False, ports=ports)
    with ports.storage.begin(write=False) as work:
        plan = without_unshared(work.plans.head(plan_id).plan)
        findings = findings_of(plan, work=work, ports=ports)
    return agenda_of(plan, findings, story.events, now=ports.clock.now())


def mark_seen(plan_id: str, *, who: str, notes: Iterable[str], revision: int, ports: PlanPorts) -> WhoSaw:
    """Keep that somebody has seen a revision of a plan, and notes; raises `Unknown` and `Invalid`."""
    with ports.storage.begin() as work:
        head = work.plans.head(plan_id)
        named = tuple(notes)
        _check(head.plan, named, revision, latest=head.number)
        for item in (WHOLE_PLAN, *named):
            work.sightings.put(
                Sighting(plan_id=plan_id, who=who, item_id=item, revision=revision, seen_at=ports.clock.now())
            )
        marks = work.sightings.of_plan(plan_id)
        work.commit()
    (mine,) = (one for one in _sorted_out(head.plan, head.number, marks) if one.who == who)
    return mine


def who_saw(plan_id: str, *, ports: PlanPorts) -> tuple[WhoSaw, ...]:
    """Return what everybody who ever marked something has seen of a plan; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        head = work.plans.head(plan_id)
        return _sorted_out(head.plan, head.number, work.sightings.of_plan(plan_id))


def _sorted_out(plan: Plan, number: int, marks: Iterable[Sighting]) -> tuple[WhoSaw, ...]:
    by_person: dict[str, dict[str, Sighting]] = {}
    for one in marks:
        by_person.setdefault(one.who, {})[one.item_id] = one
    return tuple(
        WhoSaw(
            who=who,
            revision=seen[WHOLE_PLAN].revision,
            behind=number - seen[WHOLE_PLAN].revision,
            unseen_notes=unseen_notes(plan, seen),
        )
        for who, seen in sorted(by_person.items())
    )


def _check(plan: Plan, notes: tuple[str, ...], revision: int, *, latest: int) -> None:
    problems = []
    if not 1 <= revision <= latest:
        problems.append(Problem("revision", f"must be 1 to {latest}, the latest"))
    held = {one.id for one in plan.notes}
    problems += [
        Problem(f"notes[{index}]", "names no note of this plan")
        for index, one in enumerate(notes)
        if one not in held
    ]
    if problems:
        raise Invalid(problems)
