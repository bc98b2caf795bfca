"""Two writers of one chart: what each changed, and what comes of it.

Each row starts from a plan that both sides agree on. After it, every edit is in the result, waits in the
inbox, or is told as not applied; everything else flows; and one more pass writes nothing on either side.
"""

import pytest

from service.sync.reconciliation import Cause
from service.sync.report import SETTLED
from tests.builders import the_full_plan
from tests.scenarios.clinic import Clinic
from tests.scenarios.two_sides import Row
from tests.scenarios.two_sides_care import CARE
from tests.scenarios.two_sides_treatment import TREATMENT

TABLE = TREATMENT | CARE
START = the_full_plan()


def agreed() -> Clinic:
    clinic = Clinic(START)
    clinic.sync()
    return clinic


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_no_edit_is_lost(row: Row) -> None:
    clinic = agreed()
    here = row.here(clinic.head())
    for name, change in row.there.items():
        clinic.edit(clinic.address(name), **change(clinic.of(name)))
    if here != clinic.head():
        clinic.revise(here)
    report = clinic.sync()
    waiting = {(one.cause, frozenset(one.groups)) for one in clinic.inbox}
    wanted = {(row.contested[0].value, frozenset(row.contested[1]))} if row.contested else set()
    told = {(Cause.NOT_APPLIED.value, frozenset(row.lost))} if row.lost else set()
    named = {(Cause.EVIDENCE_WITHDRAWN.value, frozenset(row.withdrawn))} if row.withdrawn else set()
    left = {(Cause.WORDS_LEFT.value, frozenset(row.left))} if row.left else set()
    untaken = {(Cause.CANNOT_TAKE_UP.value, frozenset(row.untaken))} if row.untaken else set()
    assert waiting == wanted | told | named | left | untaken
    beside = {Cause.NOT_APPLIED, Cause.WORDS_LEFT, Cause.EVIDENCE_WITHDRAWN, Cause.CANNOT_TAKE_UP}
    open_keys = {(one.resource_type, one.item_id) for one in clinic.inbox if one.cause not in beside}
    stuck = {(one.key.type, one.key.item) for one in report.items if one.done not in SETTLED}
    assert stuck == open_keys, "what is not in dispute goes on"
    if row.plan is not None:
        assert row.plan[0](clinic.head()) == row.plan[1]
    if row.chart is not None:
        assert row.chart[0](clinic) == row.chart[1]
    number, again = clinic.editor.expected, clinic.sync()
    assert (again.writes, clinic.editor.expected) == (0, number), (
        "one more pass writes nothing on either side"
    )
