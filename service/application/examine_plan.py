"""What is wrong with a plan as FHIR, kept or not yet: by our own rules, and by those of a server."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from service.application.ports import PlanPorts
from service.domain.people import Person
from service.domain.plan import Plan, people_named
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.fhir.outcome import OutcomeIssue
from service.fhir.validation import problems
from service.mapping.graph import Subject, project
from service.mapping.references import Key, Refs
from service.ports.ehr import Ehr

Resources: TypeAlias = Mapping[Key, JsonObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one resource; `by` is our rule's id, or `server`."""

    key: Key
    by: str
    path: str
    words: str


def of_draft(plan: Plan, people: Mapping[str, Person], ports: PlanPorts | None) -> Resources:
    """Return the resources of a plan that is not kept; whom `people` lacks is looked up in the directory.

    Raises `Invalid` for a plan that names nobody; without ports there is no directory.
    """
    named = people_named(plan)
    lacking = {one for _, one in named} - people.keys()
    known = {**people, **(_looked_up(lacking, ports) if ports else {})}
    unknown = [
        Problem(path, "names nobody in the file or the directory") for path, one in named if one not in known
    ]
    if unknown:
        raise Invalid(unknown)
    return project(Subject(plan=plan, people=known), Refs())


def examine(resources: Resources) -> Iterator[Finding]:
    """Yield what required bindings, reference targets and invariants forbid."""
    for key, body in resources.items():
        for one in problems(body):
            yield Finding(key=key, by=one.rule, path=one.path, words=one.message)


def ask_server(key: Key, body: JsonObject, ehr: Ehr) -> Iterator[Finding]:
    """Yield the errors that a server's `$validate` finds in a resource; raises `EhrError`."""
    for issue in ehr.validate(body):
        if issue.severity.stops:
            yield Finding(key=key, by="server", path=", ".join(issue.expression), words=_words(issue))


def _looked_up(ids: set[str], ports: PlanPorts) -> Mapping[str, Person]:
    with ports.storage.begin(write=False) as work:
        return work.people.many(ids)


def _words(issue: OutcomeIssue) -> str:
    return issue.diagnostics or issue.code
