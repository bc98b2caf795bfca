"""One resource on its way out."""

import pytest

from service.mapping.references import Key
from service.ports.ehr import Create, PutNew, Rejected, Update
from service.ports.journal import Interaction
from service.sync.bookkeeping import Intended
from service.sync.identity import ByClientId, ByCondition, BySearch
from service.sync.outgoing import Outgoing, addressed
from tests.builders import uid
from tests.unit.sync.bench import SYSTEM, held

KEY = Key("Goal", uid("goals-0"))
PATIENT = Key("Patient", uid("patient"))
OURS = {"resourceType": "Goal", "subject": {"reference": PATIENT.urn}}
THERE = {"resourceType": "Goal", "subject": {"reference": "Patient/1"}}
ADDRESSES = {PATIENT.urn: "Patient/1"}


BY_CONDITION = ByCondition()


def going(way=BY_CONDITION, **more):
    return Outgoing(key=KEY, ours=OURS, body=OURS, way=way, **more)


def test_a_create_is_found_again_by_our_identifier():
    change = going().change(SYSTEM, ADDRESSES)
    assert change == Create(resource=THERE, if_none_exist=f"identifier={SYSTEM}|{KEY.item}", full_url=KEY.urn)
    assert going().intended == Intended(key=KEY, interaction=Interaction.CREATE, ours=OURS)
    assert going().chosen is None


def test_a_server_that_never_heard_of_the_condition_is_not_sent_one():
    assert going(BySearch()).change(SYSTEM, ADDRESSES) == Create(
        resource=THERE, if_none_exist=None, full_url=KEY.urn
    )


def test_a_resource_under_an_id_of_ours_carries_it():
    out = going(ByClientId("Goal/abc"))
    assert out.change(SYSTEM, ADDRESSES) == PutNew(reference="Goal/abc", resource={**THERE, "id": "abc"})
    assert out.chosen == "Goal/abc"
    assert out.intended.interaction is Interaction.PUT


@pytest.mark.parametrize("way", [ByCondition(), BySearch(), ByClientId("Goal/abc")])
def test_an_update_rests_on_the_version_that_was_read_whatever_the_way_to_create(way):
    out = going(way, held=held(THERE, "Goal/1", "4"))
    assert out.change(SYSTEM, ADDRESSES) == Update(reference="Goal/1", resource=THERE, if_version="4")
    assert out.chosen is None
    assert out.intended == Intended(key=KEY, interaction=Interaction.UPDATE, ours=OURS, expected_version="4")


def test_without_a_version_nothing_is_replaced_and_nothing_is_made_in_its_place():
    with pytest.raises(Rejected, match="no version"):
        going(held=held(THERE, version=None)).change(SYSTEM, ADDRESSES)


def test_what_has_no_address_yet_keeps_its_urn():
    assert addressed(OURS, {}) == OURS
    assert OURS["subject"] == {"reference": PATIENT.urn}
