"""A plan out of resources: each is read over what is held, and what could not be read is listed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from service.domain.people import Person
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.mapping import (
    appointment,
    care_plan,
    care_team,
    communication,
    condition,
    encounter,
    flag,
    goal,
    medication_request,
    medication_statement_adherence,
    medication_statement_history,
    observation_balance,
    observation_factor,
    observation_preference,
    observation_score,
    observation_side_effect,
    patient,
    practitioner,
    practitioner_role,
    procedure_history,
    questionnaire_response_journal,
    questionnaire_response_relapse,
    questionnaire_response_score,
    service_request_review,
    service_request_therapy,
    task,
    task_proposal,
)
from service.mapping.reading import Absorbed, Issue
from service.mapping.references import Key, Refs
from service.mapping.soundness import obstacles

Absorb: TypeAlias = Callable[..., Absorbed[Any]]
StandsFor: TypeAlias = Callable[[JsonObject], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A resource and where it is: `Type/id`, or the urn that names it in a Bundle."""

    address: str
    resource: JsonObject


@dataclass(frozen=True, slots=True)
class Group:
    """Which resources are items of a list group of the plan, and how they are read."""

    name: str
    type: str
    absorb: Absorb
    stands_for: StandsFor = lambda _: True


GROUPS = (
    Group("conditions", "Condition", condition.absorb),
    Group("goals", "Goal", goal.absorb),
    Group("therapies", "ServiceRequest", service_request_therapy.absorb, service_request_therapy.stands_for),
    Group("appointments", "Appointment", appointment.absorb),
    Group("sessions", "Encounter", encounter.absorb),
    Group("scores", "Observation", observation_score.absorb, observation_score.stands_for),
    Group("phases", "Observation", observation_balance.absorb, observation_balance.stands_for),
    Group("side_effects", "Observation", observation_side_effect.absorb, observation_side_effect.stands_for),
    Group("preferences", "Observation", observation_preference.absorb, observation_preference.stands_for),
    Group("personal_factors", "Observation", observation_factor.absorb, observation_factor.stands_for),
    Group(
        "journal",
        "QuestionnaireResponse",
        questionnaire_response_journal.absorb,
        questionnaire_response_journal.stands_for,
    ),
    Group(
        "adherence",
        "MedicationStatement",
        medication_statement_adherence.absorb,
        medication_statement_adherence.stands_for,
    ),
    Group(
        "history",
        "MedicationStatement",
        medication_statement_history.absorb,
        medication_statement_history.stands_for,
    ),
    Group("history", "Procedure", procedure_history.absorb),
    Group("notes", "Communication", communication.absorb),
    Group("tasks", "Task", task.absorb, lambda resource: not task_proposal.stands_for(resource)),
    Group("flags", "Flag", flag.absorb),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reunion:
    """What came of reading resources: the plan, or None with the reason among the issues, and its people."""

    plan: Plan | None
    people: Mapping[str, Person]
    issues: tuple[Issue, ...] = ()


def traced(entries: Iterable[Entry], refs: Refs) -> Refs:
    """Return references that lead from the addresses of these entries to the items they stand for."""
    traces = dict(refs.traces)
    for entry in entries:
        item = refs.own_item(entry.resource)
        if item is not None:
            key = Key(str(entry.resource.get("resourceType")), item)
            traces |= {entry.address: key, key.urn: key}
    return replace(refs, traces=traces)


def absorb(
    held: Plan | None, entries: Iterable[Entry], refs: Refs, *, people: Mapping[str, Person] | None = None
) -> Reunion:
    """Return the plan that the resources describe, read over what is held.

    What the resources do not speak of stays as it is held; nothing is taken out of a list. A resource that
    is no R4, or that a modifier which we do not know changes, is reported and not read.
    """
    found = tuple(entries)
    refused = {entry.address: obstacles(entry.resource) for entry in found}
    known = tuple(entry for entry in found if not refused[entry.address])
    # What is not read can still be referred to.
    reader = _Reader(held=held, entries=known, refs=traced(found, refs))
    reader.issues += (issue for issues in refused.values() for issue in issues)
    directory = reader.directory(people or {})
    values = reader.values()
    return Reunion(plan=reader.joined(values), people=directory, issues=tuple(reader.issues))


@dataclass(slots=True, kw_only=True)
class _Reader:
    """One pass over a set of resources; `issues` grows as it reads."""

    held: Plan | None
    entries: tuple[Entry, ...]
    refs: Refs
    issues: list[Issue] = field(default_factory=list)

    def of(self, type_: str, stands_for: StandsFor = lambda _: True) -> Iterator[tuple[str, JsonObject]]:
        """Yield (item id, resource) of the resources of one type that stand for an item of ours."""
        for entry in self.entries:
            item = self.refs.own_item(entry.resource)
            if entry.resource["resourceType"] == type_ and item is not None and stands_for(entry.resource):
                yield item, entry.resource

    def note(self, absorbed: Absorbed[Any]) -> Any:
        """Keep the issues of a reading, and return its value."""
        self.issues += absorbed.issues
        return absorbed.value

    def directory(self, held: Mapping[str, Person]) -> Mapping[str, Person]:
        """Return the clinicians, each from a Practitioner and the role that goes with it."""
        roles = dict(self.of("PractitionerRole"))
        people = dict(held)
        for item, resource in self.of("Practitioner"):
            profession = practitioner_role.profession(roles.get(item, {}))
            absorbed = practitioner.absorb(held.get(item), resource, self.refs, profession=profession)
            person = self.note(absorbed)
            if person is not None and item in roles:
                person = self.note(practitioner_role.absorb(person, roles[item], self.refs))
            if person is not None:
                people[item] = person
        return people

    def values(self) -> dict[str, Any]:
        """Return what the resources say, by field of the plan."""
        values: dict[str, Any] = {}
        for _, resource in self.of("CarePlan"):
            header = self.note(care_plan.absorb(self.held, resource, self.refs))
            names = ("id", "title", "status", "author", "created", "period")
            values |= {name: getattr(header, name) for name in names if header is not None}
        for _, resource in self.of("Patient"):
            whose = None if self.held is None else self.held.patient
            values |= _given("patient", self.note(patient.absorb(whose, resource, self.refs)))
        for _, resource in self.of("CareTeam"):
            team = () if self.held is None else self.held.care_team
            values["care_team"] = self.note(care_team.absorb(team, resource, self.refs))
        for _, resource in self.of("ServiceRequest", service_request_review.stands_for):
            cadence = None if self.held is None else self.held.check_ins
            found = self.note(service_request_review.absorb(cadence, resource, self.refs))
            values |= _given("check_ins", found)
        for _, resource in self.of("QuestionnaireResponse", questionnaire_response_relapse.stands_for):
            values |= self._relapse_plan(resource)
        return values | self._lists()

    def joined(self, values: dict[str, Any]) -> Plan | None:
        """Return the plan with these values; one that makes no sense leaves what is held, and is reported."""
        try:
            if self.held is not None:
                return replace(self.held, **values)
            lacking = sorted({"id", "patient", "care_team"} - values.keys())
            if not lacking:
                return Plan(**values)
        except Invalid as error:
            self.issues += [Issue(f"Plan.{one.field}", one.reason) for one in error.problems]
            return self.held
        self.issues.append(Issue("Plan", f"cannot be made: nothing says its {', '.join(lacking)}"))
        return None

    def _relapse_plan(self, resource: JsonObject) -> dict[str, Any]:
        signs = () if self.held is None else self.held.warning_signs
        steps = () if self.held is None else self.held.relapse_steps
        found = self.note(questionnaire_response_relapse.absorb((signs, steps), resource, self.refs))
        return {"warning_signs": found[0], "relapse_steps": found[1]}

    def _lists(self) -> dict[str, Any]:
        lists: dict[str, dict[str, Any]] = {}
        for group in LIST_GROUPS:
            held = () if self.held is None else items(self.held, group)
            lists[group] = {one.id: one for one in held}
        read: set[str] = set()
        for kind, item, resource in self._members():
            value = self.note(kind.absorb(lists[kind.name].get(item), resource, self.refs))
            if value is not None:
                lists[kind.name][item] = value
                read.add(kind.name)
        self._orders(lists["medications"])
        self._answers(lists["scores"])
        lists["phases"] = dict(sorted(lists["phases"].items(), key=lambda one: one[1].start))
        return {name: tuple(lists[name].values()) for name in (*read, "medications")}

    def _members(self) -> Iterator[tuple[Group, str, JsonObject]]:
        """Yield what stands for a member of a list, in the order of the resources."""
        for entry in self.entries:
            item = self.refs.own_item(entry.resource)
            for kind in GROUPS:
                fits = entry.resource["resourceType"] == kind.type and kind.stands_for(entry.resource)
                if item is not None and fits:
                    yield kind, item, entry.resource

    def _orders(self, orders: dict[str, Any]) -> None:
        drugs = {entry.address: entry.resource for entry in self.entries if _is_medication(entry)}
        for item, resource in self.of("MedicationRequest"):
            referred = resource.get("medicationReference", {}).get("reference", "")
            absorbed = medication_request.absorb(
                orders.get(item), resource, self.refs, medication=drugs.get(referred)
            )
            order = self.note(absorbed)
            if order is not None:
                orders[item] = order

    def _answers(self, scores: dict[str, Any]) -> None:
        for item, resource in self.of("QuestionnaireResponse", questionnaire_response_score.stands_for):
            score = scores.get(item)
            if score is not None:
                found = self.note(questionnaire_response_score.absorb(score.items, resource, self.refs))
                scores[item] = replace(score, items=found)


def _given(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _is_medication(entry: Entry) -> bool:
    return bool(entry.resource["resourceType"] == "Medication")
