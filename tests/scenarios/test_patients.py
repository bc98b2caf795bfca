"""The patient is read before every pass: bound by a person, frozen when another, closed after a death."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.bind_patient import (
    Binding,
    BindPatient,
    LookAtPatient,
    bind_patient,
    look_at_binding,
)
from service.application.inbox import Decide, decide_item
from service.application.sync_status import sync_status, why
from service.domain.appointment import AppointmentStatus
from service.domain.goal import GoalStatus
from service.domain.values import Invalid
from service.fhir.references import rewrite
from service.mapping.references import Key
from service.ports.storage import LinkState, MedicationMode, Outdated, Unknown
from service.sync.agenda import Asking
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.builders import a_goal, a_medication, a_patient, a_plan, an_appointment, uid
from tests.scenarios.clinic import Clinic, of
from tests.scenarios.foreign import PATIENT, answer, causes, chart_of, quiet, waiting
from tests.scenarios.test_bookings import asked_for
from tests.scenarios.test_push_binding import MAJA, a_real_clinic
from tests.scenarios.two_sides import item

GOAL = Key("Goal", uid("goals-0"))
PLAN = Key("CarePlan", uid("plan"))


def asking(**more: Any) -> Clinic:
    clinic = a_real_clinic(**more)
    clinic.asking = Asking()
    return clinic


def patient_of(clinic: Clinic) -> str:
    return f"Patient/{clinic.all('Patient')[0]['id']}"


def looked(clinic: Clinic, patient: str) -> Binding:
    command = LookAtPatient(plan_id=clinic.plan.id, patient=patient.removeprefix("Patient/"))
    return look_at_binding(command, clinic.ports)


def bound(clinic: Clinic, patient: str, digest: str | None = None) -> Binding:
    shown = looked(clinic, patient)
    command = BindPatient(
        plan_id=clinic.plan.id,
        patient=patient.removeprefix("Patient/"),
        digest=digest or shown.digest,
        author="dr-okafor",
    )
    return bind_patient(command, clinic.ports)


def test_the_first_pass_parks_with_the_match_until_a_person_confirms_it() -> None:
    clinic = asking()
    report = clinic.sync()
    assert (report.standing, clinic.writes) == (Standing.PARKED, [])
    assert "a person confirms" in str(of(report, PATIENT).reason)
    assert waiting(clinic, Cause.PATIENT_MATCH).groups == (patient_of(clinic),)
    assert clinic.push().standing is Standing.PARKED
    answer(clinic, Cause.PATIENT_MATCH, "confirm")
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.inbox == ()
    quiet(clinic)


def test_a_match_that_was_declined_stays_parked_until_another_is_bound() -> None:
    clinic = asking()
    clinic.sync()
    answer(clinic, Cause.PATIENT_MATCH, "decline")
    report = clinic.sync()
    assert report.standing is Standing.PARKED
    assert "not the patient" in str(of(report, PATIENT).reason)
    assert clinic.inbox == ()
    bound(clinic, patient_of(clinic))
    assert clinic.sync().standing is Standing.IN_STEP


def test_a_patient_is_bound_by_hand_where_nothing_matches() -> None:
    clinic = asking(patients=({**MAJA, "name": [{"family": "Berg", "given": ["Maja"]}]},))
    assert "another family name" in str(of(clinic.sync(), PATIENT).reason)
    shown = looked(clinic, patient_of(clinic))
    assert {one.element: one.same for one in shown.compared} == {
        "identifier": True,
        "family name": False,
        "birth date": True,
    }
    assert (shown.bound_to, bound(clinic, patient_of(clinic)).bound_to) == (None, patient_of(clinic))
    assert clinic.sync().standing is Standing.IN_STEP


def test_a_word_counts_for_what_was_shown() -> None:
    clinic = asking()
    shown = looked(clinic, patient_of(clinic))
    clinic.edit(patient_of(clinic), birthDate="1988-05-18")
    with pytest.raises(Outdated):
        bound(clinic, patient_of(clinic), shown.digest)
    with pytest.raises(Unknown):
        looked(clinic, "nobody")
    with pytest.raises(Invalid):
        looked(clinic, "no id")


@pytest.mark.parametrize(
    "change", [{"active": False}, {"link": [{"type": "replaced-by", "other": {"display": "x"}}]}]
)
def test_nobody_binds_to_a_patient_who_was_merged_or_is_inactive(change: dict[str, Any]) -> None:
    clinic = asking()
    clinic.edit(patient_of(clinic), **change)
    assert looked(clinic, patient_of(clinic)).obstacle is not None
    with pytest.raises(Invalid):
        bound(clinic, patient_of(clinic))


def test_frozen_nothing_is_read_or_written_until_a_person_binds_anew() -> None:
    clinic = a_real_clinic()
    clinic.sync()
    patient = patient_of(clinic)
    clinic.edit(patient, name=[{"family": "Berg", "given": ["Maja"]}])
    clinic.rename("Another title")
    report = clinic.sync()
    assert (report.standing, clinic.writes) == (Standing.PARKED, [])
    assert waiting(clinic, Cause.PATIENT_CHANGED).resource_type == "Patient"
    states = {
        one.state
        for one in sync_status(clinic.plan.id, ports=clinic.plans).items
        if one.resource_type != "Practitioner"
    }
    assert states == {LinkState.FROZEN}
    assert [one.state for one in why(GOAL.item, ports=clinic.plans)] == [LinkState.FROZEN]
    clinic.edit(patient, name=MAJA["name"])
    for _ in range(2):
        report = clinic.sync()
        assert report.standing is Standing.PARKED, "mended or not, a person binds anew"
        assert len(clinic.asked) == 0
    waiting(clinic, Cause.PATIENT_CHANGED)
    with pytest.raises(Invalid, match="bind the plan anew"):
        answer(clinic, Cause.PATIENT_CHANGED, {})
    bound(clinic, patient)
    assert clinic.inbox == ()
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.of(Key("CarePlan", uid("plan")))["title"] == "Another title"


SAME: dict[str, dict[str, Any]] = {
    "another card of another system": {
        "identifier": [*MAJA["identifier"], {"system": "urn:card", "value": "1"}]
    },
    "a nickname beside the name": {"name": [*MAJA["name"], {"use": "nickname", "given": ["Maj"]}]},
    "another address": {"address": [{"city": "Bergen"}]},
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_does_not_make_another_of_a_patient_freezes_nothing(change: dict[str, Any]) -> None:
    clinic = a_real_clinic()
    clinic.sync()
    clinic.edit(patient_of(clinic), **change)
    assert clinic.sync().standing is Standing.IN_STEP


def test_a_plan_that_becomes_somebody_elses_here_is_frozen_too() -> None:
    clinic = a_real_clinic()
    clinic.sync()
    clinic.change(
        patient=replace(clinic.head().patient, birth_date=a_patient().birth_date.replace(year=1990))
    )
    assert clinic.sync().standing is Standing.PARKED


def merged(clinic: Clinic) -> tuple[str, str]:
    """The EHR merges the patient into another, as it would: one record goes on, the other points to it."""
    old = clinic.address(PATIENT) if any(clinic.all("Patient")[0].get("identifier", [])) else ""
    new = clinic.made({**MAJA, "identifier": [{"system": "urn:survivor", "value": "2"}, *MAJA["identifier"]]})
    clinic.edit(old, link=[{"type": "replaced-by", "other": {"reference": new}}])
    return old, new


def moved(clinic: Clinic, old: str, new: str, *, but: set[str]) -> None:
    """The EHR moves what was the one patient's to the other, but for some that it forgets."""
    for resource in clinic.all():
        address = f"{resource['resourceType']}/{resource['id']}"
        after = rewrite(resource, lambda one: new if one == old else one)
        if address not in but and after != resource and resource["resourceType"] != "Patient":
            clinic.edit(address, **{name: one for name, one in after.items() if name not in {"id", "meta"}})


def test_after_a_merge_the_plan_follows_and_what_was_left_behind_is_asked_about() -> None:
    clinic = Clinic(a_plan())
    clinic.sync()
    old, new = merged(clinic)
    assert clinic.sync().standing is Standing.PARKED
    assert clinic.writes == []
    moved(clinic, old, new, but={clinic.address(GOAL)})
    clinic.rename("After the merge")
    assert bound(clinic, new).moved > 0
    report = clinic.sync()
    assert waiting(clinic, Cause.OTHER_PATIENT).item_id == GOAL.item
    assert of(report, GOAL).done is Done.CONFLICT
    assert chart_of(clinic, clinic.address(GOAL))["subject"] == {"reference": old}
    refused = of(report, PLAN)
    assert refused.done is Done.INVALID
    assert "another patient" in str(refused.reason)
    assert [one.expression for one in refused.issues] == [("CarePlan.goal[0]",)]
    assert clinic.of(PLAN)["title"] != "After the merge"
    assert clinic.writes == []
    clinic.edit(clinic.address(GOAL), subject={"reference": new})
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.of(PLAN)["title"] == "After the merge"
    assert clinic.of(PLAN)["subject"] == {"reference": new}
    assert clinic.inbox == ()
    quiet(clinic)


def test_what_is_mended_no_longer_keeps_back_what_refers_to_it_even_where_we_changed_it_meanwhile() -> None:
    clinic = Clinic(a_plan(goals=(a_goal(),)))
    clinic.sync()
    patient, other = clinic.address(PATIENT), clinic.made({"resourceType": "Patient"})
    clinic.edit(clinic.address(GOAL), subject={"reference": other})
    clinic.revise(item("goals", description="our words")(clinic.head()))
    assert of(clinic.sync(), GOAL).done is Done.CONFLICT
    clinic.rename("Another title")
    assert of(clinic.sync(), PLAN).done is Done.INVALID
    clinic.edit(clinic.address(GOAL), subject={"reference": patient})
    report = clinic.sync()
    assert (of(report, GOAL).done, of(report, PLAN).done) == (Done.UPDATED, Done.UPDATED)
    assert clinic.of(PLAN)["title"] == "Another title"
    assert clinic.of(GOAL)["description"]["text"] == "our words"
    assert clinic.inbox == ()
    quiet(clinic)


def test_what_does_not_refer_to_a_resource_of_another_patient_goes_out_all_the_same() -> None:
    clinic = Clinic(a_plan(goals=(a_goal(), a_goal(id=uid("goals-1")))))
    clinic.sync()
    other = clinic.made({"resourceType": "Patient", "name": [{"family": "Other"}]})
    clinic.edit(clinic.address(GOAL), subject={"reference": other})
    clinic.change(goals=(clinic.head().goals[0], a_goal(id=uid("goals-1"), description="Swim every week")))
    report = clinic.sync()
    assert of(report, Key("Goal", uid("goals-1"))).done is Done.UPDATED
    assert of(report, PLAN).done is Done.INVALID


def test_binding_anew_to_the_same_patient_moves_nothing() -> None:
    clinic = a_real_clinic()
    clinic.sync()
    assert bound(clinic, patient_of(clinic)).moved == 0
    quiet(clinic)


def died(**parts: Any) -> Clinic:
    clinic = Clinic(a_plan(**{"goals": (a_goal(),), **parts}), medications=MedicationMode.PROPOSE)
    clinic.sync()
    clinic.edit(clinic.address(PATIENT), deceasedBoolean=True)
    return clinic


def test_after_a_death_nothing_new_is_written_and_endings_still_go() -> None:
    clinic = died()
    clinic.rename("Another title")
    report = clinic.sync()
    assert of(report, PLAN).done is Done.MANUAL_ENTRY
    assert report.standing is Standing.PARTLY
    clinic.revise(
        item("goals", status=GoalStatus.CANCELLED, status_reason="The patient has died")(clinic.head())
    )
    clinic.change(goals=(*clinic.head().goals, a_goal(id=uid("goals-9"))))
    report = clinic.sync()
    assert clinic.of(GOAL)["lifecycleStatus"] == "cancelled"
    assert of(report, Key("Goal", uid("goals-9"))).done is Done.MANUAL_ENTRY
    assert len(clinic.all("Goal")) == 1


def test_of_a_death_people_are_told_once() -> None:
    clinic = died()
    clinic.sync()
    told = waiting(clinic, Cause.DECEASED)
    decide_item(Decide(item_id=told.id, digest=told.digest, author="x"), ports=clinic.plans)
    clinic.sync()
    assert causes(clinic) == set()


def test_what_was_only_proposed_is_withdrawn_after_a_death() -> None:
    clinic = died(
        medications=(a_medication(),),
        adherence=(),
        side_effects=(),
        appointments=(asked_for(), an_appointment(id=uid("appointments-1"))),
    )
    clinic.sync()
    (order,) = clinic.all("MedicationRequest")
    assert order["status"] == "cancelled"
    assert {one["status"] for one in clinic.all("Appointment")} == {"cancelled", "booked"}
    assert [one.status for one in clinic.head().appointments] == [
        AppointmentStatus.PROPOSED,
        AppointmentStatus.BOOKED,
    ]
    quiet(clinic)


def test_a_push_after_a_death_writes_endings_alone_too() -> None:
    clinic = died()
    clinic.rename("Another title")
    assert of(clinic.push(), Key("CarePlan", uid("plan"))).done is Done.MANUAL_ENTRY


def test_who_was_bound_before_bases_were_kept_is_compared_with_the_plan() -> None:
    clinic = a_real_clinic()
    clinic.sync()
    entry = clinic.entry(PATIENT)
    assert entry is not None
    older = replace(entry, agreed_ours=None, agreed_theirs=None, theirs_digest=None)
    with clinic.storage.begin() as work:
        work.ledger.save([older], plan_id=clinic.plan.id)
        work.commit()
    assert clinic.sync().standing is Standing.IN_STEP
    clinic.edit(patient_of(clinic), birthDate="1988-05-18")
    assert clinic.sync().standing is Standing.PARKED
