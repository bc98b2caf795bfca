"""What the ledger and the journal say about one resource."""

from dataclasses import replace

import pytest

from service.fhir.canonical import digest
from service.mapping.references import Key
from service.ports.ehr import Written
from service.ports.journal import Interaction
from service.ports.storage import LinkState
from service.sync.bookkeeping import Intended, agreed_entry, held_of, journal_row, linked_entry, tried
from tests.builders import uid
from tests.unit.sync.bench import NOON, an_agenda, an_entry, held

KEY = Key("Goal", uid("goals-0"))
OURS = {"resourceType": "Goal", "lifecycleStatus": "active"}
THERE = held({**OURS, "id": "7", "language": "en"}, "Goal/7", "3")


def test_a_journal_row_says_what_is_meant_and_by_whose_lease():
    agenda = an_agenda()
    intended = Intended(key=KEY, interaction=Interaction.UPDATE, ours=OURS, expected_version="3")
    row = journal_row(agenda, intended, row_id="row-1", now=NOON)
    assert (row.id, row.plan_id, row.patient_id) == ("row-1", agenda.plan.id, agenda.plan.patient.id)
    assert (row.resource_type, row.item_id, row.interaction) == ("Goal", KEY.item, Interaction.UPDATE)
    assert (row.body, row.digest, row.expected_version) == (OURS, digest(OURS), "3")
    assert (row.fencing, row.recorded_at, row.settled_at) == (7, NOON, None)


def test_an_agreement_keeps_both_halves_of_the_base():
    entry = agreed_entry(an_entry(KEY, reason="waits", not_kept=("Goal.note",)), OURS, THERE)
    assert (entry.state, entry.reason, entry.not_kept) == (LinkState.IN_SYNC, None, ())
    assert (entry.remote_id, entry.version) == ("7", "3")
    assert (entry.agreed_ours, entry.agreed_theirs) == (OURS, THERE.resource)
    assert (entry.ours_digest, entry.theirs_digest) == (digest(OURS), digest(THERE.resource))


def test_what_the_server_did_not_keep_is_never_called_in_step():
    entry = agreed_entry(an_entry(KEY), OURS, THERE, not_kept=("Goal.note",))
    assert (entry.state, entry.not_kept) == (LinkState.NOT_KEPT, ("Goal.note",))


def test_a_link_without_agreement_leaves_the_base_as_it_is():
    before = agreed_entry(an_entry(KEY), OURS, THERE)
    entry = linked_entry(before, replace(THERE, version="4"), state=LinkState.CONFLICT, reason="changed")
    assert (entry.state, entry.reason, entry.remote_id) == (LinkState.CONFLICT, "changed", "7")
    assert (entry.agreed_ours, entry.version) == (OURS, "3")


@pytest.mark.parametrize("state", LinkState)
def test_only_an_agreement_is_a_success(state):
    entry = tried(an_entry(KEY, state=state), now=NOON, revision=3)
    succeeded = state in {LinkState.IN_SYNC, LinkState.NOT_KEPT}
    assert entry.last_tried == NOON
    assert (entry.last_succeeded, entry.settled_revision) == ((NOON, 3) if succeeded else (None, None))


def test_an_answer_is_what_the_chart_holds_now():
    answer = Written(
        status=201, reference="Goal/7", version="3", last_updated=None, resource=None, created=True
    )
    assert held_of(answer, THERE.resource) == THERE
