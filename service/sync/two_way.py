"""One pass over one plan: settle, bind, take in what the chart says, then send what is ours.

Both halves run under one lease. What was taken in is kept, plan and ledger in one commit, before anything is
sent; whatever fails after that finds the same agreement again.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from service.ports.journal import JournalRow
from service.sync.adopting import Copying
from service.sync.agenda import Agenda, Ports
from service.sync.guards import too_many_vanish
from service.sync.intake import Contested, Intake, RulesOf, asked
from service.sync.lost import LOST
from service.sync.push import Outcome, open_chart, send
from service.sync.reconciliation import Cause
from service.sync.report import Done, ItemReport
from service.sync.restored import counted_as_gone
from service.sync.tracked import Seen
from service.sync.whose import look_at_chart, take_in_all

_REASONS: Mapping[Cause, str] = {
    Cause.SAME_GROUP: "both sides changed the same: a person decides in the inbox",
    Cause.HALTED_THERE: "it was ended or held in the chart while it was changed here: a person decides",
    Cause.ENDED_HERE: "it was ended here while it was changed in the chart: a person decides",
    Cause.FORBIDDEN_STEP: "the chart reopened what had ended: a person decides",
    Cause.UNREADABLE: "the chart says something that the plan cannot hold: a person decides",
    Cause.WORDS_DISAGREE: "the chart's dose and its words say different things: a person decides",
    Cause.BESIDE_WORDS: "a person's narrative of what was changed here stands in the chart: a person decides",
    Cause.NOT_UNDERSTOOD: "something that is not known changes what the chart says: it is left as it is",
    Cause.OTHER_PATIENT: "the chart's resource speaks of another patient: nothing of it is read or written",
    Cause.RESTORED: "the server went back behind what was agreed: a person decides",
    Cause.TWO_CLAIMANTS: "several resources of the chart carry our identifier: a person says which is ours",
    Cause.RENEWED_THERE: "it ended in the chart, and another order may go on with it: a person decides",
    Cause.VANISHED: LOST,
}


Keep: TypeAlias = Callable[[Agenda, Intake], None]


class MassVanish(Exception):
    """The chart looks emptied: nothing is done until a person says that this is so."""

    def __init__(self, missing: int, known: int) -> None:
        super().__init__(
            f"{missing} of {known} tracked resources are gone from the chart;"
            " `tandem connection accept-reset` says that this is so"
        )


def synchronise(
    agenda: Agenda,
    ports: Ports,
    open_rows: tuple[JournalRow, ...],
    *,
    rules_of: RulesOf,
    copying: Copying,
    keep: Keep,
) -> Outcome:
    """Take in the chart's edits, then send ours; `keep` makes the first half durable, and `agenda` current.

    Raises `EhrError` when the server fails before anything was sent, `MassVanish`, `ServerReset`, and
    `LeaseLost`.
    """
    opening = open_chart(agenda, ports, open_rows)
    if opening.in_the_way:
        if agenda.questions:
            keep(agenda, Intake(plan=agenda.plan, entries={}, told=_asked(agenda), barred=True))
        return Outcome(items=opening.in_the_way)
    unknown = frozenset(report.key for report in opening.unknown)
    sight = look_at_chart(agenda, ports, unknown)
    _check(agenda, sight.seen)
    now = ports.clock.now()
    intake = take_in_all(agenda, sight, ports.ehr, rules_of=rules_of, copying=copying, now=now)
    keep(agenda, intake)
    held_back = tuple(_contested(one) for one in intake.open)
    return send(agenda, ports, (*opening.unknown, *held_back))


def _asked(agenda: Agenda) -> tuple[Contested, ...]:
    return tuple(map(asked, agenda.questions))


def _check(agenda: Agenda, seen: Seen) -> None:
    gone = list(counted_as_gone(agenda, seen))
    if too_many_vanish(sum(gone), len(gone)):
        raise MassVanish(sum(gone), len(gone))


def _contested(one: Contested) -> ItemReport:
    gone = one.cause is Cause.VANISHED
    return ItemReport(
        key=one.key,
        done=Done.DETACHED if gone else Done.CONFLICT,
        reference=one.reference,
        version=None if one.held is None else one.held.version,
        reason=_REASONS[one.cause],
    )
