"""The clinicians of a chart, and which of them answers for a draft plan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.people import Person
from service.fhir.json import JsonObject
from service.intake.adoption import Adopter
from service.intake.chart import Chart, Finding, Member
from service.mapping import practitioner, practitioner_role
from service.mapping.reading import Issue
from service.mapping.references import Key, Refs


@dataclass(slots=True, kw_only=True)
class People:
    """Those who could be read, by the address of their Practitioner; `roles` are the roles that were used."""

    by_address: dict[str, Person] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, tuple[Issue, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def traces(self) -> dict[str, Key]:
        """Return the keys of the clinicians, by address."""
        return {address: Key("Practitioner", one.id) for address, one in self.by_address.items()}

    def address_of(self, person: str) -> str | None:
        """Return where the Practitioner of a person is."""
        return next((address for address, one in self.by_address.items() if one.id == person), None)


def read_people(adopter: Adopter, known: Mapping[str, Person]) -> People:
    """Return the clinicians; whoever is known by id here already stays as known."""
    found = People()
    roles = _roles(adopter.chart)
    for member in adopter.chart.members:
        if member.type == "Practitioner":
            _read(member, roles.get(member.address, []), (adopter, known, found))
    return found


def _read(member: Member, roles: list[Member], into: tuple[Adopter, Mapping[str, Person], People]) -> None:
    adopter, known, found = into
    item = adopter.item(member)
    refs = Refs(system=adopter.chart.system, traces={member.address: Key("Practitioner", item)})
    copies = [(one, adopter.copy(one, item)) for one in roles]
    said = [(one, copy) for one, copy in copies if practitioner_role.profession(copy) is not None]
    used = (said or copies)[:1]
    for one, _ in used:
        found.roles[member.address] = one.address
    if item in known:
        found.by_address[member.address] = known[item]
        return
    person, issues = _person(adopter.copy(member, item), used[0][1] if used else None, refs)
    if person is None:
        found.findings += (
            Finding(address=member.address, path=one.path, reason=one.reason) for one in issues
        )
    else:
        found.by_address[member.address] = person
        found.remarks[member.address] = issues


def _person(
    resource: JsonObject, role: JsonObject | None, refs: Refs
) -> tuple[Person | None, tuple[Issue, ...]]:
    profession = practitioner_role.profession(role or {})
    absorbed = practitioner.absorb(None, resource, refs, profession=profession)
    if absorbed.value is None or role is None:
        return absorbed.value, absorbed.issues
    joined = practitioner_role.absorb(absorbed.value, role, refs)
    return joined.value, (*absorbed.issues, *joined.issues)


def _roles(chart: Chart) -> dict[str, list[Member]]:
    roles: dict[str, list[Member]] = {}
    for member in sorted(chart.members, key=lambda one: one.address):
        if member.type == "PractitionerRole":
            whose = chart.resolve(member.resource.get("practitioner", {}).get("reference"))
            roles.setdefault(whose or "", []).append(member)
    return roles


def author_of(people: People, plan: JsonObject | None, others: Iterable[JsonObject]) -> str | None:
    """Return the address of the clinician who answers for the plan, None where no chart says one.

    The author of the CarePlan; else its first contributor; else who ordered the newest medicine; else the
    only clinician of the chart.
    """
    for address in (*_of_plan(plan or {}), *_prescribers(others)):
        if address in people.by_address:
            return address
    return next(iter(people.by_address)) if len(people.by_address) == 1 else None


def _of_plan(plan: JsonObject) -> Iterator[str]:
    for one in (plan.get("author", {}), *plan.get("contributor", [])):
        yield str(one.get("reference"))


def _prescribers(copies: Iterable[JsonObject]) -> Iterator[str]:
    orders = [one for one in copies if one["resourceType"] == "MedicationRequest"]
    orders.sort(key=lambda one: str(one.get("authoredOn", "")), reverse=True)
    for order in orders:
        yield str(order.get("requester", {}).get("reference"))
