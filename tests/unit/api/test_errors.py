"""Every exception that is ours has a status, and it is the one table that says so."""

import pytest

from service.api import refusals
from service.api.errors import TABLE, problem_of, row_of
from service.api.refusals import NoEhr
from service.domain.values import Invalid
from service.ports import ehr, storage
from service.ports.ehr import NotFhir


def all_below(kind: type[Exception]) -> set[type[Exception]]:
    return {kind} | {one for below in kind.__subclasses__() for one in all_below(below)}


OURS = (all_below(storage.StorageError) | all_below(refusals.Refusal)) - {
    storage.StorageError,
    refusals.Refusal,
}


# Those of the port: what the adapter adds for itself never leaves it, and may or may not be imported here.
OF_THE_PORT = {kind for kind in all_below(ehr.EhrError) if kind.__module__ == ehr.__name__}


@pytest.mark.parametrize("kind", sorted(OF_THE_PORT, key=str))
def test_every_failure_of_the_ehr_has_its_row(kind: type[Exception]) -> None:
    assert kind in TABLE


@pytest.mark.parametrize("kind", sorted(OURS, key=str))
def test_every_refusal_of_ours_has_its_row(kind: type[Exception]) -> None:
    assert kind in TABLE


def test_an_exception_takes_the_row_of_its_nearest_base() -> None:
    class MoreInvalid(Invalid):
        pass

    assert row_of(MoreInvalid([])).status == 422
    assert row_of(KeyError("x")).status == 500


def test_a_name_has_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for row in TABLE.values():
        statuses.setdefault(row.name, set()).add(row.status)
    assert {name: found for name, found in statuses.items() if len(found) > 1} == {}


def test_a_title_is_written_as_people_write_it() -> None:
    titles = {problem_of(error, "id")[0].title for error in (NotFhir(""), Invalid([]), NoEhr(""))}
    assert titles == {"EHR is not FHIR", "Invalid", "No EHR"}
