"""A table that a clinician can read: in this situation, on this day, these findings and no others."""

import pytest

from service.domain.findings.judging import judge
from service.domain.findings.registry import BY_ID
from tests.builders import day
from tests.scenarios import vignettes, vignettes_care, vignettes_changes, vignettes_meetings
from tests.scenarios.vignette import Vignette

TABLES = (vignettes, vignettes_meetings, vignettes_changes, vignettes_care)
TABLE = {name: one for table in TABLES for name, one in table.VIGNETTES.items()}
NAMED = pytest.mark.parametrize("vignette", TABLE.values(), ids=TABLE)


@NAMED
def test_exactly_these_findings_with_this_evidence(vignette: Vignette) -> None:
    found = judge(vignette.plan, day(vignette.on), past=vignette.history, decisions=vignette.decisions)
    said = {one.rule: set(one.items) for one in found}
    assert said == {rule: set(items.split()) for rule, items in vignette.finds.items()}
    assert len(found) == len(said), "one finding of each rule"
    texts = " ".join(f"{one.text} {one.proposal}" for one in found)
    assert vignette.words in texts
    assert not vignette.not_words or vignette.not_words not in texts


def test_every_rule_has_a_vignette_in_which_it_speaks() -> None:
    assert {rule for vignette in TABLE.values() for rule in vignette.finds} == set(BY_ID)


def test_no_situation_stands_in_two_tables() -> None:
    assert len(TABLE) == sum(len(table.VIGNETTES) for table in TABLES)
    assert len(TABLE) >= 40
