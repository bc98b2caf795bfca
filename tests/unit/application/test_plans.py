"""Keeping, changing and reading plans: one commit each, on top of what the author read."""

import pytest

from service.application.change_plan import add_item, change_dose, find_item, replace_item
from service.application.directory import add_person, check_people, list_people, read_person, replace_person
from service.application.export_plan import bundle_of, export_plan, fhir_of
from service.application.keep_plan import create_plan, replace_plan
from service.application.ports import Editor, PlanPorts
from service.application.read_plan import list_plans, list_revisions, read_plan
from service.domain.dosing import NewDose
from service.domain.medication import OrderStatus
from service.domain.revision import Origin
from service.domain.values import Invalid
from service.mapping.references import Key
from service.ports.storage import Outdated, PlanFilter, Superseded, Taken, Unknown
from tests.builders import (
    DIRECTORY,
    NURSE,
    PSYCHIATRIST,
    THERAPIST,
    a_dosage_step,
    a_goal,
    a_person,
    a_plan,
    a_task,
    day,
    mg,
    the_full_plan,
    uid,
)
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage
from tests.refusals import refusals

AUTHOR = PSYCHIATRIST.id
NEW_DOSE = NewDose(
    order_id=uid("medications-0"),
    new_order_id=uid("medications-1"),
    dosage=(a_dosage_step(dose=mg("100")),),
    prescriber=AUTHOR,
    authored_on=day(42),
)


@pytest.fixture
def ports():
    made = PlanPorts(storage=MemoryStorage(), clock=StillClock())
    for person in DIRECTORY.values():
        add_person(person, ports=made)
    return made


@pytest.fixture
def kept(ports):
    return create_plan(a_plan(), author=AUTHOR, ports=ports)


def having_read(number):
    return Editor(author=THERAPIST.id, expected=number)


def test_a_new_plan_is_revision_one_of_its_author(ports, kept):
    assert (kept.number, kept.author, kept.origin) == (1, AUTHOR, Origin.PERSON)
    assert kept.recorded_at == ports.clock.now()
    assert {"title", "goals"} <= set(kept.groups)
    assert "journal" not in kept.groups
    assert read_plan(kept.plan.id, ports=ports) == kept


def test_a_plan_is_kept_once(ports, kept):
    with pytest.raises(Taken):
        create_plan(a_plan(), author=AUTHOR, ports=ports)


def test_a_plan_names_nobody_who_is_not_in_the_directory():
    empty = PlanPorts(storage=MemoryStorage(), clock=StillClock())
    told = refusals(lambda: create_plan(a_plan(), author=AUTHOR, ports=empty))
    assert told["author"] == "names nobody in the directory"
    with pytest.raises(Unknown):
        read_plan(a_plan().id, ports=empty)


def test_a_replacement_is_the_next_revision_of_what_changed(ports, kept):
    revision = replace_plan(a_plan(title="Another"), editor=having_read(1), ports=ports)
    assert (revision.number, revision.groups, revision.author) == (2, ("title",), THERAPIST.id)
    assert read_plan(kept.plan.id, ports=ports, number=1) == kept
    assert read_plan(kept.plan.id, ports=ports) == revision


def test_an_equal_plan_stays_at_the_revision_that_it_has(ports, kept):
    assert replace_plan(a_plan(), editor=having_read(1), ports=ports) == kept


def test_leaving_an_item_out_is_refused_and_keeps_what_was(ports, kept):
    told = refusals(lambda: replace_plan(a_plan(goals=()), editor=having_read(1), ports=ports))
    assert "leaves out" in told["goals"]
    assert read_plan(kept.plan.id, ports=ports) == kept


CHANGES = {
    "a replacement": lambda read, ports: replace_plan(a_plan(title="x"), editor=read, ports=ports),
    "a new item": lambda read, ports: add_item(uid("plan"), "tasks", a_task(), editor=read, ports=ports),
    "a changed item": lambda read, ports: replace_item(
        uid("plan"), "goals", a_goal(description="x"), editor=read, ports=ports
    ),
    "an item that is not there any more": lambda read, ports: replace_item(
        uid("plan"), "goals", a_goal(id="none"), editor=read, ports=ports
    ),
    "a new dose": lambda read, ports: change_dose(uid("plan"), NEW_DOSE, editor=read, ports=ports),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whoever_read_an_older_revision_is_told_so_before_anything_else(ports, kept, change):
    change_dose(kept.plan.id, NEW_DOSE, editor=having_read(1), ports=ports)
    with pytest.raises(Superseded) as told:
        change(having_read(1), ports)
    assert told.value.current == 2
    assert len(list_revisions(kept.plan.id, after=0, limit=9, ports=ports)) == 2


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_plan_that_is_not_there_cannot_be_changed(ports, change):
    with pytest.raises(Unknown):
        change(having_read(1), ports)


def test_an_item_is_added_behind_those_that_are_there(ports, kept):
    second = a_goal(id=uid("goals-1"))
    revision = add_item(kept.plan.id, "goals", second, editor=having_read(1), ports=ports)
    assert revision.plan.goals == (a_goal(), second)
    told = refusals(lambda: add_item(kept.plan.id, "goals", second, editor=having_read(2), ports=ports))
    assert told


def test_an_item_is_replaced_in_its_place(ports, kept):
    changed = a_goal(description="Score below five")
    add_item(kept.plan.id, "goals", a_goal(id=uid("goals-1")), editor=having_read(1), ports=ports)
    revision = replace_item(kept.plan.id, "goals", changed, editor=having_read(2), ports=ports)
    assert revision.plan.goals == (changed, a_goal(id=uid("goals-1")))
    assert find_item(revision.plan, "goals", changed.id) == changed
    with pytest.raises(Unknown):
        replace_item(kept.plan.id, "goals", a_goal(id="none"), editor=having_read(3), ports=ports)


def test_a_new_dose_is_the_end_of_an_order_and_its_successor_in_one_revision(ports, kept):
    revision = change_dose(kept.plan.id, NEW_DOSE, editor=having_read(1), ports=ports)
    old, new = revision.plan.medications
    assert (revision.number, revision.groups) == (2, ("medications",))
    assert (old.status, new.status, new.replaces) == (OrderStatus.STOPPED, OrderStatus.ACTIVE, old.id)
    with pytest.raises(Invalid):
        change_dose(kept.plan.id, NEW_DOSE, editor=having_read(2), ports=ports)


def test_plans_and_revisions_are_listed(ports, kept):
    replace_plan(a_plan(title="Another"), editor=having_read(1), ports=ports)
    (summary,) = list_plans(PlanFilter(), after=None, limit=5, ports=ports).items
    assert (summary.id, summary.number, summary.title) == (kept.plan.id, 2, "Another")
    assert [one.number for one in list_revisions(kept.plan.id, after=1, limit=5, ports=ports)] == [2]
    with pytest.raises(Unknown):
        read_plan(kept.plan.id, ports=ports, number=3)


def test_people_are_kept_read_and_listed(ports):
    renamed = a_person(id=NURSE.id, family_name="Byrne")
    assert replace_person(renamed, expected=NURSE, ports=ports) == renamed
    assert read_person(NURSE.id, ports=ports) == renamed
    with pytest.raises(Outdated):
        replace_person(NURSE, expected=NURSE, ports=ports)
    with pytest.raises(Taken):
        add_person(NURSE, ports=ports)
    assert len(list_people(after=None, limit=9, ports=ports).items) == len(DIRECTORY)


def test_whoever_is_in_the_directory_may_be_named(ports):
    with ports.storage.begin(write=False) as work:
        check_people(the_full_plan(), work)


def test_a_plan_is_exported_as_a_collection_of_all_that_a_chart_would_hold(ports, kept):
    resources = fhir_of(kept.plan.id, ports=ports)
    assert Key("CarePlan", kept.plan.id) in resources
    bundle = export_plan(kept.plan.id, ports=ports)
    assert bundle == bundle_of(resources)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert [entry["fullUrl"] for entry in bundle["entry"]] == [key.urn for key in sorted(resources)]
    assert export_plan(kept.plan.id, ports=ports) == bundle
    with pytest.raises(Unknown):
        export_plan("none", ports=ports)
