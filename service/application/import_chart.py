"""Importing a chart: a draft plan with its links and its lists, kept together or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias
from zoneinfo import available_timezones

from service.application.directory import check_people
from service.application.import_report import content_of
from service.application.push_plan import PatientBusy
from service.application.read_chart import ReadChart, read_chart
from service.domain.people import Person
from service.domain.plan import Plan, people_named
from service.domain.revision import Origin, Revision, changed_groups
from service.domain.values import Invalid, Problem
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.intake.adoption import item_of
from service.intake.bundle import open_bundle
from service.intake.chart import Chart, Finding, Member
from service.intake.draft import Draft, Known, Wishes, draft
from service.mapping.graph import Subject, keys_of
from service.mapping.references import Key
from service.ports.clock import Clock, Ids
from service.ports.ehr import Capabilities, Ehr, Held
from service.ports.imports import ImportOutcome, ImportRecord, ImportSource
from service.ports.storage import Connection, Lease, Storage, Taken, UnitOfWork, Unknown
from service.sync.agenda import Agenda
from service.sync.linking import imported_links

_LEASE_TIME = timedelta(minutes=1)
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromEhr:
    """A patient of the EHR, by the id there."""

    patient: str
    connection_id: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBundle:
    """A Bundle that holds one patient's chart."""

    bundle: JsonObject


Source: TypeAlias = FromEhr | FromBundle


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChart:
    """Import a chart; `author` is who imports, the others fill in what no chart says, or choose.

    `responsible` is the id of the person who answers for the plan, `zone` the IANA zone of appointments that
    name none, `care_plan` the id of the CarePlan on which the draft rests.
    """

    source: Source
    author: str | None = None
    title: str | None = None
    responsible: str | None = None
    zone: str | None = None
    care_plan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPorts:
    """What an import needs from outside; `ehr` is asked only for a patient of the EHR."""

    storage: Storage
    clock: Clock
    ids: Ids
    identifier_system: str
    ehr: Ehr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A chart that was read, before anything is kept of it."""

    import_id: str
    source: ImportSource
    chart: Chart
    findings: tuple[Finding, ...]
    connection: Connection | None = None
    held: Mapping[str, Held] = field(default_factory=dict)


def import_chart(command: ImportChart, ports: ImportPorts) -> ImportRecord:
    """Import, and return what came of it.

    A chart that was imported before makes no second plan. Raises `Invalid` for a chart that is none of one
    patient in R4, with the path; `Unknown`, `PatientBusy`, and `EhrError`: then nothing is kept.
    """
    _check(command)
    seen = _seen(command, ports)
    try:
        return _kept(command, seen, ports)
    except Taken:  # somebody imported the same chart in between
        return _kept(command, seen, ports)


def _check(command: ImportChart) -> None:
    if command.zone is not None and command.zone not in available_timezones():
        raise Invalid([Problem("zone", "must be an IANA time zone such as Europe/Berlin")])


def _seen(command: ImportChart, ports: ImportPorts) -> _Seen:
    match command.source:
        case FromBundle(bundle=bundle):
            opened = open_bundle(bundle, system=ports.identifier_system)
            return _Seen(
                import_id=_import_id(opened.chart, command),
                source=ImportSource.FILE,
                chart=opened.chart,
                findings=opened.findings,
            )
        case FromEhr() as asked:
            return _of_ehr(asked, command, ports)


def _of_ehr(asked: FromEhr, command: ImportChart, ports: ImportPorts) -> _Seen:
    with ports.storage.begin(write=False) as work:
        connection = work.connections.get(asked.connection_id)
    if ports.ehr is None:
        raise Unknown("connection", asked.connection_id)
    found: ReadChart = read_chart(asked.patient, ports.ehr, connection)
    return _Seen(
        import_id=_import_id(found.chart, command),
        source=ImportSource.EHR,
        chart=found.chart,
        findings=found.findings,
        connection=connection,
        held=found.held,
    )


def _import_id(chart: Chart, command: ImportChart) -> str:
    """Return the id of an import: of one patient or file there is one, and one for each plan that is named."""
    return item_of(chart.origin, f"{chart.patient}/import/{command.care_plan or ''}")


def _kept(command: ImportChart, seen: _Seen, ports: ImportPorts) -> ImportRecord:
    with ports.storage.begin() as work:
        before = _before(seen, work)
        wishes = _wishes(command, before, ports, work)
        made = _draft(seen, wishes, work)
        known = _known_plan(made, before, work)
        moved: tuple[str, ...] = ()
        if known is not None:
            moved = _moved(known, seen, work)
        elif made.plan is not None:
            _keep_plan(made, made.plan, (command, seen, ports), work)
        record = _record(made, known, (command, seen, ports), moved)
        work.imports.put(record)
        work.commit()
    return record


def _before(seen: _Seen, work: UnitOfWork) -> ImportRecord | None:
    try:
        return work.imports.get(seen.import_id)
    except Unknown:
        return None


def _wishes(
    command: ImportChart, before: ImportRecord | None, ports: ImportPorts, work: UnitOfWork
) -> Wishes:
    responsible: Person | None = None
    if command.responsible is not None:
        responsible = work.people.many([command.responsible]).get(command.responsible)
        if responsible is None:
            raise Invalid([Problem("responsible", "names nobody in the directory")])
    return Wishes(
        today=ports.clock.now().date(),
        title=command.title,
        author=responsible,
        zone=command.zone,
        care_plan=command.care_plan or (before.content.get("care_plan") if before else None),
    )


def _draft(seen: _Seen, wishes: Wishes, work: UnitOfWork) -> Draft:
    items = _linked_items(seen, work)
    ids = (items.get(one.address) or item_of(seen.chart.origin, one.address) for one in seen.chart.members)
    known = Known(items=items, people=work.people.many(ids))
    return draft(seen.chart, wishes, known)


def _linked_items(seen: _Seen, work: UnitOfWork) -> dict[str, str]:
    """Return whom of the patient and the clinicians we know already by a link."""
    connection = seen.connection
    if connection is None:
        return {}
    people = [one for one in seen.chart.members if one.type in {"Patient", "Practitioner"}]
    return {one.address: item for one in people if (item := _linked(one, connection, work)) is not None}


def _linked(member: Member, connection: Connection, work: UnitOfWork) -> str | None:
    entries = work.ledger.by_remote(connection.id, member.type, member.address.partition("/")[2])
    return entries[0].item_id if entries else None


def _known_plan(made: Draft, before: ImportRecord | None, work: UnitOfWork) -> str | None:
    """Return the plan that this chart has led to, or that its CarePlan belongs to."""
    for plan_id in (before.plan_id if before else None, made.plan_id):
        if plan_id is not None and _exists(plan_id, work):
            return plan_id
    return None


def _exists(plan_id: str, work: UnitOfWork) -> bool:
    try:
        work.plans.head(plan_id)
    except Unknown:
        return False
    return True


def _moved(plan_id: str, seen: _Seen, work: UnitOfWork) -> tuple[str, ...]:
    """Return what the chart says in another way than when both sides agreed."""
    if seen.connection is None:
        return ()
    entries = work.ledger.of_plan(seen.connection.id, plan_id)
    agreed = {f"{one.resource_type}/{one.remote_id}": one.theirs_digest for one in entries}
    return tuple(
        address
        for address, held in sorted(seen.held.items())
        if agreed.get(address) not in (None, digest(held.resource))
    )


def _keep_plan(made: Draft, plan: Plan, context: tuple[Any, ...], work: UnitOfWork) -> None:
    command, seen, ports = context
    there = work.people.many(made.people)
    for person in made.people.values():
        if person.id not in there:
            work.people.add(person)
    check_people(plan, work)
    work.plans.add(
        Revision(
            number=1,
            plan=plan,
            groups=changed_groups(None, plan),
            author=command.author or plan.author,
            origin=Origin.EHR,
            recorded_at=ports.clock.now(),
        )
    )
    if seen.connection is not None:
        _keep_links(made, plan, (seen.connection, seen.held, ports), work)


def _keep_links(made: Draft, plan: Plan, context: tuple[Any, ...], work: UnitOfWork) -> None:
    connection, held, ports = context
    connection = work.connections.put(_pinned(connection))
    lease = work.leases.acquire(
        connection.id, plan.patient.id, holder=ports.ids.new(), now=ports.clock.now(), ttl=_LEASE_TIME
    )
    if lease is None:
        raise PatientBusy(f"patient {plan.patient.id} is busy")
    agenda = _agenda(plan, work, connection=connection, lease=lease)
    found = {key: held[address] for key, address in made.placed.items() if address in held}
    work.ledger.save(imported_links(agenda, found), plan_id=plan.id)
    work.leases.release(lease)


def _pinned(connection: Connection) -> Connection:
    """Links speak of one server and of identifiers of one system: both stay from now on."""
    return replace(connection, pinned=True)


def _agenda(plan: Plan, work: UnitOfWork, *, connection: Connection, lease: Lease) -> Agenda:
    people = work.people.many(one for _, one in people_named(plan))
    keys = keys_of(Subject(plan=plan, people=people))
    entries = work.ledger.many(connection.id, ((key.type, key.item) for key in keys))
    return Agenda(
        plan=plan,
        number=1,
        people=people,
        connection=connection,
        capabilities=Capabilities(fhir_version="4.0.1"),
        lease=lease,
        ledger={Key(one.resource_type, one.item_id): one for one in entries},
    )


def _record(made: Draft, known: str | None, context: tuple[Any, ...], moved: tuple[str, ...]) -> ImportRecord:
    command, seen, ports = context
    outcome = ImportOutcome.LACKING
    if known is not None:
        outcome = ImportOutcome.KNOWN
    elif made.plan is not None:
        outcome = ImportOutcome.MADE
    author = command.author or (made.plan.author if made.plan else _NOBODY)
    return ImportRecord(
        id=seen.import_id,
        source=seen.source,
        outcome=outcome,
        connection_id=None if seen.connection is None else seen.connection.id,
        plan_id=known or (made.plan.id if made.plan else None),
        author=author,
        imported_at=ports.clock.now(),
        content=content_of(made, seen.findings, moved=moved),
    )
