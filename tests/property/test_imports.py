"""Laws of importing: our own projection gives the plan back, and a broken chart loses nothing silently."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.application.export_plan import bundle_of
from service.domain.plan import Plan
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.intake.bundle import open_bundle
from service.intake.draft import Draft, draft
from service.mapping.graph import Subject, project
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM, Refs
from tests.builders import DIRECTORY, the_full_plan
from tests.strategies import FEW, directories, in_chart, plans
from tests.unit.intake.charts import SYSTEM, WISHES, a_chart, as_foreign

DRAFTS = settings(FEW, max_examples=max(10, FEW.max_examples // 3))
FULL = Subject(plan=the_full_plan(), people=DIRECTORY)


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    plan = draw(plans())
    return Subject(plan=plan, people=draw(directories(plan)))


def exported(subject: Subject) -> JsonObject:
    return bundle_of(project(subject, Refs()))


def imported(bundle: JsonObject) -> Draft:
    opened = open_bundle(bundle, system=DEFAULT_IDENTIFIER_SYSTEM)
    made = draft(opened.chart, WISHES)
    return replace(made, findings=(*opened.findings, *made.findings))


def in_any_order(plan: Plan | None) -> Any:
    """Lists in the order of their ids: a Bundle has an order of its own."""
    if plan is None:
        return None
    groups = {
        name: tuple(sorted(members, key=lambda one: one.id))
        for name in plan.__slots__
        if isinstance(members := getattr(plan, name), tuple)
    }
    return {**{name: getattr(plan, name) for name in plan.__slots__}, **groups}


def carried(plan: Plan) -> Plan:
    return replace(plan, journal=tuple(entry for entry in plan.journal if entry.shared), safety=None)


@DRAFTS
@given(subjects())
def test_importing_our_own_projection_gives_the_plan_back(subject):
    made = imported(exported(subject))
    assert in_any_order(made.plan) == in_any_order(carried(subject.plan))
    assert made.people == in_chart(subject.plan, subject.people)
    assert {one.address.partition("/")[0] for one in made.findings} <= provenances(exported(subject))


def provenances(bundle: JsonObject) -> set[str]:
    """The addresses of what a plan is not read from: a Provenance is made from its phase."""
    entries = bundle["entry"]
    return {one["fullUrl"] for one in entries if one["resource"]["resourceType"] == "Provenance"}


@DRAFTS
@given(subjects())
def test_importing_the_same_again_gives_the_same_draft(subject):
    foreign = as_foreign(project(subject, Refs()))
    assert imported(deepcopy(foreign)) == imported(foreign)


@DRAFTS
@given(subjects())
def test_a_foreign_chart_loses_no_resource_silently(subject):
    bundle = as_foreign(project(subject, Refs()))
    assert unaccounted(imported(bundle), bundle) == set()


def unaccounted(made: Draft, bundle: JsonObject) -> set[str]:
    """The addresses that are neither placed, nor shown beside the plan, nor listed."""
    told = {*made.placed.values(), *made.beside, *(one.address for one in made.findings if one.whole)}
    opened = open_bundle(bundle, system=DEFAULT_IDENTIFIER_SYSTEM)
    there = {one.address for one in opened.chart.members} | {one.address for one in opened.findings}
    assert len(there) == len(bundle["entry"])
    return there - told


BROKEN: tuple[Any, ...] = (
    None, "", " ", "taking", 0, -1, 1e300, True, [], {}, [{}], ["x"], [None], {"reference": "Patient/nobody"},
    "\ud800", "2015-02-31", [{"url": "x", "valueString": "y"}],
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [found for name, one in members for found in ((*path, name), *places(one, (*path, name)))]


def broken(chart: JsonObject, path: tuple[Any, ...], content: Any) -> JsonObject:
    spoilt = deepcopy(chart)
    holder: Any = spoilt
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = content
    return spoilt


def refusal(bundle: JsonObject) -> tuple[Problem, ...]:
    """What is wrong with a Bundle as a whole, if it is refused; importing it must not fail otherwise."""
    try:
        imported(bundle)
    except Invalid as error:
        return error.problems
    return ()


CHART = a_chart()
OURS = exported(FULL)


@settings(FEW, max_examples=FEW.max_examples * 4)
@given(st.sampled_from([one for one in places(CHART) if one[0] == "entry"]), st.sampled_from(BROKEN))
def test_a_chart_with_any_one_element_broken_never_crashes_and_loses_nothing_silently(path, content):
    bundle = broken(CHART, path, content)
    refused = refusal(bundle)
    assert all(one.field for one in refused)
    assert refused or unaccounted(imported(bundle), bundle) == set()


@settings(FEW, max_examples=FEW.max_examples * 2)
@given(st.sampled_from([one for one in places(OURS) if one[0] == "entry"]), st.sampled_from(BROKEN))
def test_our_own_export_with_any_one_element_broken_never_crashes(path, content):
    assert all(one.field for one in refusal(broken(OURS, path, content)))


@pytest.mark.parametrize("type_", ["CarePlan", "MedicationRequest", "Appointment", "Goal", "Condition"])
def test_a_chart_without_one_type_of_resource_gives_what_the_rest_says(type_):
    entries = [one for one in CHART["entry"] if one["resource"]["resourceType"] != type_]
    made = imported({**CHART, "entry": entries})
    assert made.plan is not None
    assert SYSTEM not in repr(made.placed)
