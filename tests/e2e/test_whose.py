"""On a real FHIR server too: additions are offered, a booking is linked, a copy is told, a merge freezes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4  # noqa: TID251  a server that keeps its charts needs new people at every run

import pytest

from service.application.bind_patient import BindPatient, LookAtPatient
from service.application.inbox import Decide, decide_item
from service.application.keep_plan import replace_plan
from service.bootstrap.surroundings import SystemClock
from service.domain.appointment import AppointmentKind, AppointmentStatus
from service.domain.concept import Period
from service.mapping.terminology.records import APPOINTMENT_KIND
from service.ports.inbox import InboxItem
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from tests.builders import a_participant, an_appointment
from tests.e2e.test_two_writers import AUTHOR, Writers, writers_in_step

NOW = SystemClock().now().replace(microsecond=0)


@pytest.fixture
def writers(url: str, tmp_path: Path) -> Writers:
    return writers_in_step(url, tmp_path)


def address(writers: Writers, kind: str, item: str) -> str:
    with writers.tandem.storage.begin(write=False) as work:
        (entry,) = (entry for _, entry in work.ledger.of_item("default", item) if entry.resource_type == kind)
    return f"{kind}/{entry.remote_id}"


def held(writers: Writers, reference: str) -> Any:
    answer = writers.chart.get(reference)
    assert answer.ok, answer.body
    return answer.body


def made(writers: Writers, resource: dict[str, Any]) -> str:
    answer = writers.chart.post(resource["resourceType"], resource)
    assert answer.ok, answer.body
    return f"{resource['resourceType']}/{answer.body['id']}"


def waiting(writers: Writers, cause: Cause) -> InboxItem:
    (found,) = [one for one in writers.waiting() if one.cause == cause]
    return found


def answer(writers: Writers, cause: Cause, choices: dict[str, str]) -> None:
    item = waiting(writers, cause)
    command = Decide(item_id=item.id, digest=item.digest, author=AUTHOR, choices=choices)
    decide_item(command, ports=writers.tandem.plans)
    writers.sync()


def test_a_booking_becomes_the_plans_appointment_and_our_proposal_ends(writers: Writers) -> None:
    wish = an_appointment(
        id=str(uuid4()),
        status=AppointmentStatus.PROPOSED,
        start=None,
        end=None,
        requested=Period(start=(NOW + timedelta(days=3)).date(), end=(NOW + timedelta(days=9)).date()),
        participants=(a_participant(person=None),),
    )
    head = writers.head()
    replace_plan(
        replace(head, appointments=(*head.appointments, wish)),
        editor=writers.editor(),
        ports=writers.tandem.plans,
    )
    writers.sync()
    start = NOW + timedelta(days=5)
    patient = address(writers, "Patient", head.patient.id)
    booking = made(
        writers,
        {
            "resourceType": "Appointment",
            "status": "booked",
            "serviceType": [
                {"coding": [APPOINTMENT_KIND.rows[AppointmentKind.THERAPY_SESSION][0].coding]},
            ],
            "start": start.isoformat(),
            "end": (start + timedelta(minutes=50)).isoformat(),
            "participant": [{"actor": {"reference": patient}, "status": "accepted"}],
        },
    )
    writers.sync()
    answer(writers, Cause.BOOKED_THERE, {booking: "confirm"})
    ours, theirs = writers.head().appointments[-2:]
    assert (ours.status, theirs.status) == (AppointmentStatus.CANCELLED, AppointmentStatus.BOOKED)
    assert theirs.start == start
    assert held(writers, address(writers, "Appointment", wish.id))["status"] == "cancelled"
    assert (writers.sync().writes, writers.waiting()) == (0, ())


def test_what_people_put_into_the_care_plan_is_offered_or_told(writers: Writers) -> None:
    patient = {"reference": address(writers, "Patient", writers.head().patient.id)}
    aim = made(
        writers,
        {
            "resourceType": "Goal",
            "lifecycleStatus": "active",
            "description": {"text": "Walk daily"},
            "subject": patient,
        },
    )
    plan = address(writers, "CarePlan", writers.plan_id)
    before = held(writers, plan)
    in_words = {"reference": {"display": "Walking group"}}
    described = {"detail": {"status": "scheduled", "description": "Sleep hygiene"}}
    added = {"goal": [{"reference": aim}], "activity": [in_words, described]}
    after = {name: [*before.get(name, []), *entries] for name, entries in added.items()}
    assert writers.chart.put(plan, {**before, **after}).ok
    assert writers.sync().writes == 0
    told = waiting(writers, Cause.CANNOT_TAKE_UP)
    assert [name.rpartition(".")[2] for name in told.groups] == ["reference", "detail"]
    answer(writers, Cause.EXISTS_THERE, {aim: "confirm"})
    answer(writers, Cause.CANNOT_TAKE_UP, {})
    assert writers.head().goals[-1].description == "Walk daily"
    assert held(writers, plan)["activity"][-2:] == [in_words, described]
    assert (writers.sync().writes, writers.waiting()) == (0, ())


def test_a_copy_with_our_identifier_stops_the_item_until_somebody_chose(writers: Writers) -> None:
    goal = writers.head().goals[0]
    ours = address(writers, "Goal", goal.id)
    copy = made(
        writers, {name: one for name, one in held(writers, ours).items() if name not in {"id", "meta"}}
    )
    writers.sync()
    assert set(waiting(writers, Cause.TWO_CLAIMANTS).groups) == {ours, copy}
    answer(writers, Cause.TWO_CLAIMANTS, {ours: "confirm", copy: "decline"})
    assert (writers.sync().writes, writers.waiting()) == (0, ())


def test_a_merged_patient_freezes_the_plan_until_it_is_bound_to_the_survivor(writers: Writers) -> None:
    old = address(writers, "Patient", writers.head().patient.id)
    record = held(writers, old)
    survivor = made(
        writers, {name: one for name, one in record.items() if name not in {"id", "meta", "identifier"}}
    )
    merged = {**record, "active": False, "link": [{"type": "replaced-by", "other": {"reference": survivor}}]}
    assert writers.chart.put(old, merged).ok
    assert writers.sync().standing is Standing.PARKED
    look = LookAtPatient(plan_id=writers.plan_id, patient=survivor.partition("/")[2])
    shown = writers.tandem.bind(look)
    word = BindPatient(plan_id=look.plan_id, patient=look.patient, digest=shown.digest, author=AUTHOR)
    assert writers.tandem.bind(word).bound_to == survivor
    report = writers.sync()
    assert {one.cause for one in writers.waiting()} == {Cause.OTHER_PATIENT}, "the server moved nothing"
    assert report.writes == 0
