"""Reading the chart: what a poll finds, what it tells twice, and what it does not call gone."""

from dataclasses import replace
from typing import Any

import pytest

from service.ports.ehr import Unavailable
from service.ports.storage import LinkState
from service.sandbox.wire import Answer, Incoming
from service.sync.two_way import MassVanish
from tests.builders import uid
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Answering, Clinic, usual
from tests.scenarios.polled import a_plan, in_step, quiet
from tests.scenarios.two_sides import FLAG, GOAL


@pytest.fixture(params=["history", "lastUpdated", "re-read"])
def clinic(request: pytest.FixtureRequest) -> Clinic:
    return in_step(request.param)


def test_a_quiet_chart_wakes_nobody(clinic: Clinic) -> None:
    assert quiet(clinic.poll())
    assert clinic.due == ()
    assert clinic.writes == []


def test_an_edit_of_the_chart_wakes_its_plan_and_comes_in_with_the_pass(clinic: Clinic) -> None:
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    report = clinic.poll()
    assert report.woken == {clinic.plan.id}
    assert clinic.due == (clinic.plan.id,)
    assert ("default", clinic.plan.id) in clinic.storage.kept.jobs
    clinic.sync()
    assert clinic.head().goals[0].description == "their words"
    assert clinic.due == ()
    assert quiet(clinic.poll())


def test_our_own_writes_coming_back_wake_nobody(clinic: Clinic) -> None:
    clinic.rename("our title")
    clinic.sync()
    assert clinic.writes != []
    assert quiet(clinic.poll())


def test_the_first_poll_compares_everything_and_begins_at_the_servers_time_from_before_it() -> None:
    clinic = Clinic(a_plan())
    clinic.sync()
    clinic.edit(clinic.address(GOAL), description={"text": "before the first poll"})
    report = clinic.poll()
    assert (report.rows, report.woken) == (0, {clinic.plan.id})
    assert report.compared == len({(one["resourceType"], one["id"]) for one in clinic.all()})
    clinic.sync()
    clinic.edit(clinic.address(GOAL), description={"text": "after it"})
    assert clinic.poll().rows > 0
    assert clinic.due == (clinic.plan.id,)


def test_a_new_resource_about_a_bound_patient_wakes_every_plan_of_theirs(clinic: Clinic) -> None:
    other = replace(a_plan(), id=uid("other-plan"), goals=(), medications=(), tasks=(), notes=())
    one = clinic.plan.id
    clinic.revise(replace(other, appointments=(), therapies=(), flags=()))
    two = clinic.plan.id
    clinic.sync()
    visit = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-04-01T09:00:00Z",
        "end": "2026-04-01T10:00:00Z",
        "participant": [{"actor": {"reference": patient_of(clinic)}, "status": "accepted"}],
    }
    clinic.made(visit)
    assert clinic.poll().woken == {one, two}
    stranger = clinic.made({"resourceType": "Patient"})
    clinic.later(minutes=10)
    clinic.poll()
    clinic.made({**visit, "participant": [{"actor": {"reference": stranger}, "status": "accepted"}]})
    assert quiet(clinic.poll())


def patient_of(clinic: Clinic) -> str:
    (patient,) = {f"Patient/{one['id']}" for one in clinic.all("Patient") if one.get("identifier")}
    return patient


def test_what_is_new_is_told_again_until_no_search_can_be_stale() -> None:
    clinic = in_step()
    clinic.made(an_order(clinic))
    assert clinic.poll().woken == {clinic.plan.id}
    clinic.sync()
    clinic.later(seconds=30)
    assert clinic.poll().woken == {clinic.plan.id}, "the pass may have searched a chart of 60 s ago"
    clinic.sync()
    clinic.later(seconds=40)
    assert clinic.poll().woken == {clinic.plan.id}
    clinic.sync()
    clinic.later(seconds=10)
    assert quiet(clinic.poll())


def an_order(clinic: Clinic) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Something else"},
        "subject": {"reference": patient_of(clinic)},
    }


def test_a_deletion_is_a_change() -> None:
    clinic = in_step()
    assert clinic.ask("DELETE", clinic.address(FLAG)).status == 200
    assert clinic.poll().woken == {clinic.plan.id}
    clinic.sync()
    assert quiet(clinic.poll())


@pytest.mark.parametrize("way", ["lastUpdated", "re-read"])
def test_where_no_feed_shows_deletions_a_comparison_does(way: str) -> None:
    clinic = in_step(way)
    assert clinic.ask("DELETE", clinic.address(FLAG)).status == 200
    assert clinic.poll(whole=True).woken == {clinic.plan.id}  # the server says that it was deleted


def test_what_is_only_missing_counts_after_two_complete_looks() -> None:
    clinic = in_step()
    address = clinic.address(FLAG)

    def hidden(answer: Answering, incoming: Incoming) -> Answer:
        given = answer(incoming)
        if "/".join(incoming.segments) == address:
            return replace(given, status=404, body={"resourceType": "OperationOutcome", "issue": []})
        if given.body is not None and "entry" in given.body and given.body["type"] == "searchset":
            kept = [one for one in given.body["entry"] if not one["fullUrl"].endswith(address)]
            return replace(given, body={**given.body, "entry": kept})
        return given

    clinic.spoil = hidden
    assert quiet(clinic.poll(whole=True))
    clinic.spoil = usual
    assert quiet(clinic.poll(whole=True)), "it is back, and was never gone"
    clinic.spoil = hidden
    assert quiet(clinic.poll(whole=True))
    assert clinic.due == ()
    assert clinic.poll(whole=True).woken == {clinic.plan.id}
    assert quiet(clinic.poll(whole=True)), "it is told once"


def test_relabelling_that_no_version_tells_is_seen_by_a_comparison() -> None:
    clinic = in_step()
    label = {"system": "https://labels.example", "code": "R"}
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "meta", "valueMeta": {"security": [label]}}],
    }
    before = clinic.of(GOAL)["meta"]["versionId"]
    assert clinic.ask("POST", f"{clinic.address(GOAL)}/$meta-add", parameters).status == 200
    assert clinic.of(GOAL)["meta"]["versionId"] == before
    assert quiet(clinic.poll())
    assert clinic.poll(whole=True).woken == {clinic.plan.id}
    assert quiet(clinic.poll(whole=True))


def test_everything_is_compared_now_and_then() -> None:
    clinic = in_step()
    assert clinic.poll().compared is None
    clinic.later(hours=25)
    assert clinic.poll().compared is not None
    clinic.later(hours=1)
    assert clinic.poll().compared is None


def test_a_chart_that_looks_reset_is_not_called_gone() -> None:
    clinic = in_step()
    clinic.arm("swapped-server")
    with pytest.raises(MassVanish):
        clinic.poll(whole=True)
    assert [one for one in clinic.storage.kept.sights.values() if one.missing] == []


def test_a_conflict_that_waits_for_a_person_is_told_no_more_than_needed() -> None:
    clinic = in_step()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.change(goals=tuple(replace(one, description="ours") for one in clinic.head().goals))
    clinic.poll()
    clinic.sync()
    clinic.later(seconds=70)
    clinic.poll()
    clinic.sync()
    assert clinic.inbox != ()
    assert quiet(clinic.poll())
    assert quiet(clinic.poll(whole=True))


def test_a_practitioner_whom_the_clinic_edits_wakes_no_plan_that_only_matched_them() -> None:
    clinic = in_step()
    with clinic.storage.begin() as work:
        entries = [
            replace(one, state=LinkState.PULL_ONLY, agreed_theirs=None)
            for one in work.ledger.of_plan("default", clinic.plan.id)
            if one.resource_type == "Practitioner"
        ]
        work.ledger.save(entries, plan_id=clinic.plan.id)
        work.commit()
    clinic.edit(f"Practitioner/{entries[0].remote_id}", gender="female")
    assert clinic.poll().woken == frozenset()


def test_a_pass_that_fails_leaves_its_plan_due() -> None:
    clinic = in_step()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.poll()
    clinic.arm("error-before times=1")
    with pytest.raises(Unavailable):
        clinic.sync()
    assert clinic.due == (clinic.plan.id,)


def test_a_push_does_not_take_in_and_leaves_the_plan_due() -> None:
    clinic = in_step()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    clinic.poll()
    clinic.push()
    assert clinic.due == (clinic.plan.id,)


def test_a_poll_that_was_asked_for_is_done_with_the_poll() -> None:
    clinic = in_step()
    with clinic.storage.begin() as work:
        work.due.ask_for_poll("default", clinic.clock.now())
        work.commit()
    clinic.poll()
    with clinic.storage.begin(write=False) as work:
        assert work.due.poll_asked("default") is None


def test_a_server_without_transactions_is_read_as_any_other() -> None:
    clinic = in_step(shape=WITHOUT_TRANSACTIONS)
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    assert clinic.poll().woken == {clinic.plan.id}
