"""Examples: the demo's plans as the mapping writes them, each in a Bundle, and one resource of each kind."""

from collections.abc import Iterator, Mapping
from importlib.resources import files

from fhir_profiles.choice import Profiles
from service.application.export_plan import bundle_of
from service.console.plan_file import read_plan_file
from service.fhir.json import JsonObject
from service.mapping.graph import EVERYTHING, Scope, Subject, project
from service.mapping.medication_request import Intent
from service.mapping.references import Key, Refs

PLANS = ("depression", "ocd", "bipolar")
_SCOPES = (EVERYTHING, Scope(intent=Intent.PROPOSAL))


def examples(profiles: Profiles) -> list[JsonObject]:
    """Return the examples: the export of each plan, then the first resource that each profile is for."""
    subjects = {name: _subject(name) for name in PLANS}
    bundles = [_export(name, subject) for name, subject in subjects.items()]
    return [*bundles, *_singles(subjects, profiles).values()]


def _subject(name: str) -> Subject:
    content = (files("service.console") / "demo_plans" / f"{name}.json").read_bytes()
    held = read_plan_file(content)
    return Subject(plan=held.plan, people={person.id: person for person in held.people})


def _export(name: str, subject: Subject) -> JsonObject:
    bundle = bundle_of(project(subject, Refs()))
    return {"resourceType": bundle["resourceType"], "id": f"{name}-plan", **bundle}


def _singles(subjects: Mapping[str, Subject], profiles: Profiles) -> dict[str, JsonObject]:
    """Return one resource by profile; it has an id and refers to others by theirs, as in a chart."""
    found: dict[str, JsonObject] = {}
    for scope in _SCOPES:
        for name, subject in subjects.items():
            for resource in _in_a_chart(subject, scope):
                profile = profiles.of(resource)
                if profile is not None and profile not in found:
                    found[profile] = {**resource, "id": f"{name}-{_short(profile)}"}
    return found


def _in_a_chart(subject: Subject, scope: Scope) -> Iterator[JsonObject]:
    addresses = {key: f"{key.type}/{_id(key)}" for key in project(subject, Refs(), scope=scope)}
    for resource in project(subject, Refs(addresses=addresses), scope=scope).values():
        yield {"resourceType": resource["resourceType"], "id": "", **resource}


def _id(key: Key) -> str:
    return key.urn.removeprefix("urn:uuid:")


def _short(profile: str) -> str:
    return profile.rpartition("/tandem-")[2]
