from dataclasses import replace
from decimal import Decimal

import pytest

from service.ports.storage import LinkState, Storage
from tests.contract.storage.samples import NOON, an_entry, later

FULL = an_entry(
    state=LinkState.NOT_KEPT,
    remote_id="17",
    version="3",
    last_updated="2026-03-02T12:00:00.123+00:00",
    agreed_ours={"resourceType": "Goal", "target": [{"detailQuantity": {"value": Decimal("1.50")}}]},
    agreed_theirs={"resourceType": "Goal", "note": [{"text": "\ud800 \x00 \u2028 ü"}]},
    ours_digest="sha256:1",
    theirs_digest="sha256:2",
    reason="not-kept",
    not_kept=("Goal.target[0].detailQuantity",),
    last_tried=later(2),
    last_succeeded=NOON,
    settled_revision=4,
)


def test_an_entry_comes_back_with_every_digit_and_every_character(storage: Storage) -> None:
    with storage.begin() as work:
        work.ledger.save([FULL], plan_id="plan-1")
        work.commit()
    with storage.begin(write=False) as work:
        (held,) = work.ledger.of_plan("default", "plan-1")
    assert held == FULL
    assert held.agreed_ours is not None
    assert str(held.agreed_ours["target"][0]["detailQuantity"]["value"]) == "1.50"


@pytest.mark.parametrize("state", LinkState)
def test_an_entry_is_replaced_by_its_key(storage: Storage, state: LinkState) -> None:
    with storage.begin() as work:
        work.ledger.save([FULL], plan_id="plan-1")
        work.ledger.save([an_entry(state=state)], plan_id="plan-1")
        assert work.ledger.of_plan("default", "plan-1") == (an_entry(state=state),)


def test_what_was_read_can_be_changed_without_changing_what_is_kept(storage: Storage) -> None:
    with storage.begin() as work:
        work.ledger.save([FULL], plan_id="plan-1")
        (held,) = work.ledger.of_plan("default", "plan-1")
        assert held.agreed_ours is not None
        held.agreed_ours.clear()
        assert work.ledger.of_plan("default", "plan-1") == (FULL,)


def test_plans_and_connections_see_what_they_use(storage: Storage) -> None:
    shared = an_entry(resource_type="Practitioner", item_id="person-1", patient_id=None, remote_id="5")
    own = an_entry(remote_id="6")
    elsewhere = an_entry(connection_id="other", remote_id="6")
    with storage.begin() as work:
        work.ledger.save([shared, own, elsewhere], plan_id="plan-1")
        work.ledger.save([shared], plan_id="plan-2")
        assert work.ledger.of_plan("default", "plan-1") == (own, shared)
        assert work.ledger.of_plan("default", "plan-2") == (shared,)
        assert work.ledger.of_plan("other", "plan-1") == (elsewhere,)
        assert work.ledger.of_plan("other", "plan-2") == ()


def test_what_one_plan_agreed_on_says_nothing_of_another(storage: Storage) -> None:
    theirs = replace(FULL, version="4", agreed_ours={"resourceType": "Goal"}, ours_digest="sha256:9")
    with storage.begin() as work:
        work.ledger.save([FULL], plan_id="plan-1")
        work.ledger.save([theirs], plan_id="plan-2")
        assert work.ledger.of_plan("default", "plan-1") == (FULL,)
        assert work.ledger.of_plan("default", "plan-2") == (theirs,)
        assert work.ledger.of_item("default", FULL.item_id) == (("plan-1", FULL), ("plan-2", theirs))
        assert [link.plans for link in work.links.of("default", ["Goal/17"])["Goal/17"]] == [
            ("plan-1",),
            ("plan-2",),
        ]


def test_what_another_plan_has_is_lent_but_where_a_plan_has_its_own(storage: Storage) -> None:
    shared = an_entry(resource_type="Practitioner", item_id="person-1", patient_id=None, remote_id="5")
    own = replace(shared, version="8")
    with storage.begin() as work:
        work.ledger.save([shared], plan_id="plan-1")
        work.ledger.save([own], plan_id="plan-3")
        for _ in range(2):
            work.ledger.lend([shared], plan_id="plan-2")
            work.ledger.lend([shared], plan_id="plan-3")
        work.ledger.lend([], plan_id="plan-4")
        assert work.ledger.of_plan("default", "plan-2") == (shared,)
        assert work.ledger.of_plan("default", "plan-3") == (own,)


def test_of_what_others_have_the_one_in_step_last_is_given(storage: Storage) -> None:
    never, early, late = (
        replace(FULL, last_succeeded=at, version=version)
        for at, version in ((None, "1"), (NOON, "2"), (later(5), "3"))
    )
    key, role = (FULL.resource_type, FULL.item_id), ("Goal", "goal-7")
    with storage.begin() as work:
        for plan_id, entry in (("plan-1", never), ("plan-2", late), ("plan-3", early)):
            work.ledger.save([entry], plan_id=plan_id)
        assert work.ledger.elsewhere("default", [key, role], plan_id="plan-4") == (late,)
        assert work.ledger.elsewhere("default", [key], plan_id="plan-2") == (early,)
        assert work.ledger.elsewhere("other", [key], plan_id="plan-4") == ()
        assert work.ledger.elsewhere("default", [], plan_id="plan-4") == ()


def test_the_plans_that_rest_on_an_item_are_found_by_it(storage: Storage) -> None:
    as_person, as_role = (
        an_entry(resource_type=kind, item_id="person-1", patient_id=None)
        for kind in ("Practitioner", "PractitionerRole")
    )
    with storage.begin() as work:
        work.ledger.save([as_person, as_role], plan_id="plan-2")
        work.ledger.save([as_person, an_entry()], plan_id="plan-1")
        work.ledger.save([replace(as_person, connection_id="other")], plan_id="plan-3")
        assert work.links.using("default", "person-1") == ("plan-1", "plan-2")
        assert work.links.using("default", "person-2") == ()


def test_entries_of_a_plan_are_found_by_their_keys(storage: Storage) -> None:
    person = an_entry(resource_type="Practitioner", item_id="person-1")
    role = an_entry(resource_type="PractitionerRole", item_id="person-1")
    with storage.begin() as work:
        work.ledger.save([person, role, an_entry()], plan_id="plan-1")
        wanted = [("PractitionerRole", "person-1"), ("Practitioner", "person-1"), ("Goal", "person-1")]
        assert work.ledger.many("default", wanted, plan_id="plan-1") == (person, role)
        assert work.ledger.many("default", wanted, plan_id="plan-2") == ()
        assert work.ledger.many("other", wanted, plan_id="plan-1") == ()
        assert work.ledger.many("default", [], plan_id="plan-1") == ()


def test_items_are_found_by_the_resource_that_they_rest_on(storage: Storage) -> None:
    one = an_entry(resource_type="Condition", item_id="con-1", remote_id="7")
    same = an_entry(resource_type="Condition", item_id="con-2", remote_id="7")
    with storage.begin() as work:
        work.ledger.save([one, same, an_entry(remote_id="7")], plan_id="plan-1")
        work.ledger.save([one], plan_id="plan-2")
        assert work.ledger.items_at("default", "Condition", "7") == ("con-1", "con-2")
        assert work.ledger.items_at("default", "Condition", "8") == ()
        assert work.ledger.items_at("other", "Condition", "7") == ()
