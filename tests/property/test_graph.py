"""Laws of the whole mapping: a plan as resources, and resources as a plan."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from service.domain.background import TreatmentKind
from service.domain.plan import LIST_GROUPS, Plan, items
from service.fhir.canonical import serialise
from service.fhir.references import references_in
from service.fhir.subjects import patients_of
from service.fhir.validation import problems
from service.mapping import (
    absorption,
    care_plan,
    care_team,
    medication_request,
    patient,
    questionnaire_response_relapse,
    questionnaire_response_score,
    service_request_review,
)
from service.mapping.absorption import Entry, absorb
from service.mapping.graph import Subject, keys_of, project
from service.mapping.reading import Absorbed
from service.mapping.references import Key, Refs
from tests.builders import DIRECTORY, a_past_treatment, the_full_plan, uid
from tests.strategies import FEW, UNSHARED, directories, in_chart, plans

REFS = Refs()


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    plan = draw(plans())
    return Subject(plan=plan, people=draw(directories(plan)))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Subject, Plan]:
    """A plan with its people, and another plan of items of the same ids that says something else."""
    subject = draw(subjects())
    return subject, draw(plans(like=subject.plan))


def entries(subject: Subject) -> list[Entry]:
    return [Entry(address=key.urn, resource=body) for key, body in project(subject, REFS).items()]


def carried(plan: Plan) -> Plan:
    """What a chart may hold of a plan: all but what the patient did not share, and whom alerts reach."""
    return replace(plan, journal=tuple(entry for entry in plan.journal if entry.shared), safety=None)


@given(subjects())
def test_absorbing_a_plan_into_nothing_restores_it(subject):
    reunion = absorb(None, entries(subject), REFS)
    assert reunion.issues == ()
    assert reunion.plan == carried(subject.plan)
    assert reunion.people == in_chart(subject.plan, subject.people)


@given(pairs())
def test_absorbing_a_plan_into_another_restores_it(pair):
    subject, held = pair
    kept_back = {one.id: one for one in held.journal}
    for one in subject.plan.journal:
        if one.shared:
            kept_back[one.id] = one
    reunion = absorb(held, entries(subject), REFS, people=DIRECTORY)
    assert reunion.issues == ()
    assert reunion.plan == replace(subject.plan, journal=tuple(kept_back.values()), safety=held.safety)


def test_phases_are_read_in_the_order_of_their_days_whatever_the_chart_lists_first():
    plan = carried(the_full_plan())
    resources = entries(Subject(plan=plan, people=DIRECTORY))
    assert len(plan.phases) > 1
    assert absorb(None, reversed(resources), REFS).plan.phases == plan.phases


@FEW
@given(pairs())
def test_absorbing_nothing_changes_nothing(pair):
    _, held = pair
    assert absorb(held, [], REFS).plan == held


@given(subjects())
def test_every_reference_resolves_and_every_subject_is_the_patient(subject):
    resources = project(subject, REFS)
    named = {key.urn for key in resources}
    patient = Key("Patient", subject.plan.patient.id).urn
    for body in resources.values():
        targets = {reference["reference"] for _, reference in references_in(body) if "reference" in reference}
        assert {target for target in targets if not target.startswith("#")} <= named
        assert set(patients_of(body)) <= {patient}


@given(subjects())
def test_every_resource_is_valid_r4(subject):
    assert [(key, problems(body)) for key, body in project(subject, REFS).items() if problems(body)] == []


@FEW
@given(subjects())
def test_the_same_plan_gives_the_same_bytes(subject):
    once, again = project(subject, REFS), project(replace(subject), REFS)
    assert [serialise(body) for body in once.values()] == [serialise(body) for body in again.values()]
    assert tuple(once) == keys_of(subject)[: len(once)] or set(once) <= set(keys_of(subject))


@given(subjects())
def test_no_resource_holds_a_journal_entry_that_was_not_shared(subject):
    written = b"".join(serialise(body) for body in project(subject, REFS).values())
    hidden = [entry for entry in subject.plan.journal if not entry.shared]
    assert UNSHARED.encode() not in written
    assert not any(entry.id.encode() in written for entry in hidden)


@FEW
@given(subjects())
def test_writing_onto_what_we_wrote_changes_nothing(subject):
    resources = project(subject, REFS)
    names = Refs(traces={key.urn: key for key in resources})
    assert project(subject, names, onto=resources) == resources


def test_the_full_plan_comes_back_with_every_field():
    subject = Subject(plan=the_full_plan(), people=DIRECTORY)
    reunion = absorb(None, entries(subject), REFS)
    assert reunion.issues == ()
    assert reunion.plan == carried(the_full_plan())


@cache
def another_plan() -> Plan:
    """A plan of the same items in which every item says something else: any will do, not the smallest."""

    def differs(other: Plan) -> bool:
        pairs_ = [zip(items(FULL, group), items(other, group), strict=True) for group in LIST_GROUPS]
        lists = all(one != two for pair in pairs_ for one, two in pair)
        return lists and other.patient != FULL.patient and other.check_ins not in (None, FULL.check_ins)

    looking = settings(database=None, max_examples=2000, phases=(Phase.generate,))
    return find(plans(like=FULL), differs, settings=looking)


# With a treatment of each kind in its history, so that every reader has something to read.
BOTH = tuple(a_past_treatment(id=uid(f"history-{kind}"), kind=kind) for kind in TreatmentKind)
FULL = replace(carried(the_full_plan()), history=BOTH)


@pytest.mark.parametrize("number", range(len(absorption.GROUPS)))
def test_a_reader_that_returns_what_it_was_given_breaks_the_law(number, monkeypatch):
    group = absorption.GROUPS[number]
    lazy = replace(group, absorb=lambda held, *_: Absorbed(value=held))
    groups = (*absorption.GROUPS[:number], lazy, *absorption.GROUPS[number + 1 :])
    monkeypatch.setattr(absorption, "GROUPS", groups)
    resources = entries(Subject(plan=FULL, people=DIRECTORY))
    read = absorb(another_plan(), resources, REFS, people=DIRECTORY)
    assert read.plan is None or items(read.plan, group.name) != items(FULL, group.name)


SINGLE = (
    (care_plan, "title"),
    (patient, "patient"),
    (care_team, "care_team"),
    (service_request_review, "check_ins"),
    (questionnaire_response_relapse, "warning_signs"),
    (questionnaire_response_score, "scores"),
    (medication_request, "medications"),
)


@pytest.mark.parametrize(("mapper", "name"), SINGLE)
def test_a_single_reader_that_returns_what_it_was_given_breaks_the_law(mapper, name, monkeypatch):
    header = care_plan.header(another_plan())
    keep = (lambda *_, **__: Absorbed(value=header)) if mapper is care_plan else keep_held
    monkeypatch.setattr(mapper, "absorb", keep)
    read = absorb(another_plan(), entries(Subject(plan=FULL, people=DIRECTORY)), REFS, people=DIRECTORY)
    assert read.plan is None or getattr(read.plan, name) != getattr(FULL, name)


def keep_held(held, *_, **__):
    return Absorbed(value=held)
