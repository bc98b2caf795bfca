from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from service.domain.people import Person
from service.ports.storage import Outdated, Storage, Taken, Unknown
from tests.builders import PSYCHIATRIST, THERAPIST, a_person
from tests.strategies import people


def kept(storage: Storage, *directory: Person) -> None:
    with storage.begin() as work:
        for person in directory:
            work.people.put(person)
        work.commit()


def test_a_person_comes_back_and_may_change(storage: Storage) -> None:
    kept(storage, PSYCHIATRIST)
    gone = a_person(active=False)
    kept(storage, gone)
    with storage.begin(write=False) as work:
        assert work.people.get(PSYCHIATRIST.id) == gone


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(person=people())
def test_every_person_comes_back_equal(storage: Storage, person: Person) -> None:
    with storage.begin() as work:
        work.people.put(person)
        assert work.people.get(person.id) == person


def test_a_stranger_is_unknown(storage: Storage) -> None:
    with storage.begin(write=False) as work, pytest.raises(Unknown, match="person nobody"):
        work.people.get("nobody")


def test_several_people_are_asked_for_at_once(storage: Storage) -> None:
    kept(storage, PSYCHIATRIST, THERAPIST)
    with storage.begin(write=False) as work:
        found: Mapping[str, Person] = work.people.many([THERAPIST.id, "nobody", THERAPIST.id])
        assert found == {THERAPIST.id: THERAPIST}
        assert work.people.many([]) == {}


def test_pages_show_everyone_once(storage: Storage) -> None:
    everyone = [a_person(id=f"person-{n}") for n in range(5)]
    kept(storage, *everyone)
    seen: list[str] = []
    after = None
    with storage.begin(write=False) as work:
        for size in (2, 2, 1):
            page = work.people.page(after=after, limit=2)
            assert len(page.items) == size
            seen += [one.id for one in page.items]
            after = page.next
    assert after is None
    assert sorted(seen) == [one.id for one in everyone]


def test_a_person_is_added_once(storage):
    with storage.begin() as work:
        work.people.add(PSYCHIATRIST)
        work.commit()
    with storage.begin() as work, pytest.raises(Taken):
        work.people.add(PSYCHIATRIST)


def test_a_person_is_replaced_only_by_who_read_them_last(storage):
    renamed = replace(PSYCHIATRIST, family_name="Renamed")
    with storage.begin() as work:
        work.people.add(PSYCHIATRIST)
        work.people.replace(renamed, expected=PSYCHIATRIST)
        with pytest.raises(Outdated):
            work.people.replace(PSYCHIATRIST, expected=PSYCHIATRIST)
        with pytest.raises(Unknown):
            work.people.replace(THERAPIST, expected=THERAPIST)
        assert work.people.get(PSYCHIATRIST.id) == renamed
        work.commit()
