"""Importing a chart: a draft plan with its links and its lists, kept together or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias
from zoneinfo import available_timezones

from service.application.chart_run import ledger_of
from service.application.directory import check_people
from service.application.earlier_imports import (
    Name,
    at_home,
    by_place,
    find,
    is_named,
    kept,
    names,
    plan_exists,
)
from service.application.import_report import content_of
from service.application.push_plan import PatientBusy
from service.application.raise_alerts import raise_alerts_of_chart
from service.application.read_chart import ReadChart, read_chart
from service.domain.people import Person
from service.domain.plan import Plan, people_named
from service.domain.revision import Origin, Revision, changed_groups
from service.domain.values import Invalid, Problem, text_problems
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.intake.adoption import item_of
from service.intake.bundle import former_origin_of, open_bundle
from service.intake.chart import Chart, Finding, Member
from service.intake.draft import Draft, Known, Wishes, draft
from service.mapping.graph import Subject, keys_of
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
    """A chart that was read, before anything is kept of it.

    `names` are those under which it may have been imported before; `before` is that import, and `care_plan`
    the CarePlan on which it rests by that name.
    """

    import_id: str
    names: tuple[Name, ...]
    source: ImportSource
    chart: Chart
    findings: tuple[Finding, ...]
    connection: Connection | None = None
    held: Mapping[str, Held] = field(default_factory=dict)
    former_origin: str | None = None
    before: ImportRecord | None = None
    care_plan: str | None = None


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
    problems = [
        problem
        for name in ("title", "responsible", "care_plan")
        if (said := getattr(command, name)) is not None
        for problem in text_problems(name, said)
    ]
    if command.zone is not None and command.zone not in available_timezones():
        problems.append(Problem("zone", "must be an IANA time zone such as Europe/Berlin"))
    if problems:
        raise Invalid(problems)


def _seen(command: ImportChart, ports: ImportPorts) -> _Seen:
    match command.source:
        case FromBundle(bundle=bundle):
            opened = open_bundle(bundle, system=ports.identifier_system)
            former = former_origin_of(bundle)
            origins = (opened.chart.origin, former)
            by_places = (by_place(one, opened.chart, command.care_plan) for one in origins)
            sought = (*names(opened.chart, command.care_plan), *by_places)
            return _Seen(
                import_id=sought[0].import_id,
                names=sought,
                source=ImportSource.FILE,
                chart=opened.chart,
                findings=opened.findings,
                former_origin=former,
            )
        case FromEhr() as asked:
            return _of_ehr(asked, command, ports)


def _of_ehr(asked: FromEhr, command: ImportChart, ports: ImportPorts) -> _Seen:
    with ports.storage.begin(write=False) as work:
        connection = work.connections.get(asked.connection_id)
    if ports.ehr is None:
        raise Unknown("connection", asked.connection_id)
    found: ReadChart = read_chart(asked.patient, ports.ehr, connection)
    here = by_place(found.chart.origin, found.chart, command.care_plan)
    return _Seen(
        import_id=here.import_id,
        names=(here, *names(found.chart, command.care_plan)),
        source=ImportSource.EHR,
        chart=found.chart,
        findings=found.findings,
        connection=connection,
        held=found.held,
    )


def _recognised(seen: _Seen, work: UnitOfWork) -> _Seen:
    """Return the chart with the import that it led to before: ids are made as they were then."""
    found = find(seen.names, work)
    if found is None:
        return replace(seen, before=kept(seen.import_id, work))
    name, before = found
    usual = seen.former_origin if before.source is ImportSource.FILE else None
    origin = before.content.get("origin") or usual or seen.chart.origin
    same = before.id if before.source is seen.source else seen.import_id
    chart = replace(seen.chart, origin=origin)
    return replace(seen, import_id=same, chart=chart, before=before, care_plan=name.care_plan)


def _kept(command: ImportChart, seen: _Seen, ports: ImportPorts) -> ImportRecord:
    with ports.storage.begin() as work:
        keeping = _Keeping(command=command, seen=_recognised(seen, work), ports=ports, work=work)
        record = keeping.record()
        work.imports.put(record)
        work.commit()
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keeping:
    """One unit of work in which an import is kept."""

    command: ImportChart
    seen: _Seen
    ports: ImportPorts
    work: UnitOfWork

    def record(self) -> ImportRecord:
        """Make the draft, keep it where it is new, and return what is to be kept of the import."""
        made = draft(self.seen.chart, self._wishes(), self._known())
        known = self._known_plan(made)
        if known is None and made.plan is not None:
            self._keep_plan(made, made.plan)
        self._link_known(made, known)
        moved = () if known is None else self._moved(known)
        author = made.plan.author if made.plan else _NOBODY
        return ImportRecord(
            id=self.seen.import_id,
            source=self.seen.source,
            outcome=_outcome(made, known),
            connection_id=None if self.seen.connection is None else self.seen.connection.id,
            plan_id=known or (made.plan.id if made.plan else None),
            author=self.command.author or author,
            imported_at=self.ports.clock.now(),
            content=self._content(made, moved),
        )

    def _content(self, made: Draft, moved: Iterable[str]) -> JsonObject:
        before = self.seen.before
        named = self.command.care_plan is not None and (before is None or is_named(before))
        return content_of(made, self.seen.chart, self.seen.findings, moved=moved) | {"named": named}

    def _wishes(self) -> Wishes:
        return Wishes(
            today=self.ports.clock.now().date(),
            title=self.command.title,
            author=self._responsible(),
            zone=self.command.zone,
            care_plan=self.command.care_plan or self.seen.care_plan or self._same_as_before(),
        )

    def _responsible(self) -> Person | None:
        named = self.command.responsible
        if named is None:
            return None
        found = self.work.people.many([named]).get(named)
        if found is None:
            raise Invalid([Problem("responsible", "names nobody in the directory")])
        return found

    def _same_as_before(self) -> str | None:
        """Return the CarePlan on which the draft rested before, as long as it is there."""
        before = self.seen.before
        rested: str | None = None if before is None else before.content.get("care_plan")
        return rested if any(one.address == rested for one in self.seen.chart.members) else None

    def _known(self) -> Known:
        items = self._linked_items() | self._plan_item()
        chart = self.seen.chart
        ids = (items.get(one.address) or item_of(chart.origin, one.address) for one in chart.members)
        return Known(items=items, people=self.work.people.many(ids))

    def _plan_item(self) -> dict[str, str]:
        """Return the plan of each CarePlan: the one that it led to, or of a file the one that it will.

        Two runs at once over one CarePlan thus make one plan, whatever else their files say.
        """
        before = self.seen.before
        rested = self.seen.care_plan or self._same_as_before()
        if before is not None and before.plan_id is not None and rested is not None:
            return {rested: before.plan_id}
        if self.seen.source is ImportSource.EHR:
            return {}
        usual = {one.care_plan: one.import_id for one in reversed(self.seen.names) if one.care_plan}
        return {care_plan: item_of("plan", name) for care_plan, name in usual.items()}

    def _linked_items(self) -> dict[str, str]:
        """Return whom of the patient and the clinicians we know already by a link."""
        connection = self.seen.connection
        if connection is None:
            return {}
        people = [one for one in self.seen.chart.members if one.type in {"Patient", "Practitioner"}]
        found = {one.address: _linked(one, connection, self.work) for one in people}
        return {address: item for address, item in found.items() if item is not None}

    def _known_plan(self, made: Draft) -> str | None:
        """Return the plan that this chart has led to, or that its CarePlan belongs to."""
        before = self.seen.before
        at_its_server = at_home(self.seen.chart, made.care_plan)
        candidates = (before.plan_id if before else None, made.plan_id, *at_its_server)
        return next((one for one in candidates if one is not None and plan_exists(one, self.work)), None)

    def _moved(self, plan_id: str) -> tuple[str, ...]:
        """Return what the chart says in another way than when both sides agreed."""
        if self.seen.connection is None:
            return ()
        entries = self.work.ledger.of_plan(self.seen.connection.id, plan_id)
        agreed = {f"{one.resource_type}/{one.remote_id}": one.theirs_digest for one in entries}
        return tuple(
            address
            for address, held in sorted(self.seen.held.items())
            if agreed.get(address) is not None and _differs(held, agreed[address])
        )

    def _keep_plan(self, made: Draft, plan: Plan) -> None:
        there = self.work.people.many(made.people)
        for person in made.people.values():
            if person.id not in there:
                self.work.people.add(person)
        check_people(plan, self.work)
        revision = Revision(
            number=1,
            plan=plan,
            groups=changed_groups(None, plan),
            author=self.command.author or plan.author,
            origin=Origin.EHR,
            recorded_at=self.ports.clock.now(),
        )
        self.work.plans.add(revision)
        raise_alerts_of_chart(revision, self.work)
        if self.seen.connection is not None:
            self._keep_links(made, plan, self.seen.connection)

    def _link_known(self, made: Draft, known: str | None) -> None:
        """Link a plan that came in a file, once its chart is read: it was read with the ids of then.

        What the plan says by now otherwise than the chart is an edit of the plan, and never taken for agreed.
        """
        connection = self.seen.connection
        if connection is None or made.plan is None or made.plan.id != known:
            return
        if not self.work.ledger.of_plan(connection.id, known):
            self._keep_links(made, made.plan, connection)

    def _keep_links(self, made: Draft, plan: Plan, connection: Connection) -> None:
        # Links speak of one server and of identifiers of one system: both stay from now on.
        pinned = self.work.connections.put(replace(connection, pinned=True))
        lease = self.work.leases.acquire(
            pinned.id,
            plan.patient.id,
            holder=self.ports.ids.new(),
            now=self.ports.clock.now(),
            ttl=_LEASE_TIME,
        )
        if lease is None:
            raise PatientBusy(f"patient {plan.patient.id} is busy")
        held = self.seen.held
        found = {key: held[address] for key, address in made.placed.items() if address in held}
        links = imported_links(_agenda(plan, self.work, connection=pinned, lease=lease), found)
        self.work.ledger.save(links, plan_id=plan.id)
        self.work.leases.release(lease)


def _differs(held: Held, agreed: str | None) -> bool:
    try:
        return digest(held.resource) != agreed
    except UnicodeEncodeError:  # half a surrogate pair, which no agreed text has
        return True


def _outcome(made: Draft, known: str | None) -> ImportOutcome:
    if known is not None:
        return ImportOutcome.KNOWN
    return ImportOutcome.LACKING if made.plan is None else ImportOutcome.MADE


def _linked(member: Member, connection: Connection, work: UnitOfWork) -> str | None:
    held = work.ledger.items_at(connection.id, member.type, member.address.partition("/")[2])
    return held[0] if held else None


def _agenda(plan: Plan, work: UnitOfWork, *, connection: Connection, lease: Lease) -> Agenda:
    people = work.people.many(one for _, one in people_named(plan))
    keys = frozenset(keys_of(Subject(plan=plan, people=people)))
    own, others = ledger_of(plan.id, keys, work, connection_id=connection.id)
    return Agenda(
        plan=plan,
        number=1,
        people=people,
        connection=connection,
        capabilities=Capabilities(fhir_version="4.0.1"),
        lease=lease,
        ledger=own | others,
    )
