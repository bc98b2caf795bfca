"""Whatever goes wrong while a chart is read, and wherever a poll dies: no edit is lost."""

from typing import Any

import pytest

from service.fhir.json import dumps
from service.ports.ehr import Throttled, Unavailable
from service.ports.storage import UnitOfWork
from service.sandbox.wire import Incoming
from tests.property.two_sided import ORDER
from tests.scenarios.clinic import Clinic
from tests.scenarios.polled import in_step
from tests.scenarios.two_sides import FLAG, GOAL, NOTE, PLAN

# What goes wrong while a chart is read, and whether the poll that met it ends with an error.
READING = {
    "duplicate-row": None,
    "reordered-rows": None,
    "missing-row": None,
    "expired-page times=1": None,
    "clock-skew seconds=300": None,
    "clock-skew seconds=-300": None,
    "stale-search": None,
    "search-cache": None,
    "too-many-requests times=1": Throttled,
    "overloaded times=1": Throttled,
    "error-before times=1": Unavailable,
    "no-connection times=1": Unavailable,
    "cut-body times=1": Unavailable,
    "expired-page": Unavailable,
}


@pytest.mark.parametrize("fault", READING)
@pytest.mark.parametrize("way", ["history", "lastUpdated"])
def test_no_edit_is_lost_whatever_goes_wrong_in_reading(fault: str, way: str) -> None:
    clinic = in_step(way)
    for number in range(50):  # several pages, in which the one edit that counts stands somewhere
        if number == 21:
            clinic.edit(clinic.address(GOAL), description={"text": "their words"})
        clinic.made({"resourceType": "Patient", "birthDate": "1980-01-01"})
        clinic.made({"resourceType": "Goal", **a_strangers_goal(number)}) if way != "history" else None
    clinic.arm(fault)
    if READING[fault] is not None:
        try:
            clinic.poll()
        except READING[fault]:
            pass
        clinic.faulty.disarm()
    else:
        clinic.poll()
    if fault.startswith("stale-search"):
        clinic.faulty.disarm()
    clinic.later(seconds=50)
    clinic.poll()
    assert clinic.due == (clinic.plan.id,)


def a_strangers_goal(number: int) -> dict[str, Any]:
    subject = {"identifier": {"system": "https://elsewhere.example", "value": str(number)}}
    return {"lifecycleStatus": "active", "description": {"text": "sleep"}, "subject": subject}


def test_of_a_thousand_rows_with_one_moment_none_is_skipped() -> None:
    clinic = in_step()
    clinic.arm("equal-timestamps")
    keys = (GOAL, NOTE, FLAG, PLAN)
    for number in range(1000):
        clinic.faulty.answer(incoming_patient(number))
        if number in (1, 200, 555, 998):
            key = keys[(1, 200, 555, 998).index(number)]
            touched(clinic, clinic.address(key))
    clinic.faulty.disarm()
    assert clinic.poll().changed == len(keys)


def incoming_patient(number: int) -> Incoming:
    body = b'{"resourceType": "Patient", "birthDate": "1980-01-01"}'
    return Incoming(
        method="POST",
        base="http://ehr.test/fhir",
        segments=("Patient",),
        headers={"content-type": "application/fhir+json"},
        body=body,
    )


def touched(clinic: Clinic, address: str) -> None:
    held = clinic.ask("GET", address).body
    assert held is not None
    answer = clinic.faulty.answer(
        Incoming(
            method="PUT",
            base="http://ehr.test/fhir",
            segments=tuple(address.split("/")),
            headers={"content-type": "application/fhir+json"},
            body=dumps({**held, "language": "en"}).encode(),
        )
    )
    assert answer.status == 200, answer.body


def test_a_clock_that_was_ahead_and_went_back_hides_nothing() -> None:
    clinic = in_step()
    clinic.arm("clock-skew seconds=3600")
    clinic.poll()
    clinic.faulty.disarm()
    clinic.later(minutes=1)
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.later(minutes=1)
    report = clinic.poll()
    assert report.compared is not None
    assert report.woken == {clinic.plan.id}
    clinic.sync()
    clinic.edit(clinic.address(GOAL), description={"text": "words after that"})
    assert clinic.poll().woken == {clinic.plan.id}


class Dies(Exception):
    """The process ends."""


@pytest.mark.parametrize("way", ["history", "lastUpdated", "re-read"])
def test_a_crash_at_any_commit_of_a_poll_loses_nothing(way: str) -> None:
    clinic, crashes = in_step(way), 0
    for number in range(1, 100):
        clinic.edit(clinic.address(GOAL), description={"text": f"their words {number}"})
        clinic.edit(clinic.address(ORDER), note=[{"text": f"by hand {number}"}])
        commits = iter(range(1, 1000))
        crashing(clinic, lambda counted=commits, last=number: next(counted) == last)
        try:
            clinic.poll(whole=True)
        except Dies:
            crashes += 1
        calm(clinic)
        if crashes < number:
            break
        clinic.poll()
        assert clinic.due == (clinic.plan.id,), f"after commit {number}"
        clinic.sync()
        assert clinic.head().goals[0].description == f"their words {number}"
        clinic.later(minutes=10)
    assert crashes > 1


def crashing(clinic: Clinic, now: Any) -> None:
    begin = type(clinic.storage).begin

    def dying(*, write: bool = True) -> UnitOfWork:
        work = begin(clinic.storage, write=write)
        commit = work.commit

        def committed() -> None:
            if now():
                raise Dies
            commit()

        work.commit = committed
        return work

    clinic.storage.begin = dying


def calm(clinic: Clinic) -> None:
    del clinic.storage.begin
