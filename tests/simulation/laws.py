"""The laws of the simulated clinic: each is checked as often as it can break, and each breach is named."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from service.application.findings import Noticed
from service.console.read_back import lost
from service.domain.findings.case import Case
from service.domain.findings.check_ins import next_window
from service.domain.findings.finding import Evidence, Finding
from service.domain.findings.judging import judge
from service.domain.plan import LIST_GROUPS, Plan, items
from service.fhir.json import JsonObject
from service.mapping.graph import Subject, project
from service.mapping.references import Key, Refs
from tests.builders import DIRECTORY
from tests.scenarios.clinic import Clinic, named, ours
from tests.simulation.patients import FIRST_DAY
from tests.simulation.records import UNSHARED
from tests.simulation.tally import Tally

# Whatever the order in which these were entered, the same is noticed.
_UNORDERED = ("scores", "sessions", "journal", "appointments", "side_effects", "adherence", "goals", "flags")


class Laws:
    """The laws over one patient's year; `tally` is told how often each was checked, and where one broke."""

    def __init__(self, number: int, tally: Tally) -> None:
        self._number = number
        self._tally = tally
        self._known: dict[str, tuple[str, tuple[Evidence, ...]]] = {}
        self._made: set[str] = set()

    def hold(self, law: str, day: date, *, when: bool) -> None:
        """Count a check of a law, and a breach if it does not hold."""
        self._tally.checked[law] += 1
        if not when:
            self._tally.broken.append(f"{law}: patient {self._number}, day {(day - FIRST_DAY).days}")

    def of_judging(self, before: Plan, noticed: Noticed, day: date) -> None:
        """What holds for everything that the rules notice on a day."""
        plan, found = noticed.head.plan, noticed.findings
        self.hold("rules change no plan", day, when=plan == before)
        self.hold("a plan that runs has a next check-in", day, when=_has_a_window(plan, day))
        self.hold("a finding comes once", day, when=_once(noticed))
        self.hold("the same evidence is the same finding", day, when=all(map(self._as_known, found)))
        self.hold("evidence is there", day, when=all(_is_there(plan, one) for one in _evidence(found)))
        self.hold("what was not shared is not read", day, when=not _reads_unshared(plan, found))

    def of_order(self, noticed: Noticed, day: date) -> None:
        """Whoever entered things first, the same is noticed."""
        self.hold("the order of entries changes nothing", day, when=_in_any_order(noticed, day))

    def of_decisions(self, noticed: Noticed, entered: Iterable[str], day: date) -> None:
        """What a rule proposes is in no plan before a person decided it."""
        made = {one for decision in noticed.decisions for one in decision.made}
        held = {one.id for group in LIST_GROUPS for one in items(noticed.head.plan, group)}
        self.hold("only what people decided is in the plan", day, when=held <= {*entered} | made)

    def of_chart(self, clinic: Clinic, day: date) -> None:
        """What holds for the chart after every pass."""
        chart, plan = clinic.all(), clinic.head()
        self.hold("nothing stands in the chart twice", day, when=_no_twin(chart))
        self.hold("no unshared entry in the chart", day, when=UNSHARED not in str(chart))
        known = {"Task": plan.tasks, "Flag": plan.flags, "Goal": plan.goals, "Appointment": plan.appointments}
        for kind, group in known.items():
            there = [one for one in chart if one["resourceType"] == kind]
            told = {one.id for one in group}
            decided = all(ours(one) <= told or one.get("intent") == "proposal" for one in there)
            self.hold("an open proposal is no order in the chart", day, when=decided)

    def of_the_end(self, clinic: Clinic, day: date) -> None:
        """What holds when nobody does anything any more."""
        self.hold("plan and chart say the same", day, when=not tuple(differences(clinic)))
        self.hold("nothing waits in the inbox", day, when=not clinic.inbox)
        number = clinic.editor.expected
        writes = clinic.sync().writes
        silent = (writes, clinic.editor.expected) == (0, number)
        self.hold("one more pass writes nothing", day, when=silent)

    def _as_known(self, one: Finding) -> bool:
        said = (one.rule, tuple(sorted(one.evidence, key=str)))
        return self._known.setdefault(one.key, said) == said


def differences(clinic: Clinic) -> Iterable[str]:
    """Give what the chart does not say of the plan, by its FHIR paths."""
    with clinic.storage.begin(write=False) as work:
        entries = work.ledger.of_plan("default", clinic.plan.id)
    where = {
        Key(one.resource_type, one.item_id).urn: f"{one.resource_type}/{one.remote_id}" for one in entries
    }
    chart = {f"{one['resourceType']}/{one['id']}": one for one in clinic.all()}
    graph = project(Subject(plan=clinic.head(), people=DIRECTORY), Refs())
    for key, said in graph.items():
        held = chart.get(where.get(key.urn, ""))
        if key.type == "Provenance":
            continue  # it has no identifier; its targets are checked
        yield from [str(key)] if held is None else lost(said, held, where)


def _has_a_window(plan: Plan, day: date) -> bool:
    return next_window(Case(plan=plan, today=day)) is not None


def _once(noticed: Noticed) -> bool:
    keys = [one.key for one in noticed.findings]
    return len(keys) == len({*keys}) and not {*keys} & {one.key for one in noticed.decisions}


def _evidence(found: Iterable[Finding]) -> Iterable[Evidence]:
    return (piece for one in found for piece in one.evidence)


def _is_there(plan: Plan, one: Evidence) -> bool:
    single: Mapping[str, object] = {"plan": plan, "patient": plan.patient, "check_ins": plan.check_ins}
    members = (single[one.group],) if one.group in single else items(plan, one.group)
    return any(getattr(member, "id", None) == one.item for member in members)


def _reads_unshared(plan: Plan, found: Iterable[Finding]) -> bool:
    hidden = {one.id for one in plan.journal if not one.shared}
    return any(hidden & {*one.items} or UNSHARED in str(one) for one in found)


def _in_any_order(noticed: Noticed, day: date) -> bool:
    plan = noticed.head.plan
    turned = replace(plan, **{group: items(plan, group)[::-1] for group in _UNORDERED})
    return judge(plan, day) == judge(turned, day)


def _no_twin(chart: list[JsonObject]) -> bool:
    try:
        named(chart)
    except AssertionError:
        return False
    return True
