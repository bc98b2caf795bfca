"""`tandem why`: the state of an item, its attempts, and the next step."""

from service.console.exit_codes import ExitCode
from service.ports.storage import LinkState
from tests.contract.storage.samples import NOON, a_row, an_entry, later
from tests.unit.console.running import Desk


def test_an_item_tells_where_it_stands_and_what_was_tried(desk: Desk) -> None:
    entry = an_entry(state=LinkState.UNKNOWN_OUTCOME, remote_id="7", reason="no answer", last_tried=NOON)
    with desk.installation.storage.begin() as work:
        work.ledger.save([entry], plan_id="plan-1")
        work.journal.write([a_row(), a_row(id="row-2", recorded_at=later(1))])
        work.journal.settle(["row-1"], "done", later(1))
        work.commit()
    said = desk.type("why", "goal-1", "--json").document["items"][0]
    assert (said["state"], said["reference"], said["reason"]) == ("unknown-outcome", "Goal/7", "no answer")
    assert [one["outcome"] for one in said["attempts"]] == [None, "done"]
    shown = desk.type("why", "goal-1")
    assert "nobody knows yet" in shown.out
    assert "sync again after the settle time" in shown.out.replace("\n", " ")
    assert desk.type("why", "nobody").code == ExitCode.NOT_FOUND


def test_an_item_of_two_plans_is_told_as_each_of_them_has_it(desk: Desk) -> None:
    with desk.installation.storage.begin() as work:
        work.ledger.save([an_entry(state=LinkState.IN_SYNC)], plan_id="plan-1")
        work.ledger.save([an_entry(state=LinkState.CONFLICT)], plan_id="plan-2")
        work.commit()
    states = {one["state"] for one in desk.type("why", "goal-1", "--json").document["items"]}
    assert states == {"in-sync", "conflict"}
    (own,) = desk.type("why", "goal-1", "--plan", "plan-2", "--json").document["items"]
    assert own["state"] == "conflict"
    assert desk.type("why", "goal-1", "--plan", "plan-3").code == ExitCode.NOT_FOUND
