"""What was imported stays the chart's until somebody changes it here: links, silence, and single writes."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.import_chart import FromBundle, FromEhr, ImportChart, ImportPorts, import_chart
from service.domain.appointment import AppointmentStatus
from service.domain.goal import GoalStatus
from service.domain.medication import OrderStatus, StatusReason
from service.domain.therapy import RequestStatus, Rhythm
from service.domain.values import Invalid
from service.mapping.references import Key
from service.ports.ehr import Unavailable
from service.ports.imports import ImportOutcome
from service.ports.storage import LinkState, MedicationMode, Unknown
from service.sync.report import Done, Standing
from tests.builders import PSYCHIATRIST, a_goal, uid
from tests.fakes.clock import CountingIds
from tests.scenarios.clinic import SYSTEM, Clinic, answering, attention, of
from tests.scenarios.visited import Visited
from tests.unit.intake.charts import a_chart, allergy, care_plan, coded, order, to

MODES = [
    {"sandbox": True, "medications": MedicationMode.PLAN},
    {"sandbox": True, "medications": MedicationMode.PROPOSE},
    {"sandbox": False, "medications": MedicationMode.REFERENCE},
    {"sandbox": False, "medications": MedicationMode.PROPOSE},
]


def count_of_plans(clinic: Clinic) -> int:
    return len(clinic.storage.kept.plans)


def test_a_chart_becomes_a_draft_with_all_that_it_says() -> None:
    clinic = Visited()
    record = clinic.importing()
    plan = clinic.plan
    assert record.outcome is ImportOutcome.MADE
    assert (plan.status, plan.title, plan.patient.family_name) == (
        RequestStatus.DRAFT,
        "Psychiatry care plan",
        "Nemo",
    )
    assert [len(one) for one in (plan.conditions, plan.goals, plan.therapies, plan.medications)] == [
        1,
        1,
        1,
        1,
    ]
    assert [one.kind.value for one in plan.appointments] == ["other"]
    assert record.content["allergies"][0]["substance"] == "Penicillin"
    assert record.content["medications"][0]["in_plan"] is True
    assert clinic.writes == []


@pytest.mark.parametrize("mode", MODES)
def test_pushing_an_imported_plan_writes_nothing(mode: dict[str, Any]) -> None:
    clinic = Visited(**mode)
    clinic.importing()
    for _ in range(2):
        report = clinic.push()
        assert (report.writes, clinic.writes, report.standing) == (0, [], Standing.IN_STEP)
        assert attention(report) == {}


def test_importing_again_makes_no_second_plan_and_leaves_the_first() -> None:
    clinic = Visited()
    first = clinic.importing()
    plans, plan = count_of_plans(clinic), clinic.head()
    clinic.edit("Goal/aim", description={"text": "Something else"})
    clinic.put(allergy("second"))
    again = clinic.importing()
    assert (again.outcome, again.id, again.plan_id) == (ImportOutcome.KNOWN, first.id, first.plan_id)
    assert (count_of_plans(clinic), clinic.head()) == (plans, plan)
    assert again.content["moved_on"] == ["Goal/aim"]
    assert len(again.content["allergies"]) == 2


def test_naming_the_care_plan_that_the_draft_rests_on_makes_no_second_plan() -> None:
    clinic = Visited()
    first = clinic.importing()
    named = clinic.importing(care_plan="plan")
    assert (named.outcome, named.plan_id) == (ImportOutcome.KNOWN, first.plan_id)


def test_the_draft_stays_the_one_that_it_was_when_the_chart_gets_a_fuller_plan() -> None:
    clinic = Visited()
    first = clinic.importing()
    activities = [{"detail": {"code": {"text": f"{n}"}, "status": "in-progress"}} for n in range(9)]
    clinic.put(care_plan("later", activity=activities))
    again = clinic.importing()
    assert (again.outcome, again.plan_id) == (ImportOutcome.KNOWN, first.plan_id)
    assert again.content["care_plan"] == "CarePlan/plan"


def test_another_care_plan_of_the_patient_makes_another_plan_when_it_is_named() -> None:
    clinic = Visited()
    first = clinic.importing()
    clinic.put(care_plan("other", status="on-hold"))
    second = clinic.importing(care_plan="other")
    assert second.outcome is ImportOutcome.MADE
    assert second.plan_id != first.plan_id
    assert clinic.plan.patient.id == clinic.storage.kept.plans[first.plan_id or ""][-1].plan.patient.id
    assert clinic.push().writes == 0


def test_a_title_that_a_person_changes_is_all_that_is_written() -> None:
    clinic = Visited()
    clinic.importing()
    before = clinic.ask("GET", "CarePlan/plan").body or {}
    clinic.rename("Sleep and safety")
    assert clinic.push().writes == 1
    after = clinic.ask("GET", "CarePlan/plan").body or {}
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert changed == {"meta", "title", "text"}
    assert clinic.push().writes == 0


def test_the_second_change_writes_no_more_than_the_first() -> None:
    clinic = Visited()
    clinic.importing()
    clinic.rename("Sleep and safety")
    clinic.push()
    before = clinic.ask("GET", "CarePlan/plan").body or {}
    clinic.rename("Safety and sleep")
    clinic.push()
    after = clinic.ask("GET", "CarePlan/plan").body or {}
    assert {name for name in after if before.get(name) != after.get(name)} == {"meta", "title", "text"}
    assert after["status"] == "active"


def test_a_goal_that_a_person_changes_is_written_and_nothing_else() -> None:
    clinic = Visited()
    clinic.importing()
    (goal,) = clinic.plan.goals
    clinic.change(goals=(replace(goal, status=GoalStatus.ON_HOLD),))
    report = clinic.push()
    # The narrative of the CarePlan says where each goal stands.
    assert {str(item.reference) for item in report.items if item.wrote} == {"Goal/aim", "CarePlan/plan"}
    assert of(report, Key("Goal", goal.id)).done is Done.UPDATED
    held = clinic.ask("GET", "Goal/aim").body or {}
    assert held["lifecycleStatus"] == "on-hold"
    assert "identifier" not in held


def test_a_therapy_that_the_care_plan_described_is_made_once_a_person_changes_it() -> None:
    clinic = Visited()
    clinic.importing()
    (course,) = clinic.plan.therapies
    clinic.change(therapies=(replace(course, rhythm=Rhythm(sessions=1)),))
    report = clinic.push()
    assert of(report, Key("ServiceRequest", course.id)).done is Done.CREATED
    activities = (clinic.ask("GET", "CarePlan/plan").body or {})["activity"]
    assert "detail" in activities[0]
    assert any(
        one.get("reference", {}).get("reference", "").startswith("ServiceRequest/") for one in activities
    )
    assert clinic.push().writes == 0


def test_a_new_goal_is_made_in_the_chart() -> None:
    clinic = Visited()
    clinic.importing()
    clinic.change(goals=(*clinic.plan.goals, a_goal(id=uid("goal-new"), target=None, addresses=())))
    report = clinic.push()
    assert of(report, Key("Goal", uid("goal-new"))).done is Done.CREATED
    assert clinic.push().writes == 0


def test_a_title_that_a_plan_cannot_hold_stays_in_the_chart_as_it_stands() -> None:
    clinic = Visited()
    clinic.edit("CarePlan/plan", title="x" * 5000)
    record = clinic.importing()
    assert (record.outcome, clinic.plan.title) == (ImportOutcome.MADE, "Psychiatry care plan")
    places = [place for one in record.content["unplaced"] for place in one["resources"]]
    assert {"reference": "CarePlan/plan", "path": "CarePlan.title", "whole": False} in places
    report = clinic.push()
    assert (report.writes, report.standing) == (0, Standing.IN_STEP)


def test_what_is_the_ehrs_is_entered_by_hand_and_never_written() -> None:
    clinic = Visited()
    clinic.importing()
    (visit,) = clinic.plan.appointments
    (drug,) = clinic.plan.medications
    clinic.change(
        appointments=(replace(visit, status=AppointmentStatus.NOSHOW),),
        medications=(replace(drug, status=OrderStatus.STOPPED, status_reason=StatusReason.NO_BENEFIT),),
    )
    report = clinic.push()
    for key in (Key("Appointment", visit.id), Key("MedicationRequest", drug.id)):
        assert of(report, key).done is Done.MANUAL_ENTRY
    assert not [path for path in clinic.writes if "CarePlan" not in path]


def test_two_running_orders_of_one_drug_stay_with_their_own() -> None:
    clinic = Visited()
    clinic.put(order("newer", authoredOn="2025-09-01"))
    clinic.importing()
    assert len(clinic.plan.medications) == 2
    report = clinic.push()
    assert (report.writes, attention(report)) == (0, {})
    assert {item.reference for item in report.items if item.key.type == "MedicationRequest"} == {
        "MedicationRequest/order",
        "MedicationRequest/newer",
    }


def test_what_could_not_be_read_is_never_written_to() -> None:
    clinic = Visited()
    clinic.put(order("odd", dosageInstruction=[{"text": "as directed"}]))
    record = clinic.importing()
    before = clinic.ask("GET", "MedicationRequest/odd").body
    clinic.rename("Another title")
    clinic.push()
    assert clinic.ask("GET", "MedicationRequest/odd").body == before
    (listed,) = [one for one in record.content["unplaced"] if "dose quantity" in one["reason"]]
    assert listed["resources"][0]["path"] == "MedicationRequest.dosageInstruction[0].doseAndRate"


def test_a_plan_of_ours_in_the_chart_is_referred_to_and_not_made_again() -> None:
    clinic = Clinic()
    clinic.push()
    (held,) = clinic.all("Patient")
    ports = ImportPorts(
        storage=clinic.storage,
        clock=clinic.clock,
        ids=CountingIds(),
        identifier_system=SYSTEM,
        ehr=clinic.ehr,
    )
    record = import_chart(ImportChart(source=FromEhr(patient=held["id"])), ports)
    assert (record.outcome, record.plan_id) == (ImportOutcome.KNOWN, clinic.plan.id)
    assert count_of_plans(clinic) == 1
    assert clinic.push().writes == 0


def test_a_plan_of_ours_that_is_lost_here_comes_back_with_its_links() -> None:
    clinic = Clinic()
    clinic.push()
    (held,) = clinic.all("Patient")
    plan = clinic.head()
    for kept in (clinic.storage.kept.plans, clinic.storage.kept.ledger, clinic.storage.kept.people):
        kept.clear()
    ports = ImportPorts(
        storage=clinic.storage,
        clock=clinic.clock,
        ids=CountingIds(),
        identifier_system=SYSTEM,
        ehr=clinic.ehr,
    )
    record = import_chart(ImportChart(source=FromEhr(patient=held["id"])), ports)
    assert (record.outcome, record.plan_id) == (ImportOutcome.MADE, plan.id)
    back = clinic.head()
    assert (back.title, back.status, back.medications, back.goals) == (
        plan.title,
        plan.status,
        plan.medications,
        plan.goals,
    )
    assert clinic.push().writes == 0
    clinic.rename("Found again")
    assert clinic.push().writes == 1


def test_a_file_is_imported_once_by_its_content_and_has_no_links() -> None:
    clinic = Visited()
    first = clinic.importing(source=FromBundle(bundle=a_chart()))
    again = clinic.importing(source=FromBundle(bundle=a_chart()))
    assert (first.outcome, again.outcome, again.plan_id) == (
        ImportOutcome.MADE,
        ImportOutcome.KNOWN,
        first.plan_id,
    )
    assert (first.connection_id, again.content["moved_on"]) == (None, [])
    assert clinic.storage.kept.ledger == {}


def test_a_chart_that_lacks_an_author_makes_a_plan_once_somebody_answers_for_it() -> None:
    clinic = Visited()
    clinic.put(care_plan(author={"display": "somebody"}))
    clinic.put(order(requester={"display": "somebody"}))
    clinic.put({"resourceType": "Practitioner", "id": "doc", "name": [{"text": "no family"}]})
    lacking = clinic.importing()
    assert (lacking.outcome, lacking.plan_id) == (ImportOutcome.LACKING, None)
    assert "author" in lacking.content["lacks"][0]
    assert lacking.content["placed"] == []
    made = clinic.importing(responsible=PSYCHIATRIST.id, title="Named by hand")
    assert (made.outcome, made.id, clinic.plan.author) == (ImportOutcome.MADE, lacking.id, PSYCHIATRIST.id)
    assert clinic.plan.title == "Named by hand"
    assert clinic.importing(responsible=PSYCHIATRIST.id).outcome is ImportOutcome.KNOWN


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"title": "x" * 2001}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": "a\ud800"}, "title"),
        ({"title": ""}, "title"),
        ({"responsible": "a\ud800"}, "responsible"),
        ({"care_plan": "a\ud800"}, "care_plan"),
        ({"responsible": "nobody"}, "responsible"),
        ({"care_plan": "nowhere"}, "care_plan"),
        ({"source": FromEhr(patient="a/b")}, "patient"),
        ({"source": FromBundle(bundle={"resourceType": "Patient"})}, "resourceType"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_and_nothing_is_kept(said: dict[str, Any], field: str) -> None:
    clinic = Visited()
    with pytest.raises(Invalid) as caught:
        clinic.importing(**said)
    assert [one.field for one in caught.value.problems] == [field]
    assert clinic.storage.kept.imports == {}


def test_a_patient_who_is_not_there_is_unknown_and_one_who_was_merged_is_refused() -> None:
    clinic = Visited()
    with pytest.raises(Unknown, match="patient somebody"):
        clinic.importing(source=FromEhr(patient="somebody"))
    clinic.edit("Patient/pat", active=False)
    with pytest.raises(Invalid, match="inactive"):
        clinic.importing()


def test_a_server_that_fails_leaves_nothing_behind() -> None:
    clinic = Visited()
    clinic.spoil = answering("GET", "Goal", 503)
    with pytest.raises(Unavailable):
        clinic.importing()
    assert (clinic.storage.kept.imports, count_of_plans(clinic)) == ({}, 1)


def test_medications_and_roles_that_are_referred_to_are_read_too() -> None:
    clinic = Visited()
    drug = coded("http://www.nlm.nih.gov/research/umls/rxnorm", "312941", "Sertraline")
    clinic.put({"resourceType": "Medication", "id": "med", "code": drug})
    role = coded("http://snomed.info/sct", "80584001")
    clinic.put(
        {
            "resourceType": "PractitionerRole",
            "id": "r",
            "practitioner": to("Practitioner/doc"),
            "code": [role],
        }
    )
    said = order(requester=to("PractitionerRole/r"), medicationReference=to("Medication/med"))
    del said["medicationCodeableConcept"]
    clinic.put(said)
    clinic.importing()
    (found,) = clinic.plan.medications
    assert found.drug.code.text == "Sertraline"
    assert found.prescriber == clinic.plan.author
    with clinic.storage.begin(write=False) as work:
        assert work.people.get(clinic.plan.author).profession.value == "psychiatrist"
    assert clinic.push().writes == 0


def test_the_links_say_which_is_whose() -> None:
    clinic = Visited()
    clinic.importing()
    states = {
        entry.resource_type: entry.state
        for entry in clinic.storage.kept.ledger.values()
        if entry.connection_id == "default"
    }
    assert states == {
        "Appointment": LinkState.PULL_ONLY,
        "CarePlan": LinkState.IN_SYNC,
        "CareTeam": LinkState.IN_SYNC,
        "Condition": LinkState.PULL_ONLY,
        "Goal": LinkState.IN_SYNC,
        "MedicationRequest": LinkState.PULL_ONLY,
        "Patient": LinkState.PULL_ONLY,
        "Practitioner": LinkState.PULL_ONLY,
        "PractitionerRole": LinkState.PLAN_ONLY,
        "ServiceRequest": LinkState.PLAN_ONLY,
    }
