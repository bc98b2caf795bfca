from dataclasses import replace

from service.ports.passes import LastPass
from service.ports.storage import Storage
from tests.contract.storage.samples import NOON, a_row, an_entry, later

ENDED = LastPass(connection_id="default", plan_id="plan-1", revision=3, standing="partly", ended_at=NOON)


def test_the_last_pass_is_the_one_that_is_kept(storage: Storage) -> None:
    again = replace(ENDED, revision=4, standing="in-step", ended_at=later(1))
    with storage.begin() as work:
        assert work.passes.get("default", "plan-1") is None
        for one in (ENDED, again):
            work.passes.put(one)
        assert work.passes.get("default", "plan-1") == again
        assert work.passes.get("other", "plan-1") is None


def test_an_item_is_found_in_all_that_it_became(storage: Storage) -> None:
    score, answers = (an_entry(resource_type=kind, item_id="score-1") for kind in ("Observation", "Task"))
    with storage.begin() as work:
        work.ledger.save([an_entry(), answers, score], plan_id="plan-1")
        assert work.ledger.of_item("default", "score-1") == (("plan-1", score), ("plan-1", answers))
        assert work.ledger.of_item("other", "score-1") == ()


def test_the_latest_attempts_of_an_item_come_first(storage: Storage) -> None:
    rows = [a_row(id=f"row-{n}", item_id="score-1", recorded_at=later(n)) for n in range(3)]
    with storage.begin() as work:
        work.journal.write([*rows, a_row(id="another")])
        assert work.journal.of_item("default", "score-1", limit=2) == (rows[2], rows[1])
