"""A plan and its people are kept together, or neither is."""

from collections.abc import Iterable

import pytest

from service.application.examine_plan import of_draft
from service.application.load_plan import load_plan
from service.application.ports import PlanPorts
from service.domain.people import Person
from service.domain.revision import Origin
from service.domain.values import Invalid
from service.ports.storage import Taken, Unknown
from tests.builders import DIRECTORY, PSYCHIATRIST, THERAPIST, a_person, a_plan
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage
from tests.refusals import refusals


@pytest.fixture
def ports() -> PlanPorts:
    return PlanPorts(storage=MemoryStorage(), clock=StillClock())


def people_of(ports: PlanPorts, named: Iterable[Person]) -> set[str]:
    with ports.storage.begin(write=False) as work:
        return set(work.people.many(one.id for one in named))


def test_what_is_loaded_is_the_first_revision_and_its_people(ports: PlanPorts) -> None:
    revision = load_plan(a_plan(), DIRECTORY.values(), author="import", ports=ports)
    assert (revision.number, revision.author, revision.origin) == (1, "import", Origin.PERSON)
    assert revision.recorded_at == ports.clock.now()
    with ports.storage.begin(write=False) as work:
        assert work.plans.head(a_plan().id) == revision
    assert people_of(ports, DIRECTORY.values()) == set(DIRECTORY)


def test_a_plan_that_names_nobody_keeps_nothing(ports: PlanPorts) -> None:
    found = refusals(lambda: load_plan(a_plan(), [PSYCHIATRIST], author="x", ports=ports))
    assert set(found.values()) == {"names nobody in the directory"}
    assert people_of(ports, [PSYCHIATRIST]) == set()
    with ports.storage.begin(write=False) as work, pytest.raises(Unknown):
        work.plans.head(a_plan().id)


def test_a_plan_that_is_there_leaves_its_people_as_they_were(ports: PlanPorts) -> None:
    load_plan(a_plan(), DIRECTORY.values(), author="x", ports=ports)
    renamed = a_person(family_name="Other")
    with pytest.raises(Taken):
        load_plan(a_plan(), [renamed], author="x", ports=ports)
    with ports.storage.begin(write=False) as work:
        assert work.people.get(renamed.id) == PSYCHIATRIST


def test_a_draft_takes_its_people_from_the_file_first_and_then_from_the_directory(ports: PlanPorts) -> None:
    brought = {PSYCHIATRIST.id: PSYCHIATRIST}
    for without in (None, ports):
        with pytest.raises(Invalid, match="names nobody in the file or the directory"):
            of_draft(a_plan(), brought, without)
    with ports.storage.begin() as work:
        work.people.put(THERAPIST)
        work.commit()
    families = [
        one["name"][0]["family"]
        for key, one in of_draft(a_plan(), brought, ports).items()
        if key.type == "Practitioner"
    ]
    assert sorted(families) == sorted([PSYCHIATRIST.family_name, THERAPIST.family_name])
