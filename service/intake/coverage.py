"""How much of a heap of charts a plan can hold: counted by resource type, with the reasons for the rest."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.fhir.json import JsonObject
from service.fhir.subjects import patients_of
from service.intake.bundle import open_bundle
from service.intake.chart import Chart, Finding, Member
from service.intake.draft import Draft, Wishes, draft
from service.intake.sifting import FOREIGN, OURS

NO_PATIENT = "is of a patient who is not among the files"
_SHARED = frozenset({"Medication", "Practitioner", "PractitionerRole"})
_TYPES = FOREIGN | OURS


@dataclass(slots=True, kw_only=True)
class Coverage:
    """Resources by what became of them; each is counted once, by (chart, address)."""

    placed: dict[str, set[str]] = field(default_factory=dict)
    beside: dict[str, set[str]] = field(default_factory=dict)
    listed: dict[str, dict[str, str]] = field(default_factory=dict)
    drafts: int = 0
    charts: int = 0

    def add(self, name: str, made: Draft, findings: Iterable[Finding]) -> None:
        """Count what became of one chart; `name` tells resources of different files apart."""
        self.charts += 1
        self.drafts += made.plan is not None
        for address in made.placed.values():
            if "#" not in address:  # what a CarePlan describes in place is no resource of its own
                self._note(self.placed, name, address)
        for address in made.beside:
            self._note(self.beside, name, address)
        for one in (*findings, *made.findings):
            if one.whole:
                self.list(name, one.address, one.reason)

    def list(self, name: str, address: str, reason: str) -> None:
        """Count a resource as listed, by the first reason."""
        place = f"{name}:{address}"
        self.listed.setdefault(_type(address), {}).setdefault(place, reason)

    def rows(self) -> Iterator[tuple[str, int, int, int]]:
        """Yield (type, placed, shown beside a plan, listed); placed in one chart of several is placed."""
        for kind in sorted({*self.placed, *self.beside, *self.listed} & _TYPES):
            placed = self.placed.get(kind, set())
            beside = self.beside.get(kind, set()) - placed
            listed = self.listed.get(kind, {}).keys() - placed - beside
            yield kind, len(placed), len(beside), len(listed)

    def reasons(self) -> Iterator[tuple[str, str, int]]:
        """Yield (type, reason, how many), those that concern most first within a type."""
        for kind in sorted(self.listed.keys() & _TYPES):
            done = self.placed.get(kind, set()) | self.beside.get(kind, set())
            found = Counter(reason for place, reason in self.listed[kind].items() if place not in done)
            yield from ((kind, reason, count) for reason, count in sorted(found.items(), key=_by_size))

    @staticmethod
    def _note(into: dict[str, set[str]], name: str, address: str) -> None:
        into.setdefault(_type(address), set()).add(f"{name}:{address}")


def cover(files: Iterable[tuple[str, str, JsonObject]], wishes: Wishes, *, system: str) -> Coverage:
    """Count what becomes of files, each as (folder, name, content): Bundles, and single resources.

    Single resources of one folder make one chart for each of its patients.
    """
    coverage = Coverage()
    loose: dict[str, dict[str, JsonObject]] = {}
    for folder, name, content in files:
        if content.get("resourceType") == "Bundle":
            opened = open_bundle(content, system=system)
            coverage.add(f"{folder}/{name}", draft(opened.chart, wishes), opened.findings)
        elif content.get("resourceType") in _TYPES:
            loose.setdefault(folder, {})[f"{content['resourceType']}/{content.get('id')}"] = content
    for folder, resources in sorted(loose.items()):
        _cover_folder(folder, resources, (coverage, wishes, system))
    return coverage


def _cover_folder(
    folder: str, resources: Mapping[str, JsonObject], into: tuple[Coverage, Wishes, str]
) -> None:
    coverage, wishes, system = into
    for patient in (one for one in resources if one.startswith("Patient/")):
        members = tuple(_of(patient, resources))
        chart = Chart(origin=f"file:{folder}", system=system, patient=patient, members=members)
        coverage.add(folder, draft(chart, wishes), ())
    for address, resource in resources.items():
        named = patients_of(resource)
        if resource["resourceType"] not in _SHARED and not set(named) & resources.keys():
            coverage.list(folder, address, NO_PATIENT)


def _of(patient: str, resources: Mapping[str, JsonObject]) -> Iterator[Member]:
    for address, resource in resources.items():
        if resource["resourceType"] in _SHARED or patient in patients_of(resource):
            yield Member(address=address, resource=resource)


def _type(address: str) -> str:
    return address.partition("/")[0]


def _by_size(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
