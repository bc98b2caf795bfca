"""One push: settle what is open, bind, look, decide, send; each step sees the same agenda."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from service.fhir.json import JsonObject
from service.fhir.outcome import OutcomeIssue
from service.fhir.validation import Problem
from service.mapping.references import Key
from service.mapping.soundness import obstacles
from service.ports.ehr import Ehr, EhrError, Held
from service.ports.journal import JournalRow
from service.ports.storage import ConnectionMode, LedgerEntry, LinkState
from service.sync.agenda import Agenda, Ports, remote_of
from service.sync.barrier import Barred
from service.sync.binding import bind, refer_to_orders
from service.sync.bookkeeping import AGREED
from service.sync.closures import endings_only
from service.sync.drafts import Meant, agreed_of, invalid, meant, rendered
from service.sync.executor import LARGEST_TRANSACTION, Executor
from service.sync.fencing import must_hold
from service.sync.fingerprint import same
from service.sync.first_link import NOT_TAKEN_IN, has_more_to_say
from service.sync.guards import ONE_PATIENT
from service.sync.identity import (
    Ambiguous,
    ByCondition,
    Impossible,
    Way,
    look_up,
    read_again,
    way_to_create,
)
from service.sync.imported import note_by_hand
from service.sync.lost import LOST, is_ours
from service.sync.narratives import hold_back, made_anew
from service.sync.outgoing import Outgoing
from service.sync.planner import Agree, Dispute, Revise, Spare, Vanished, changed, decide
from service.sync.prescriptions import look_for_orders
from service.sync.pruning import without
from service.sync.report import SETTLED, Done, ItemReport
from service.sync.sending import Sender
from service.sync.settling import settle_open_rows
from service.sync.successions import lines
from service.sync.touching import touched_only

_NOT_R4 = "it is no valid FHIR R4 resource"
_FOREIGN = "it refers to what the chart has under another patient: have the chart mended"
_NO_VERSION = "the server names no version of it, so that a change would be blind: enter it by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of every item, and the error that ended the push early, if one did."""

    items: tuple[ItemReport, ...]
    stopped: EhrError | None = None


def push(agenda: Agenda, ports: Ports, open_rows: tuple[JournalRow, ...]) -> Outcome:
    """Make the chart say what the plan means, and report item by item.

    Raises `EhrError` when the server fails before anything was sent, and `LeaseLost`.
    """
    opening = open_chart(agenda, ports, open_rows)
    if opening.in_the_way:
        return Outcome(items=opening.in_the_way)
    before = dict(agenda.ledger)
    held_back = hold_back(agenda, {report.key for report in opening.unknown})
    _keep_links(agenda, ports, before)
    return send(agenda, ports, (*opening.unknown, *held_back))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What was found on opening the chart: what stands in the way, and what nobody knows the outcome of."""

    in_the_way: tuple[ItemReport, ...] = ()
    unknown: tuple[ItemReport, ...] = ()


def open_chart(agenda: Agenda, ports: Ports, open_rows: tuple[JournalRow, ...]) -> Opening:
    """Settle what is open, bind the patient and whom the chart has, and note its own orders."""
    unknown = settle_open_rows(agenda, ports, open_rows) if open_rows else ()
    before = dict(agenda.ledger)
    in_the_way = bind(agenda, ports.ehr)
    if in_the_way:
        _keep_links(agenda, ports, before)
        return Opening(in_the_way=in_the_way)
    _look_for_lost(agenda, ports.ehr)
    _note_orders(agenda, ports.ehr, {report.key for report in unknown})
    _keep_links(agenda, ports, before)
    return Opening(unknown=unknown)


def send(agenda: Agenda, ports: Ports, held_back: tuple[ItemReport, ...]) -> Outcome:
    """Make the chart say what the plan means, but for the items that are held back, which are reported so."""
    said = meant(agenda)
    sender = Sender(agenda=agenda, ports=ports, absent=said.absent)
    sender.results.update({report.key: report for report in (*said.reports, *held_back)})
    outgoing = _decided(sender, said)
    if agenda.deceased:
        outgoing = endings_only(sender, outgoing)
    stopped = _carried_out(sender, outgoing, said)
    before = dict(agenda.ledger)
    refer_to_orders(agenda, {key for key, one in sender.results.items() if one.done is Done.UNKNOWN_OUTCOME})
    _note_not_taken_in(sender)
    note_by_hand(agenda, {key for key, one in sender.results.items() if one.done is Done.MANUAL_ENTRY})
    _keep_links(agenda, ports, before)
    return Outcome(items=tuple(sender.results[key] for key in sorted(sender.results)), stopped=stopped)


def _note_not_taken_in(sender: Sender) -> None:
    """Call not in step what ended for an order of the chart that says something else."""
    for key, report in sender.results.items():
        if report.done in SETTLED and has_more_to_say(sender.agenda.entry(key)):
            sender.results[key] = replace(report, done=Done.WAITING, reason=NOT_TAKEN_IN)


def _look_for_lost(agenda: Agenda, ehr: Ehr) -> None:
    """Take back into account what the chart had lost and holds again."""
    for key in [key for key in agenda.ledger if agenda.detached(key)]:
        entry = agenda.ledger[key]
        if isinstance(read_again(f"{key.type}/{entry.remote_id}", ehr), Held):
            agenda.ledger[key] = replace(entry, state=_back(agenda, entry))


def _back(agenda: Agenda, entry: LedgerEntry) -> LinkState:
    """Return how a resource stands that is there again: as the clinic's own where it never was ours."""
    ours = is_ours(entry, agenda.connection.identifier_system)
    return LinkState.WAITING if ours else LinkState.PULL_ONLY


def _note_orders(agenda: Agenda, ehr: Ehr, unknown: Set[Key]) -> None:
    """Note which drugs the chart orders itself; what may be under way from us is not theirs yet."""
    patient = agenda.address(agenda.patient)
    if patient is not None:
        agenda.chart_orders = look_for_orders(agenda, ehr, patient)
        refer_to_orders(agenda, unknown)


def _keep_links(agenda: Agenda, ports: Ports, before: Mapping[Key, LedgerEntry]) -> None:
    """Keep what was matched, so that the next push asks no more who is meant."""
    linked = [entry for key, entry in agenda.ledger.items() if before.get(key) != entry]
    if linked:
        with ports.storage.begin() as work:
            must_hold(work, agenda.lease, ports.clock.now())
            work.ledger.save(linked, plan_id=agenda.plan.id)
            work.commit()


def _decided(sender: Sender, said: Meant) -> dict[Key, Outgoing]:
    """Decide on every resource; note what needs no sending, return what goes out."""
    agenda = sender.agenda
    pending = {key: ours for key, ours in said.ours.items() if key not in sender.results}
    news = {key: ours for key, ours in pending.items() if not _at_rest(agenda, key, ours)}
    for key in pending.keys() - news.keys():
        sender.leave(key)
    sights = {key: sight for key in sorted(news) if (sight := _sight(sender, key)) is not None}
    for (
        key,
        sight,
    ) in sights.items():  # every address before any rendering: what is there refers to what is there
        _note_address(agenda, key, sight.held)
    onto = {key: sight.held.resource if sight.held else None for key, sight in sights.items()}
    bodies = rendered(agenda, onto, sender.absent)
    outgoing: dict[Key, Outgoing] = {}
    for key, sight in sights.items():
        ours = without(news[key], sender.absent)
        body = _touched(agenda.ledger.get(key), ours, body=bodies[key], held=sight.held)
        if sight.held is not None:
            body = made_anew(body, ours, sight.held.resource)
        draft = Outgoing(key=key, ours=ours, body=body, way=sight.way)
        outgoing |= _judged(sender, draft, sight.held)
    return outgoing


def _touched(
    entry: LedgerEntry | None, ours: JsonObject, *, body: JsonObject, held: Held | None
) -> JsonObject:
    """Leave as the chart has it whatever we mean as before, in a chart that stands as agreed."""
    if entry is None or held is None or entry.agreed_ours is None or entry.agreed_theirs is None:
        return body
    if not same(entry.agreed_theirs, held.resource):
        return body
    lost = frozenset(entry.not_kept)
    return touched_only(body, held.resource, before=entry.agreed_ours, after=ours, lost=lost)


def _note_address(agenda: Agenda, key: Key, held: Held | None) -> None:
    if held is not None:
        agenda.ledger[key] = replace(agenda.entry(key), remote_id=held.reference.partition("/")[2])


def _at_rest(agenda: Agenda, key: Key, ours: JsonObject) -> bool:
    """Tell whether both sides agreed on what we mean; what was left open is looked at again at every push."""
    entry = agenda.ledger.get(key)
    agreed = entry is not None and entry.state in AGREED
    return agreed and not changed(agreed_of(entry), ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What was seen in the chart for one resource, and the way to create it where nothing was."""

    way: Way
    held: Held | None = None


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
    return None if _closed(sender, key, held) else _Sight(way=way, held=held)


def _sight_of_known(sender: Sender, key: Key, address: str) -> _Sight | None:
    if not sender.agenda.capabilities.can(key.type, "update"):
        _leave_to_hand(sender, key, f"the server takes no change of a {key.type}: enter it by hand")
        return None
    held = read_again(address, sender.ports.ehr)
    if isinstance(held, Vanished):
        sender.detach(key, address, LOST)
        return None
    return None if _closed(sender, key, held) else _Sight(way=ByCondition(), held=held)


def _closed(sender: Sender, key: Key, held: Held | None) -> bool:
    """Leave alone, and note, what is no R4 in the chart or is changed in meaning by what we do not know."""
    found = obstacles(held.resource) if held is not None else ()
    if held is not None and found:
        reason = f"{found[0].path} in the chart {found[0].reason}: it is left as it is"
        sender.dispute(key, held, reason)
    return bool(found)


def _judged(sender: Sender, draft: Outgoing, found: Held | None) -> dict[Key, Outgoing]:
    """Return the draft if it is to be sent; else note what is to be said of it."""
    agreed = agreed_of(sender.agenda.ledger.get(draft.key))
    match decide(agreed, draft.body, None if found is None else found.resource), found:
        case Revise(body), Held(version=str()) as held:
            return {draft.key: replace(draft, body=body, held=held)}
        case Revise(), _:
            _leave_to_hand(sender, draft.key, _NO_VERSION)
        case Agree(), Held() as held:
            sender.agree(draft, held)
        case Dispute(reason), Held() as held:
            sender.dispute(draft.key, held, reason)
        case Spare(), Held() as held:
            sender.spare(draft.key, held)
        case _:
            return {draft.key: draft}
    return {}


def _carried_out(sender: Sender, outgoing: dict[Key, Outgoing], said: Meant) -> EhrError | None:
    """Check, then send; on a shadow connection only say what would be sent."""
    agenda = sender.agenda
    faulty = invalid(agenda, {key: out.body for key, out in outgoing.items()})
    for key, problems in faulty.items():
        sender.mark(_invalid(key, problems), LinkState.PARKED)
    sendable = {key: out for key, out in outgoing.items() if key not in faulty}
    executor = Executor(
        sender=sender,
        transactions=agenda.capabilities.transaction,
        meant=said.ours,
        lines=lines(agenda.plan),
        largest=LARGEST_TRANSACTION,
    )
    if agenda.connection.mode is ConnectionMode.SHADOW:
        executor.rehearse(sendable)
    else:
        executor.execute(sendable)
    return None if isinstance(executor.stopped, Barred) else executor.stopped


def _leave_to_hand(sender: Sender, key: Key, reason: str) -> None:
    address = sender.agenda.address(key)
    report = ItemReport(key=key, done=Done.MANUAL_ENTRY, reference=address, reason=reason)
    sender.mark(report, LinkState.PARKED)


def _impossible(key: Key, way: Impossible) -> ItemReport:
    done = Done.WITHHELD if key.type == "Provenance" else Done.MANUAL_ENTRY
    return ItemReport(key=key, done=done, reason=way.reason)


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
    foreign = all(problem.rule == ONE_PATIENT for problem in problems)
    return ItemReport(key=key, done=Done.INVALID, reason=_FOREIGN if foreign else _NOT_R4, issues=issues)
