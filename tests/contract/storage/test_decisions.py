"""Decisions are kept whole beside their plan, once each."""

from dataclasses import replace

import pytest

from service.domain.findings.decision import Answer
from service.ports.storage import Storage, Taken
from tests.contract.storage.sample_database import DECIDED_ON
from tests.contract.storage.samples import later


def test_decisions_come_back_as_they_were_made_the_oldest_first(storage: Storage) -> None:
    refused = replace(
        DECIDED_ON, key="0f" * 16, answer=Answer.DECLINED, made=(), evidence=(), decided_at=later(1)
    )
    with storage.begin() as work:
        work.decisions.add("plan-1", DECIDED_ON, revision=2)
        work.decisions.add("plan-1", refused, revision=1)
        work.decisions.add("plan-2", DECIDED_ON, revision=1)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.decisions.of_plan("plan-1") == (refused, DECIDED_ON)
        assert work.decisions.of_plan("plan-2") == (DECIDED_ON,)
        assert work.decisions.of_plan("plan-9") == ()


def test_a_finding_is_decided_once(storage: Storage) -> None:
    with storage.begin() as work:
        work.decisions.add("plan-1", DECIDED_ON, revision=2)
        with pytest.raises(Taken):
            work.decisions.add("plan-1", replace(DECIDED_ON, reason="Another"), revision=3)
