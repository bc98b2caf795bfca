"""No door of the API lets anything out of a record but in the answer that asks for it."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from service.domain.plan import LIST_GROUPS
from service.ports.access import Doubt
from tests.ehr_servers import wall_clock
from tests.leaks.doors import CASES, Asked, Door, doors, spoilings
from tests.leaks.house import House, opened
from tests.leaks.marks import BIRTH_DATE, Marked, mark, marked_record, marks_in


@pytest.fixture(scope="module")
def record() -> Marked:
    return marked_record()


@pytest.fixture(scope="module")
def house(record: Marked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("leaks")) as house:
        house.keep(record.people, record.plan)
        yield house


def asked(house: House, door: Door, request: Asked) -> None:
    house.ask(
        door.method,
        door.path(request.ids),
        request.body,
        content_type=request.media,
        headers=dict(request.headers),
        query_string=dict(request.query),
    )


def test_the_record_is_marked_wherever_a_person_writes(record: Marked) -> None:
    texts = set(marks_in(str(record)))
    assert record.plan["patient"]["family_name"] in texts
    assert record.plan["patient"]["identifiers"][0]["value"] in texts
    assert BIRTH_DATE in texts
    assert {one["text"] for one in record.plan["notes"]} <= texts
    assert len(texts) == record.texts + 1
    marked = {group for group in LIST_GROUPS if marks_in(str(record.plan[group]))}
    codes_alone = {"care_team", "sessions", "scores", "adherence"}
    assert set(LIST_GROUPS) - marked == codes_alone


def test_every_operation_has_its_case(house: House) -> None:
    assert {door.name for door in doors(house.app)} == set(CASES)


def test_a_mark_that_gets_out_is_found(house: House, record: Marked) -> None:
    house.ask("GET", "/health/live")
    house.tandem.log.info("x", name=record.plan["title"])
    assert house.leaks() == {"log": [record.plan["title"]]}


def test_a_mark_that_lies_in_the_clear_is_found_unless_it_is_the_id_of_what_is_kept(
    record: Marked, tmp_path: Path
) -> None:
    with opened(tmp_path) as house:
        house.keep(record.people, {**record.plan, "id": mark()})
        assert house.leaks_at_rest() == {}
        with house.tandem.storage.begin() as work:
            work.audit.count_refused(wall_clock(), leaked := mark(), Doubt.MISSING)
            work.commit()
        found = house.leaks_at_rest()
        assert found
        assert set(chain(*found.values())) == {leaked}


@pytest.mark.parametrize("name", sorted(CASES))
def test_no_request_leaves_a_mark_in_a_refusal_a_log_a_metric_a_span_or_the_database_file(
    house: House, record: Marked, name: str
) -> None:
    for door in (one for one in doors(house.app) if one.name == name):
        for request in spoilings(CASES[name](record)):
            asked(house, door, request)
    assert house.refused, "something was refused"
    assert house.leaks() == {}
    assert house.leaks_at_rest() == {}


@pytest.mark.parametrize("method", ["DELETE", "TRACE", "MAJA", mark()])
def test_no_method_and_no_path_without_a_door_leaves_a_mark(house: House, method: str) -> None:
    for path in ("/plans", f"/{mark()}", f"/plans/{mark()}/{mark()}?{mark()}={mark()}", f"//{mark()}"):
        house.ask(method, path, {mark(): mark()})
    assert len(house.refused) == 4
    assert house.leaks() == {}
    assert house.leaks_at_rest() == {}
