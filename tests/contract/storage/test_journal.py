from dataclasses import replace
from decimal import Decimal

import pytest

from service.ports.journal import Interaction
from service.ports.storage import Storage, Taken
from tests.contract.storage.samples import a_row, later

UPDATE = a_row(
    id="row-2",
    interaction=Interaction.UPDATE,
    expected_version="3",
    body={"resourceType": "Goal", "n": Decimal("2.0")},
    recorded_at=later(-1),
)


def test_a_written_row_is_open_until_it_is_settled(storage: Storage) -> None:
    with storage.begin() as work:
        work.journal.write([a_row(), UPDATE])
        work.commit()
    with storage.begin() as work:
        assert work.journal.open_rows("default", "patient-1") == (a_row(), UPDATE)
        work.journal.settle(["row-1", "nobody's"], "applied", later(1))
        work.commit()
    with storage.begin(write=False) as work:
        assert work.journal.open_rows("default", "patient-1") == (UPDATE,)


def test_the_first_outcome_stays(storage: Storage) -> None:
    with storage.begin() as work:
        work.journal.write([a_row()])
        work.journal.settle(["row-1"], "applied", later(1))
        work.journal.settle(["row-1"], "refused", later(2))
        work.journal.settle([], "applied", later(2))
        assert work.journal.open_rows("default", "patient-1") == ()


def test_patients_and_connections_have_journals_of_their_own(storage: Storage) -> None:
    theirs = replace(a_row(), id="row-3", patient_id="patient-2")
    elsewhere = replace(a_row(), id="row-4", connection_id="other")
    with storage.begin() as work:
        work.journal.write([theirs, elsewhere])
        assert work.journal.open_rows("default", "patient-1") == ()
        assert work.journal.open_rows("default", "patient-2") == (theirs,)
        assert work.journal.open_rows("other", "patient-1") == (elsewhere,)


def test_a_row_is_written_once(storage: Storage) -> None:
    with storage.begin() as work:
        work.journal.write([a_row()])
        with pytest.raises(Taken, match="journal row row-1"):
            work.journal.write([a_row()])
