"""A clinician who marries, or changes hands: the plans that show them are passed over, and nobody else's."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.directory import replace_person
from service.application.load_plan import load_plan
from service.domain.people import Person
from service.sync.report import Standing
from tests.builders import DIRECTORY, PSYCHIATRIST, a_plan, the_full_plan, uid
from tests.fakes.jobs import JobQueue
from tests.scenarios.clinic import Clinic
from tests.scenarios.foreign import quiet
from tests.scenarios.test_push_binding import a_real_clinic

PEOPLE = tuple(DIRECTORY.values())


def renamed(clinic: Clinic, person: Person = PSYCHIATRIST, **changes: Any) -> Person:
    new = replace(person, **(changes or {"family_name": "Byrne"}))
    return replace_person(new, expected=person, ports=clinic.plans)


def names(clinic: Clinic) -> set[str]:
    return {one["name"][0]["family"] for one in clinic.all("Practitioner")}


def with_a_second_plan() -> Clinic:
    """Two plans of one patient and one team, both in step."""
    clinic = Clinic(the_full_plan())
    clinic.sync()
    other = a_plan(id=uid("another-plan"), care_team=clinic.plan.care_team)
    clinic.revise(other)
    clinic.sync()
    assert clinic.due == ()
    return clinic


def test_a_new_name_of_a_clinician_reaches_the_chart_by_the_next_pass() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    assert clinic.due == ()
    renamed(clinic)
    assert clinic.due == (clinic.plan.id,)
    assert clinic.sync().standing is Standing.IN_STEP
    assert "Byrne" in names(clinic)
    assert clinic.due == ()
    quiet(clinic)


def test_every_plan_that_shows_a_clinician_is_passed_over() -> None:
    clinic = with_a_second_plan()
    renamed(clinic)
    assert set(clinic.due) == {the_full_plan().id, uid("another-plan")}


def test_who_is_loaded_with_another_plan_and_changed_wakes_the_plans_that_show_them() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    new = a_plan(id=uid("another-plan"))
    people = [replace(PSYCHIATRIST, family_name="Byrne") if one == PSYCHIATRIST else one for one in PEOPLE]
    load_plan(new, people, author="x", ports=clinic.plans)
    assert set(clinic.due) == {clinic.plan.id, new.id}


def test_who_is_kept_as_before_or_shown_by_no_plan_wakes_nobody() -> None:
    clinic = Clinic(a_plan())
    clinic.sync()
    renamed(clinic, family_name=PSYCHIATRIST.family_name)
    shown = {item for _, _, item, plan in clinic.storage.kept.ledger if plan == clinic.plan.id}
    stranger = next(one for one in DIRECTORY.values() if one.id not in shown)
    renamed(clinic, stranger)
    assert clinic.due == ()


def test_a_worker_is_asked_in_the_commit_of_the_change() -> None:
    clinic = Clinic(a_plan())
    clinic.sync()
    clinic.storage.queue = JobQueue(new_id=lambda: "job-1", now=clinic.clock.now)
    renamed(clinic)
    with clinic.storage.begin(write=False) as work:
        state = work.jobs.of_plan("default", clinic.plan.id)
    assert state is not None
    assert state.asked_at == clinic.clock.now()


@pytest.mark.parametrize("change", [{"family_name": "Byrne"}, {"organization": "Another Clinic"}])
def test_the_clinics_own_record_of_a_clinician_is_never_written(change: dict[str, str]) -> None:
    clinic = a_real_clinic()
    clinic.sync()
    before = clinic.all("Practitioner")
    renamed(clinic, **change)
    clinic.sync()
    assert clinic.all("Practitioner") == before
    quiet(clinic)
