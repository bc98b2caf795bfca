"""What the service notices in a plan, what would follow from a decision, and deciding."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.application.directory import check_people
from service.application.keep_plan import head_as_read, next_revision
from service.application.ports import Editor, PlanPorts
from service.application.seeing import seen
from service.domain.findings.case import Snapshot
from service.domain.findings.decision import Choice, Decision
from service.domain.findings.finding import Finding
from service.domain.findings.following import Outcome, follow
from service.domain.findings.judging import judge
from service.domain.plan import Plan, people_named
from service.domain.revision import Revision, changed_groups, check_succession
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.mapping.graph import Subject, project
from service.mapping.references import Refs
from service.ports.storage import UnitOfWork, Unknown

# The groups in which one side of a treatment changes: only their revisions are read for what changed.
_SIDES = frozenset({"medications", "therapies"})
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What is open in a plan at a revision, with the decisions that people made before."""

    head: Revision
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as it was kept, and the revision that carries it out."""

    decision: Decision
    revision: Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a decision would change: the plan's groups, and the resources as they would stand."""

    groups: tuple[str, ...]
    plan: Plan
    made: tuple[str, ...]
    resources: tuple[JsonObject, ...]


def open_findings(plan_id: str, *, ports: PlanPorts) -> Noticed:
    """Return what the rules notice today and nobody has decided yet; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return _noticed(work.plans.head(plan_id), work, ports)


def preview_decision(plan_id: str, key: str, choice: Choice, *, ports: PlanPorts) -> Preview:
    """Return what a decision would change, and change nothing; raises as `decide_finding` does."""
    with ports.storage.begin(write=False) as work:
        head = seen(work.plans.head(plan_id), whole=False).revision
        outcome = _outcome(head, key, choice, work=work, ports=ports)[1]
        check_succession(head.plan, outcome.plan)
        check_people(outcome.plan, work)
        people = work.people.many(one for _, one in people_named(outcome.plan))
    before = project(Subject(plan=head.plan, people=people), Refs())
    after = project(Subject(plan=outcome.plan, people=people), Refs())
    return Preview(
        groups=changed_groups(head.plan, outcome.plan),
        plan=outcome.plan,
        made=outcome.made,
        resources=tuple(body for named, body in after.items() if before.get(named) != body),
    )


def decide_finding(plan_id: str, key: str, choice: Choice, *, editor: Editor, ports: PlanPorts) -> Decided:
    """Keep a decision and what follows from it, in one revision and one transaction.

    Raises `Unknown` for a finding that is not open, `Superseded` when the plan is not what was read, and
    `Invalid`.
    """
    with ports.storage.begin() as work:
        head = head_as_read(plan_id, editor=editor, work=work)
        finding, outcome = _outcome(head, key, choice, work=work, ports=ports)
        revision = next_revision(outcome.plan, editor=editor, work=work, ports=ports)
        decision = Decision(
            key=finding.key,
            rule=finding.rule,
            answer=choice.answer,
            reason=choice.reason,
            decided_by=choice.decided_by,
            decided_at=ports.clock.now(),
            text=finding.text,
            evidence=tuple(dict.fromkeys(finding.items)),
            made=outcome.made,
        )
        work.decisions.add(plan_id, decision, revision=revision.number)
        work.commit()
    return Decided(decision=decision, revision=revision)


def zone_of(plan: Plan) -> str:
    """Return the clinic's wall clock: the zone of the plan's last appointment, UTC without one."""
    return plan.appointments[-1].zone if plan.appointments else "UTC"


def today_of(plan: Plan, now: datetime) -> date:
    """Return what day it is at the clinic's wall clock."""
    return now.astimezone(ZoneInfo(zone_of(plan))).date()


def _noticed(head: Revision, work: UnitOfWork, ports: PlanPorts) -> Noticed:
    decisions = work.decisions.of_plan(head.plan.id)
    today = today_of(head.plan, ports.clock.now())
    past = _past(head, today, work=work, ports=ports)
    found = judge(head.plan, today, ports.standards, past=past, decisions=decisions)
    answered = {one.key for one in decisions}
    still_open = tuple(one for one in found if one.key not in answered)
    return Noticed(head=head, findings=still_open, decisions=decisions)


def _past(head: Revision, today: date, *, work: UnitOfWork, ports: PlanPorts) -> tuple[Snapshot, ...]:
    """Return the plan around each recent revision that changed one side of the treatment, oldest first."""
    since = today - timedelta(days=ports.numbers.change_days)
    wanted: set[int] = set()
    after = 0
    while page := work.plans.revisions(head.plan.id, after=after, limit=_PAGE):
        after = page[-1].number
        recent = [one for one in page if one.recorded_at.date() >= since and _SIDES & {*one.groups}]
        wanted.update(number for one in recent for number in (one.number - 1, one.number) if number)
    zone = ZoneInfo(zone_of(head.plan))
    revisions = (work.plans.revision(head.plan.id, number) for number in sorted(wanted))
    return tuple(Snapshot(plan=one.plan, day=one.recorded_at.astimezone(zone).date()) for one in revisions)


def _outcome(
    head: Revision, key: str, choice: Choice, *, work: UnitOfWork, ports: PlanPorts
) -> tuple[Finding, Outcome]:
    finding = next((one for one in _noticed(head, work, ports).findings if one.key == key), None)
    if finding is None:
        raise Unknown("open finding", key)
    _check_names(choice, work)
    now = ports.clock.now()
    return finding, follow(head.plan, finding, choice, now=now, zone=zone_of(head.plan))


def _check_names(choice: Choice, work: UnitOfWork) -> None:
    known = work.people.many(choice.decided_by)
    unknown = [
        Problem(f"decided_by[{index}]", "names nobody in the directory")
        for index, one in enumerate(choice.decided_by)
        if one not in known
    ]
    if unknown:
        raise Invalid(unknown)
