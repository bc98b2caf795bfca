"""One pass over a plan, both ways: the chart's edits come in, ours go out, and people decide the rest."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.application.answered import Answered
from service.application.chart_copies import ChartCopies
from service.application.chart_run import Whose, at_the_chart, reported
from service.application.raise_alerts import raise_alerts
from service.domain.revision import Origin, Revision, changed_groups
from service.mapping.references import Key
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Lease, LinkState, Superseded, UnitOfWork
from service.sync.agenda import Agenda, Ports
from service.sync.authority import Authority
from service.sync.fencing import must_hold
from service.sync.inbox import chart_digest_of, digest_of
from service.sync.intake import Contested, Intake, RulesOf
from service.sync.merge import Choice, Rules
from service.sync.questions import TOLD_ONCE, Answer
from service.sync.reconciliation import Cause
from service.sync.report import PushReport
from service.sync.sides import Sides
from service.sync.two_way import Keep, synchronise

# A person may revise the plan while the chart is read; after that many times it is busy rather than unlucky.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan(Whose):
    """Bring a plan and the chart into step over a connection."""


def sync_plan(command: SyncPlan, ports: Ports) -> PushReport:
    """Take in what the chart says, send what the plan says, and report item by item.

    Raises as `push_plan` does, `MassVanish` when the chart looks emptied, and `Superseded` when somebody
    revises the plan as often as the pass begins.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return sync_once(command, ports)
        except Superseded:
            continue
    return sync_once(command, ports)


def sync_once(
    command: SyncPlan, ports: Ports, *, lease: Lease | None = None, witness: Keep | None = None
) -> PushReport:
    """Make one pass, under a `lease` that is held already or its own; raises as `sync_plan` does.

    `witness` sees what comes in from the chart before it is kept.
    """
    with at_the_chart(command, ports, lease=lease) as (agenda, open_rows):
        items = _waiting(agenda, ports)
        agenda.answers = Answered(agenda.connection.id, agenda.plan.id, ports.storage)
        keepers = filter(None, (witness, _keeper(ports, items)))
        outcome = synchronise(
            agenda,
            ports,
            open_rows,
            rules_of=_rules(ports.authority, items.values()),
            copying=ChartCopies(agenda.connection),
            keep=_all(*keepers),
        )
        return reported(agenda, outcome, ports, took_in=True)


def _all(*keepers: Keep) -> Keep:
    def keep(agenda: Agenda, intake: Intake) -> None:
        for one in keepers:
            one(agenda, intake)

    return keep


def _waiting(agenda: Agenda, ports: Ports) -> dict[str, InboxItem]:
    with ports.storage.begin(write=False) as work:
        return {item.id: item for item in work.inbox.of_plan(agenda.connection.id, agenda.plan.id)}


def _rules(authority: Authority, items: Iterable[InboxItem]) -> RulesOf:
    """Return the rules of a resource: a decision counts only for what was shown when it was made."""
    chosen = (one for one in items if one.state is ItemState.DECIDED and one.cause != Cause.VANISHED)
    decided = {(item.resource_type, item.item_id): item for item in chosen}

    def rules_of(key: Key, sides: Sides) -> Rules:
        item = decided.get((key.type, key.item))
        holds = item is not None and item.digest in (digest_of(sides), chart_digest_of(sides))
        choices = item.choices if item is not None and holds else {}
        return Rules(authority=authority, choices={name: Choice(one) for name, one in choices.items()})

    return rules_of


def _keeper(ports: Ports, items: Mapping[str, InboxItem]) -> Keep:
    """Return what keeps a look at the chart: plan, ledger and inbox in one commit."""

    def keep(agenda: Agenda, intake: Intake) -> None:
        now = ports.clock.now()
        news = tuple(_news(agenda, ports, intake, items=items, now=now))
        revision = _revision(agenda, intake, now)
        if not news and not intake.entries and revision is None:
            return
        with ports.storage.begin() as work:
            must_hold(work, agenda.lease, now)
            _commit(work, agenda, intake, revision=revision, news=news)
        agenda.ledger.update(intake.entries)
        if revision is not None:
            agenda.plan, agenda.number = revision.plan, revision.number

    return keep


def _commit(
    work: UnitOfWork, agenda: Agenda, intake: Intake, *, revision: Revision | None, news: Iterable[InboxItem]
) -> None:
    if revision is not None:
        work.plans.append(revision, expected=agenda.number)
        raise_alerts(agenda.plan, revision, work)
    elif work.plans.head(agenda.plan.id).number != agenda.number:
        raise Superseded(work.plans.head(agenda.plan.id).number)
    work.ledger.save(intake.entries.values(), plan_id=agenda.plan.id)
    work.inbox.save(news)
    work.commit()


def _revision(agenda: Agenda, intake: Intake, now: datetime) -> Revision | None:
    groups = changed_groups(agenda.plan, intake.plan)
    if not groups:
        return None
    return Revision(
        number=agenda.number + 1,
        plan=intake.plan,
        groups=groups,
        author=f"ehr:{agenda.connection.id}",
        origin=Origin.EHR,
        recorded_at=now,
    )


def _news(
    agenda: Agenda, ports: Ports, intake: Intake, *, items: Mapping[str, InboxItem], now: datetime
) -> Iterator[InboxItem]:
    """Yield new items, and those that are over: settled by what was taken in, or asked again."""
    wanted = {_mark(one): one for one in (*intake.open, *intake.told)}
    known = {_mark_of(item): item for item in items.values()}
    for mark, one in wanted.items():
        if mark not in known:
            yield _item(agenda, one, item_id=ports.ids.new(), now=now)
    for mark, item in known.items():
        looked_at = not intake.barred or item.resource_type == "Patient"
        if mark in wanted or not looked_at:
            continue
        if item.cause == Cause.VANISHED:
            yield from _of_lost(agenda, ports, intake, item=item, now=now)
        elif item.cause not in _UNTIL_ACKNOWLEDGED:
            yield _settled(item, now, outcome=_outcome(item, wanted.values()))


def _of_lost(
    agenda: Agenda, ports: Ports, intake: Intake, *, item: InboxItem, now: datetime
) -> Iterator[InboxItem]:
    """Close what was told as gone once it is linked or let go of; what could not be made is asked anew."""
    key = Key(item.resource_type, item.item_id)
    entry = intake.entries.get(key) or agenda.ledger.get(key)
    decided = item.state is ItemState.DECIDED
    if decided or (entry is not None and entry.state is not LinkState.DETACHED):
        yield _settled(item, now)
    if decided and entry is not None and entry.state is LinkState.DETACHED:
        told = Contested(key=key, reference=item.reference, cause=Cause.VANISHED)
        yield _item(agenda, told, item_id=ports.ids.new(), now=now)


def _settled(item: InboxItem, now: datetime, *, outcome: str = "settled") -> InboxItem:
    return replace(item, state=ItemState.CLOSED, closed_at=now, outcome=outcome)


_UNTIL_ACKNOWLEDGED = TOLD_ONCE | {
    Cause.NOT_APPLIED, Cause.OVERWRITTEN, Cause.WORDS_LEFT, Cause.VANISHED,
}  # fmt: skip


def _outcome(item: InboxItem, wanted: Iterable[Contested]) -> str:
    """Return how an item ends: settled, unless somebody confirmed what turns out to be unreadable."""
    confirmed = {address for address, choice in item.choices.items() if choice == Answer.CONFIRM}
    unread = {address for one in wanted if one.cause is Cause.UNREADABLE for address in one.groups}
    return "unreadable" if confirmed & unread else "settled"


def _mark(one: Contested) -> tuple[str, str, str, str]:
    return one.key.type, one.key.item, one.cause.value, one.digest


def _mark_of(item: InboxItem) -> tuple[str, str, str, str]:
    return item.resource_type, item.item_id, item.cause, item.digest


def _item(agenda: Agenda, one: Contested, *, item_id: str, now: datetime) -> InboxItem:
    return InboxItem(
        id=item_id,
        connection_id=agenda.connection.id,
        plan_id=agenda.plan.id,
        patient_id=agenda.plan.patient.id,
        resource_type=one.key.type,
        item_id=one.key.item,
        reference=one.reference,
        cause=one.cause.value,
        groups=tuple(sorted(one.groups)),
        digest=one.digest,
        content=one.content,
        revision=agenda.number,
        opened_at=now,
    )
