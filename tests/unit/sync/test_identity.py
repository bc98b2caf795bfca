"""How a resource is created so that a second attempt finds the first one."""

from collections.abc import Iterator, Mapping

import pytest

from service.mapping.references import Key
from service.ports.ehr import Gone, Held, Missing
from service.sync.identity import (
    Ambiguous,
    ByClientId,
    ByCondition,
    BySearch,
    Impossible,
    by_client_id,
    found_by_identifier,
    look_up,
    read_again,
    way_to_create,
)
from service.sync.planner import Vanished
from tests.builders import uid
from tests.unit.sync.bench import SYSTEM, held, offering

KEY = Key("Goal", uid("goals-0"))
MINE = {"resourceType": "Goal", "identifier": [{"system": SYSTEM, "value": KEY.item}]}


class Chart:
    """A chart that finds what it is told to, and remembers what was asked."""

    def __init__(self, *found: Held, missing: type[Exception] | None = None) -> None:
        self.found = found
        self.missing = missing
        self.asked: list[object] = []

    def read(self, reference: str) -> Held:
        self.asked.append(reference)
        if self.missing is not None:
            raise self.missing("not there")
        return self.found[0]

    def search(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Held]:
        self.asked.append((resource_type, dict(params)))
        yield from self.found


WAYS = {
    "everything": (offering("create", "update", conditional_create=True, update_create=True), ByCondition()),
    "conditional create": (offering("create", conditional_create=True), ByCondition()),
    "condition without create": (offering("read", conditional_create=True), Impossible),
    "our ids": (offering("create", "update", update_create=True), by_client_id(KEY)),
    "our ids and nothing else": (offering("update", update_create=True), by_client_id(KEY)),
    "our ids, but no update": (offering("create", update_create=True), Impossible),
    "search": (offering("create", "update", search_params=frozenset({"identifier"})), BySearch()),
    "blind creates": (offering("create", "update"), Impossible),
    "nothing": (offering(), Impossible),
}


@pytest.mark.parametrize(("offered", "way"), WAYS.values(), ids=WAYS)
def test_the_safest_way_that_the_server_offers_is_taken(offered, way):
    found = way_to_create(KEY, offered)
    assert isinstance(found, way) if isinstance(way, type) else found == way


def test_the_reason_says_what_the_server_lacks():
    assert "takes no new one" in way_to_create(KEY, offering()).reason
    assert "cannot tell a second one" in way_to_create(KEY, offering("create")).reason


def test_what_has_no_identifier_is_written_under_our_id_or_not_at_all():
    decision = Key("Provenance", uid("phases-0"))
    able = offering("create", "update", conditional_create=True, update_create=True)
    able = type(able)(fhir_version="4.0.1", types={"Provenance": able.of("Goal")})
    assert way_to_create(decision, able) == by_client_id(decision)
    assert isinstance(way_to_create(decision, offering("create", conditional_create=True)), Impossible)


def test_a_replay_chooses_the_same_id():
    assert (
        by_client_id(KEY) == by_client_id(Key("Goal", uid("goals-0"))) != by_client_id(Key("Task", KEY.item))
    )
    assert by_client_id(KEY).reference.startswith("Goal/")


def test_the_server_looks_up_a_condition_itself():
    chart = Chart(held(MINE))
    assert look_up(KEY, ByCondition(), system=SYSTEM, ehr=chart) is None
    assert chart.asked == []


def test_our_identifier_is_looked_up_before_a_plain_create():
    chart = Chart(held(MINE), held({"resourceType": "OperationOutcome"}, "OperationOutcome/1"))
    assert look_up(KEY, BySearch(), system=SYSTEM, ehr=chart) == held(MINE)
    assert chart.asked == [("Goal", {"identifier": f"{SYSTEM}|{KEY.item}"})]
    assert look_up(KEY, BySearch(), system=SYSTEM, ehr=Chart()) is None


def test_our_id_is_read_before_it_is_written_to():
    way = ByClientId("Goal/abc")
    assert look_up(KEY, way, system=SYSTEM, ehr=Chart(held(MINE))) == held(MINE)
    for absence in (Missing, Gone):
        assert look_up(KEY, way, system=SYSTEM, ehr=Chart(missing=absence)) is None


def test_several_that_claim_our_identifier_stop_us():
    with pytest.raises(Ambiguous, match=KEY.item):
        found_by_identifier(KEY, SYSTEM, Chart(held(MINE), held(MINE, "Goal/2")))


@pytest.mark.parametrize("absence", [Missing, Gone])
def test_what_is_gone_is_said_to_be_gone(absence):
    assert read_again("Goal/1", Chart(missing=absence)) == Vanished()
    assert read_again("Goal/1", Chart(held(MINE))) == held(MINE)
