"""Reading one patient's chart from the EHR: what an import looks at, and nothing else."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.values import Invalid, Problem
from service.fhir.references import Rest, parse, references_in
from service.intake.chart import Chart, Finding, Member
from service.intake.sifting import OURS
from service.mapping.references import Refs
from service.mapping.terminology.records import MEASURE
from service.ports.ehr import Denied, Ehr, Gone, Held, Missing, Rejected
from service.ports.storage import Connection, Unknown
from service.sync.matching import inactive_reason

_TYPES = (
    "CarePlan", "CareTeam", "Condition", "Goal", "ServiceRequest", "MedicationRequest",
    "MedicationStatement", "AllergyIntolerance", "Appointment",
)  # fmt: skip
_REFERRED = frozenset({"Medication", "Practitioner", "PractitionerRole"})
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MEASURES = ",".join(f"{code.system}|{code.code}" for codes in MEASURE.rows.values() for code in codes)

NOT_GIVEN = "could not be read: the server does not give what was asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChart:
    """A chart as it was read; `held` has the version of each resource by its address."""

    chart: Chart
    held: Mapping[str, Held]
    findings: tuple[Finding, ...]


def read_chart(patient: str, ehr: Ehr, connection: Connection) -> ReadChart:
    """Return the chart of a patient by the id in the EHR.

    Raises `Invalid` for what is no id and for a patient who was merged or is inactive, `Unknown`, and
    `EhrError`.
    """
    reading = _Reading(ehr=ehr, base=connection.base_url, system=connection.identifier_system)
    address = reading.patient(patient)
    for kind in _TYPES:
        reading.search(kind, {"patient": patient})
    reading.search("Observation", {"patient": patient, "code": _MEASURES})
    if reading.has_plan_of_ours():
        for kind in (*sorted(OURS), "Observation"):
            reading.search(kind, {"patient": patient}, ours=True)
    reading.follow()
    return reading.read(address)


@dataclass(slots=True, kw_only=True)
class _Reading:
    ehr: Ehr
    base: str
    system: str
    held: dict[str, Held] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def patient(self, name: str) -> str:
        if not _ID.fullmatch(name):
            raise Invalid([Problem("patient", "must be the patient's id in the EHR")])
        try:
            held = self.ehr.read(f"Patient/{name}")
        except (Missing, Gone):
            raise Unknown("patient", name) from None
        reason = inactive_reason(held.resource)
        if reason is not None:
            raise Invalid([Problem("patient", reason)])
        self.held[held.reference] = held
        return held.reference

    def search(self, kind: str, params: Mapping[str, str], *, ours: bool = False) -> None:
        """Add what a search finds; a server that refuses one type keeps the others readable."""
        refs = Refs(system=self.system)
        try:
            for held in self.ehr.search(kind, params):
                wanted = held.resource.get("resourceType") == kind
                if wanted and (not ours or refs.own_item(held.resource) is not None):
                    self.held[held.reference] = held
        except (Rejected, Missing, Denied):
            self.findings.append(Finding(address=kind, path="", reason=NOT_GIVEN))

    def has_plan_of_ours(self) -> bool:
        refs = Refs(system=self.system)
        plans = (one.resource for one in self.held.values() if one.reference.startswith("CarePlan/"))
        return any(refs.own_item(one) is not None for one in plans)

    def follow(self) -> None:
        """Read whom and what the resources refer to, and the roles of those people."""
        seen: set[str] = set()
        while wanted := self._referred() - seen:
            for address in sorted(wanted):
                seen.add(address)
                self._read(address)
                if address in self.held and address.startswith("Practitioner/"):
                    self.search("PractitionerRole", {"practitioner": address.partition("/")[2]})

    def _referred(self) -> set[str]:
        return {
            one
            for held in self.held.values()
            for one in _targets(held, self.base)
            if one not in self.held or one.startswith("Practitioner/")
        }

    def _read(self, address: str) -> None:
        if address in self.held:
            return
        try:
            held = self.ehr.read(address)
        except (Missing, Gone, Denied, Rejected):
            self.findings.append(Finding(address=address, path="", reason=NOT_GIVEN))
        else:
            self.held[address] = held

    def read(self, patient: str) -> ReadChart:
        members = [Member(address=address, resource=one.resource) for address, one in self.held.items()]
        chart = Chart(
            origin=self.base,
            system=self.system,
            patient=patient,
            members=tuple(members),
            aliases={f"{self.base.rstrip('/')}/{one}": one for one in self.held},
        )
        return ReadChart(chart=chart, held=self.held, findings=tuple(self.findings))


def _targets(held: Held, base: str) -> Iterator[str]:
    yield from _of_this_server((one.get("reference") for _, one in references_in(held.resource)), base)


def _of_this_server(references: Iterable[object], base: str) -> Iterator[str]:
    for text in references:
        target = parse(str(text))
        if isinstance(target, Rest) and target.type in _REFERRED and target.base in (None, base.rstrip("/")):
            yield target.relative
