"""A draft plan out of a chart, in the order of reading: choose, adopt, read, join; the rest is listed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.domain.people import Patient, Person
from service.domain.plan import Plan, people_named
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.intake.activities import described, place_of
from service.intake.adoption import Adopter, item_of
from service.intake.belonging import sort_out
from service.intake.chart import Chart, Finding, Member
from service.intake.choosing import choose
from service.intake.header import header_copy, lacking, team_copy, team_of
from service.intake.items import UNNAMED, Items, Piece
from service.intake.people import People, author_of, read_people
from service.intake.sifting import sift
from service.mapping import care_plan, care_team, patient
from service.mapping.references import Key, Refs

# Shown beside the plan, read only, and no item of it.
BESIDE = frozenset({"AllergyIntolerance", "MedicationStatement"})
_AROUND = frozenset({"CarePlan", "CareTeam", "Medication", "Patient", "Practitioner", "PractitionerRole"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person says beside the chart: each fills in what no chart says, or chooses."""

    today: date
    title: str | None = None
    author: Person | None = None
    zone: str | None = None
    care_plan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is here already: the items of resources by address, and people by id."""

    items: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What came of a chart; `plan` is None where `lacks` says what is missing.

    `placed` are the resources of the chart that stand for items of the plan, `beside` those that are shown
    with it. `plan_id` is the plan's also where it could not be made.
    """

    plan: Plan | None
    plan_id: str
    people: Mapping[str, Person]
    placed: Mapping[Key, str]
    beside: frozenset[str]
    findings: tuple[Finding, ...]
    lacks: tuple[str, ...]
    chart: Chart
    care_plan: str | None = None


def draft(chart: Chart, wishes: Wishes, known: Known | None = None) -> Draft:
    """Return the draft that a chart makes; `Invalid` says that a CarePlan was named that is none of it."""
    sifted = sift(chart)
    chosen, left = choose(sifted.chart, wishes.care_plan)
    maker = _Maker(chart=sifted.chart, chosen=chosen, wishes=wishes, known=known or Known())
    maker.findings += (*sifted.findings, *left)
    return maker.made()


@dataclass(slots=True, kw_only=True)
class _Maker:
    """One draft in the making."""

    chart: Chart
    chosen: Member | None
    wishes: Wishes
    known: Known
    findings: list[Finding] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)

    def made(self) -> Draft:
        """Return the draft."""
        self._unfold()
        adopter = Adopter(chart=self.chart, items=self.known.items, zone=self.wishes.zone)
        plan_id = self._plan_id(adopter)
        people = read_people(adopter, self.known.people)
        self.findings += people.findings
        pieces = self._pieces(adopter)
        copy = None if self.chosen is None else adopter.copy(self.chosen, plan_id)
        author = self._author(people, copy, pieces.values())
        whose = self._patient(adopter, people)
        items = self._items(pieces, people, whose=whose, plan_id=plan_id)
        plan = self._joined(items, people, (adopter, author, whose, plan_id))
        return self._draft(plan, items, people, plan_id=plan_id)

    def _unfold(self) -> None:
        """Put what the chosen CarePlan holds in itself beside it, and leave what belongs to another."""
        if self.chosen is not None:
            inside = described(self.chart, self.chosen)
            self.findings += inside.findings
            self.chart = self.chart.with_members((*self.chart.members, *inside.members))
        kept, left = sort_out(self.chart, self.chosen)
        self.findings += left
        self.chart = self.chart.with_members(kept)

    def _plan_id(self, adopter: Adopter) -> str:
        if self.chosen is None:
            return item_of(self.chart.origin, f"{self.chart.patient}/plan")
        return adopter.item(self.chosen)

    def _pieces(self, adopter: Adopter) -> dict[str, Piece]:
        pieces = {}
        for member in self.chart.members:
            if member.type not in _AROUND | BESIDE or self._is_own_statement(member):
                item = adopter.item(member)
                own = Refs(system=self.chart.system).own_item(member.resource) is not None
                copy = adopter.copy(member, item)
                pieces[member.address] = Piece(address=member.address, item=item, resource=copy, own=own)
        return pieces

    def _is_own_statement(self, member: Member) -> bool:
        own = Refs(system=self.chart.system).own_item(member.resource)
        return member.type == "MedicationStatement" and own is not None

    def _author(self, people: People, copy: JsonObject | None, pieces: Iterable[Piece]) -> str | None:
        wished = self.wishes.author
        if wished is not None:
            address = people.address_of(wished.id) or f"Practitioner/{wished.id}"
            people.by_address[address] = wished
            return address
        return author_of(people, copy, [one.resource for one in pieces])

    def _patient(self, adopter: Adopter, people: People) -> Patient | None:
        member = self.chart.by_address.get(self.chart.patient)
        if member is None:
            self.lacks.append("a patient that can be read")
            return None
        item = adopter.item(member)
        refs = Refs(system=self.chart.system, traces=people.traces())
        absorbed = patient.absorb(None, adopter.copy(member, item), refs)
        self._note(member.address, absorbed.issues, whole=absorbed.value is None)
        if absorbed.value is None:
            self.lacks.append("a patient that can be read")
        return absorbed.value

    def _items(
        self, pieces: dict[str, Piece], people: People, *, whose: Patient | None, plan_id: str
    ) -> Items:
        around = people.traces()
        if whose is not None:
            around[self.chart.patient] = Key("Patient", whose.id)
        named: frozenset[str] = frozenset()
        if self.chosen is not None:
            around[self.chosen.address] = Key("CarePlan", plan_id)
            addresses = self.chosen.resource.get("addresses", [])
            named = frozenset(filter(None, (self.chart.resolve(one.get("reference")) for one in addresses)))
        drugs = {one.address: one.resource for one in self.chart.members if one.type == "Medication"}
        return Items(system=self.chart.system, around=around, named=named, drugs=drugs, pieces=pieces)

    def _joined(self, items: Items, people: People, told: tuple[Any, ...]) -> Plan | None:
        adopter, author, whose, plan_id = told
        refs = Refs(system=self.chart.system, traces=items.around)
        said, unheld = header_copy(self.chosen, self.wishes, adopter, author=author, plan_id=plan_id)
        header = care_plan.absorb(None, said, refs)
        if author is None:
            self.lacks.append("an author: no chart says who answers for the plan")
        if self.chosen is not None:
            # Without an author the reader says it too, of a reference that the chart need not hold.
            untold = {"CarePlan.", "CarePlan.author"} if author is None else set()
            issues = [one for one in (*unheld, *header.issues) if ".detail" not in one.path]
            self._note(self.chosen.address, [one for one in issues if one.path not in untold])
        if header.value is None:
            self.lacks += lacking(header.issues, author=author)
        if header.value is None or whose is None:
            items.read()
            return None
        team, left = team_copy(adopter, self.chosen, people, author=author, plan_id=plan_id)
        self.findings += left
        values = {name: getattr(header.value, name) for name in _HEADER}
        values |= {"patient": whose, "care_team": care_team.absorb((), team, refs).value}
        return self._sensible(items, values)

    def _sensible(self, items: Items, values: Mapping[str, Any]) -> Plan | None:
        while True:
            try:
                return Plan(**{**values, **items.read()})
            except Invalid as error:
                if not items.drop(error.problems):
                    self.lacks += (_words(one) for one in error.problems)
                    return None

    def _draft(self, plan: Plan | None, items: Items, people: People, *, plan_id: str) -> Draft:
        for address, issue in items.fallen:
            self._note(address, [issue], whole=True)
        placed: dict[Key, str] = {}
        if plan is not None:
            placed = self._placed(plan, items, people)
            for address, issue in items.remarks():
                self._note(address, [issue])
            for address, issues in people.remarks.items():
                self._note(address, issues if address in placed.values() else ())
        reason = f"no plan could be made: it lacks {', and '.join(self.lacks)}"
        self._list_rest(placed, reason if plan is None else UNNAMED)
        named = {} if plan is None else {one for _, one in people_named(plan)}
        return Draft(
            plan=plan,
            plan_id=plan_id,
            people={one.id: one for one in people.by_address.values() if one.id in named},
            placed=placed,
            beside=frozenset(one.address for one in self.chart.members if one.type in BESIDE),
            findings=tuple(dict.fromkeys(self.findings)),
            lacks=tuple(self.lacks),
            chart=self.chart,
            care_plan=None if self.chosen is None else self.chosen.address,
        )

    def _placed(self, plan: Plan, items: Items, people: People) -> dict[Key, str]:
        placed = {one.key: one.address for one in items.pieces.values()}
        placed[Key("Patient", plan.patient.id)] = self.chart.patient
        named = {one for _, one in people_named(plan)}
        for address, person in people.by_address.items():
            if person.id in named and address in self.chart.by_address:
                placed[Key("Practitioner", person.id)] = address
                if address in people.roles:
                    placed[Key("PractitionerRole", person.id)] = people.roles[address]
        if self.chosen is not None:
            placed[Key("CarePlan", plan.id)] = self.chosen.address
            team = team_of(self.chart, self.chosen)
            if team is not None:
                placed[Key("CareTeam", plan.id)] = team.address
        drugs = {self.chart.resolve(_drug(one.resource)) for one in items.pieces.values()}
        placed |= {Key("Medication", one): one for one in drugs if one is not None}
        return placed

    def _list_rest(self, placed: Mapping[Key, str], reason: str) -> None:
        """List whatever is neither placed, nor shown beside the plan, nor listed already."""
        told = {*placed.values(), *(one.address for one in self.findings if one.whole)}
        for member in self.chart.members:
            if member.address not in told and member.type not in BESIDE and "#" not in member.address:
                self.findings.append(Finding(address=member.address, path="", reason=reason))

    def _note(self, address: str, issues: Iterable[Any], *, whole: bool = False) -> None:
        for issue in issues:
            at, path = place_of(address, issue.path)
            described_there = at != address
            self.findings.append(
                Finding(
                    address=at,
                    path=path.rstrip("."),
                    reason=issue.reason,
                    whole=whole and not described_there,
                )
            )


_HEADER = ("id", "title", "status", "author", "created", "period")


def _drug(resource: JsonObject) -> str:
    return str(resource.get("medicationReference", {}).get("reference", ""))


def _words(problem: Problem) -> str:
    return f"{problem.field} {problem.reason}"
