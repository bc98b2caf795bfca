"""One push: settle what is open, bind, look, decide, send; each step sees the same agenda."""

from dataclasses import dataclass, replace

from service.fhir.outcome import OutcomeIssue
from service.fhir.validation import Problem
from service.mapping.references import Key
from service.ports.ehr import EhrError, Held
from service.ports.storage import ConnectionMode, JournalRow, LinkState
from service.sync.agenda import Agenda, Ports, remote_of
from service.sync.binding import bind
from service.sync.drafts import Meant, agreed_of, invalid, meant, rendered
from service.sync.executor import Executor
from service.sync.identity import (
    Ambiguous,
    ByCondition,
    Impossible,
    Way,
    look_up,
    read_again,
    way_to_create,
)
from service.sync.outgoing import Outgoing
from service.sync.planner import Agree, Agreed, Detach, Dispute, Make, Revise, Vanished, changed, decide
from service.sync.prescriptions import look_for_orders
from service.sync.report import Done, ItemReport
from service.sync.sending import Sender
from service.sync.settling import settle_open_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of every item, and the error that ended the push early, if one did."""

    items: tuple[ItemReport, ...]
    stopped: EhrError | None = None


def push(agenda: Agenda, ports: Ports, open_rows: tuple[JournalRow, ...]) -> Outcome:
    """Make the chart say what the plan means, and report item by item.

    Raises `EhrError` when the server fails before anything was sent.
    """
    unknown = settle_open_rows(agenda, ports, open_rows) if open_rows else ()
    in_the_way = bind(agenda, ports.ehr)
    if in_the_way:
        return Outcome(items=in_the_way)
    patient = agenda.address(agenda.patient)
    if patient is not None:
        agenda.chart_orders = look_for_orders(agenda, ports.ehr, patient)
    said = meant(agenda)
    sender = Sender(agenda=agenda, ports=ports, absent=said.absent)
    sender.results.update({report.key: report for report in (*said.reports, *unknown)})
    outgoing = _decided(sender, said)
    stopped = _carried_out(sender, outgoing)
    return Outcome(items=tuple(sender.results[key] for key in sorted(sender.results)), stopped=stopped)


def _decided(sender: Sender, said: Meant) -> dict[Key, Outgoing]:
    """Decide on every resource; note what needs no sending, return what goes out."""
    pending = {key: ours for key, ours in said.ours.items() if key not in sender.results}
    news = {key: ours for key, ours in pending.items() if changed(_agreed(sender.agenda, key), ours)}
    for key in pending.keys() - news.keys():
        sender.results[key] = _as_before(sender.agenda, key)
    sights = {key: sight for key in sorted(news) if (sight := _sight(sender, key)) is not None}
    onto = {key: sight.held.resource if sight.held else None for key, sight in sights.items()}
    bodies = rendered(sender.agenda, onto, said.absent)
    outgoing: dict[Key, Outgoing] = {}
    for key, sight in sights.items():
        draft = Outgoing(key=key, ours=news[key], body=bodies[key], way=sight.way)
        outgoing |= _judged(sender, draft, sight)
    return outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What was seen in the chart for one resource, and the way to create it where nothing was."""

    way: Way
    held: Held | None = None
    vanished: bool = False


def _sight(sender: Sender, key: Key) -> _Sight | None:
    """Look at the chart; None when the resource cannot be written, which is then noted."""
    agenda, ehr = sender.agenda, sender.ports.ehr
    address = remote_of(agenda.ledger.get(key))
    if address is not None:
        return _sight_of_known(sender, key, address)
    way = way_to_create(key, agenda.capabilities)
    if isinstance(way, Impossible):
        sender.mark(_impossible(key, way), LinkState.PARKED)
        return None
    try:
        held = look_up(key, way, system=agenda.connection.identifier_system, ehr=ehr)
    except Ambiguous as doubt:
        sender.mark(ItemReport(key=key, done=Done.CONFLICT, reason=str(doubt)), LinkState.CONFLICT)
        return None
    return _Sight(way=way, held=held)


def _sight_of_known(sender: Sender, key: Key, address: str) -> _Sight | None:
    if not sender.agenda.capabilities.can(key.type, "update"):
        reason = f"the server takes no change of a {key.type}: enter it by hand"
        report = ItemReport(key=key, done=Done.MANUAL_ENTRY, reference=address, reason=reason)
        sender.mark(report, LinkState.PARKED)
        return None
    held = read_again(address, sender.ports.ehr)
    if isinstance(held, Vanished):
        return _Sight(way=ByCondition(), vanished=True)
    return _Sight(way=ByCondition(), held=held)


def _judged(sender: Sender, draft: Outgoing, sight: _Sight) -> dict[Key, Outgoing]:
    """Return the draft if it is to be sent; else note what is to be said of it."""
    key = draft.key
    theirs = Vanished() if sight.vanished else (sight.held.resource if sight.held else None)
    match decide(_agreed(sender.agenda, key), draft.body, theirs):
        case Make():
            return {key: draft}
        case Revise(body) if sight.held is not None:
            return {key: replace(draft, body=body, held=sight.held)}
        case Agree() if sight.held is not None:
            sender.agree(draft, sight.held)
        case Dispute(reason) if sight.held is not None:
            sender.dispute(key, sight.held, reason)
        case Detach():
            reason = "the chart holds it no longer; it is not made again without being asked for"
            sender.mark(ItemReport(key=key, done=Done.DETACHED, reason=reason), LinkState.DETACHED)
    return {}


def _carried_out(sender: Sender, outgoing: dict[Key, Outgoing]) -> EhrError | None:
    """Check, then send; on a shadow connection only say what would be sent."""
    faulty = invalid(sender.agenda, {key: out.body for key, out in outgoing.items()})
    for key, problems in faulty.items():
        sender.mark(_invalid(key, problems), LinkState.PARKED)
    sendable = {key: out for key, out in outgoing.items() if key not in faulty}
    if sender.agenda.connection.mode is ConnectionMode.SHADOW:
        sender.results |= {key: _would(out) for key, out in sendable.items()}
        return None
    executor = Executor(
        sender=sender,
        transactions=sender.agenda.capabilities.transaction,
        successors=_successors(sender.agenda, sendable),
    )
    executor.execute(sendable)
    return executor.stopped


def _successors(agenda: Agenda, outgoing: dict[Key, Outgoing]) -> dict[Key, Key]:
    """Return which order of the chart ends together with the creation of which other."""
    pairs = {}
    for order in agenda.plan.medications:
        if order.replaces is None:
            continue
        old, new = Key("MedicationRequest", order.replaces), Key("MedicationRequest", order.id)
        if old in outgoing and new in outgoing and outgoing[old].held is not None:
            pairs[old] = new
    return pairs


def _agreed(agenda: Agenda, key: Key) -> Agreed | None:
    return agreed_of(agenda.ledger.get(key))


def _as_before(agenda: Agenda, key: Key) -> ItemReport:
    entry = agenda.entry(key)
    lost = entry.state is LinkState.NOT_KEPT
    return ItemReport(
        key=key,
        done=Done.NOT_KEPT if lost else Done.UNCHANGED,
        reference=remote_of(entry),
        version=entry.version,
        reason="the server did not keep all of it" if lost else None,
        not_kept=entry.not_kept,
    )


def _impossible(key: Key, way: Impossible) -> ItemReport:
    done = Done.WITHHELD if key.type == "Provenance" else Done.MANUAL_ENTRY
    return ItemReport(key=key, done=done, reason=way.reason)


def _would(out: Outgoing) -> ItemReport:
    done = Done.WOULD_CREATE if out.held is None else Done.WOULD_UPDATE
    return ItemReport(key=out.key, done=done, reference=out.held.reference if out.held else None)


def _invalid(key: Key, problems: tuple[Problem, ...]) -> ItemReport:
    issues = tuple(
        OutcomeIssue(
            severity=problem.severity,
            code="invariant",
            diagnostics=f"{problem.rule}: {problem.message}",
            expression=(problem.path,),
        )
        for problem in problems
    )
    return ItemReport(key=key, done=Done.INVALID, reason="it is no valid FHIR R4 resource", issues=issues)
