"""The definitions are what their sources make, hang together, and are true of what the mapping writes."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fhir_profiles
from fhir_profiles.build import file_name, made, written
from fhir_profiles.choice import profile_for
from service.fhir.json import JsonObject
from service.fhir.validation import problems
from service.mapping.extensions import EXTENSIONS
from service.mapping.graph import EVERYTHING, Scope, Subject, project
from service.mapping.medication_request import Intent
from service.mapping.questionnaires import FORMS
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM, Refs
from service.mapping.terminology.systems import CANONICAL
from tests.builders import DIRECTORY, the_full_plan
from tests.strategies import directories, plans

HOME = Path(fhir_profiles.__file__).parent
RESOURCES = fhir_profiles.resources()
EXAMPLES = fhir_profiles.examples()
PROFILES = {
    one["url"]: one
    for one in RESOURCES
    if one["resourceType"] == "StructureDefinition" and one["kind"] == "resource"
}
SCOPES = (EVERYTHING, Scope(intent=Intent.PROPOSAL))
BY_CANONICAL = {one["url"] for one in RESOURCES if "url" in one}


def full_graph() -> list[JsonObject]:
    subject = Subject(plan=the_full_plan(), people=DIRECTORY)
    return [one for scope in SCOPES for one in project(subject, Refs(), scope=scope).values()]


@pytest.mark.parametrize("folder", [fhir_profiles.DEFINITIONS, fhir_profiles.EXAMPLES])
def test_what_is_committed_is_what_the_build_makes(folder):
    """`python -m fhir_profiles.build` writes it anew."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in (HOME / folder).iterdir()}
    assert committed == {file_name(one): written(one) for one in made()[folder]}


def test_a_file_says_what_was_made_to_the_last_digit():
    assert [*RESOURCES, *EXAMPLES]
    for folder, resources in made().items():
        for one in resources:
            text = (HOME / folder / file_name(one)).read_text(encoding="utf-8")
            assert json.loads(text) == one


def test_the_loader_leaves_nothing_out():
    files = sum(1 for _ in (HOME / fhir_profiles.DEFINITIONS).glob("*.json"))
    assert len(RESOURCES) == len(BY_CANONICAL) + 1 == files  # a NamingSystem has no URL in R4
    assert len(EXAMPLES) == sum(1 for _ in (HOME / fhir_profiles.EXAMPLES).glob("*.json"))


def canonicals(value: object) -> Iterator[str]:
    """Gives every string within JSON that names one of our definitions."""
    if isinstance(value, str) and value.startswith(f"{CANONICAL}/"):
        yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from canonicals(member)


@pytest.mark.parametrize("held", [*RESOURCES, *EXAMPLES], ids=file_name)
def test_whatever_names_a_definition_of_ours_names_one_that_is_there(held):
    assert set(canonicals(held)) <= BY_CANONICAL


def test_each_extension_of_the_mapping_is_defined_where_it_may_stand():
    defined = {one["url"]: one for one in RESOURCES if one.get("type") == "Extension"}
    assert set(defined) == {one.url for one in EXTENSIONS}
    for extension in EXTENSIONS:
        places = [place["expression"] for place in defined[extension.url]["context"]]
        assert places == list(extension.on)
        assert defined[extension.url]["differential"]["element"][-1]["min"] == 1


def test_each_form_of_the_mapping_is_a_questionnaire():
    forms = {one["url"] for one in RESOURCES if one["resourceType"] == "Questionnaire"}
    assert forms == {form.url for form in FORMS}


def test_an_instruments_questionnaire_holds_no_wording():
    for one in RESOURCES:
        if one["resourceType"] == "Questionnaire" and "by number" in one["description"]:
            assert [item["text"] for item in one["item"]] == [
                f"Item {item['linkId']}" for item in one["item"]
            ]


def test_the_guide_lists_every_definition():
    (guide,) = (one for one in RESOURCES if one["resourceType"] == "ImplementationGuide")
    listed = [entry["reference"]["reference"] for entry in guide["definition"]["resource"]]
    others = [one for one in RESOURCES if one is not guide]
    assert sorted(listed) == sorted(f"{one['resourceType']}/{one['id']}" for one in others)


def test_what_we_need_and_offer_names_every_type_and_profile_that_we_write():
    types = {one["resourceType"] for one in full_graph()}
    for one in RESOURCES:
        if one["resourceType"] == "CapabilityStatement":
            told = one["rest"][0]["resource"]
            assert {resource["type"] for resource in told} == types
            assert {url for resource in told for url in resource["supportedProfile"]} == set(PROFILES)


def test_everything_that_we_write_has_a_profile_and_every_profile_has_an_example():
    bundled = [entry["resource"] for one in EXAMPLES for entry in one.get("entry", ())]
    assert {profile_for(one) for one in [*full_graph(), *bundled]} <= set(PROFILES)
    singles = [one for one in EXAMPLES if one["resourceType"] != "Bundle"]
    assert sorted(profile_for(one) for one in singles) == sorted(PROFILES)


@pytest.mark.parametrize("example", EXAMPLES, ids=file_name)
def test_an_example_has_no_problem(example):
    assert list(problems(example)) == []


def gaps(resource: JsonObject) -> set[str]:
    """Gives the elements of the profile of a resource that stand too rarely or too often in it.

    Slices are left to a real validator, but for our identifier.
    """
    profile = PROFILES[profile_for(resource)]
    found = set()
    for element in profile["differential"]["element"]:
        steps = element["id"].split(".")[1:]
        if steps and not any(":" in step for step in steps):
            for parent in holders(resource, steps[:-1]):
                number = len(list(values(parent, steps[-1])))
                if number < element.get("min", 0) or str(number) > element.get("max", "*") != "*":
                    found.add(element["id"])
    ours = [one for one in identifiers(resource) if one.get("system") == DEFAULT_IDENTIFIER_SYSTEM]
    if resource["resourceType"] != "Provenance" and len(ours) != 1:
        found.add("identifier:tandem")
    return found


def identifiers(resource: JsonObject) -> list[JsonObject]:
    held = resource.get("identifier", [])
    return held if isinstance(held, list) else [held]


def holders(value: object, steps: list[str]) -> Iterator[JsonObject]:
    """Gives whatever stands at a path; what stands below a primitive element, its extensions, is left out."""
    if not isinstance(value, dict):
        return
    if not steps:
        yield value
    else:
        for one in values(value, steps[0]):
            yield from holders(one, steps[1:])


def values(holder: JsonObject, name: str) -> Iterator[object]:
    """Gives what an element holds one by one; `value[x]` is whatever type it has."""
    stem = name.removesuffix("[x]")
    for key, held in holder.items():
        if key == name or (stem != name and key.startswith(stem) and key[len(stem)].isupper()):
            yield from held if isinstance(held, list) else [held]


def test_everything_that_a_profile_asks_for_stands_in_the_full_plan():
    assert [(file, gaps(one)) for one in full_graph() if gaps(one) for file in [one["resourceType"]]] == []


@given(st.data())
def test_everything_that_a_profile_asks_for_stands_in_every_plan(data):
    plan = data.draw(plans())
    subject = Subject(plan=plan, people=data.draw(directories(plan)))
    scope = data.draw(st.sampled_from(SCOPES))
    for resource in project(subject, Refs(), scope=scope).values():
        assert gaps(resource) == set(), resource["resourceType"]


def _without(*names):
    def spoil(resource):
        for name in names:
            del resource[name]

    return spoil


SPOILT = {
    "no patient": (_without("subject"), "CarePlan.subject"),
    "no identifier of ours": (_without("identifier"), "identifier:tandem"),
    "no title": (_without("title"), "CarePlan.title"),
    "a detail": (
        lambda plan: plan["activity"].append({"detail": {"status": "in-progress"}}),
        "CarePlan.activity.detail",
    ),
}


@pytest.mark.parametrize(("spoil", "expected"), SPOILT.values(), ids=SPOILT)
def test_what_a_profile_misses_is_seen(spoil, expected):
    (plan,) = {one["id"]: one for one in EXAMPLES if one["resourceType"] == "CarePlan"}.values()
    spoilt = deepcopy(plan)
    spoil(spoilt)
    assert expected in gaps(spoilt)
    assert gaps(plan) == set()
