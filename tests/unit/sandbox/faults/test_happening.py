"""What happens to a chart without the client: edits, merges, moves, a reset."""

import pytest

from service.fhir.references import references_in
from service.sandbox.faults.effects import LostResponse, MergedPatient, MovedResource, Wipe
from service.sandbox.faults.events import EDITED, happen
from service.sandbox.shape import Shape
from tests.unit.sandbox.faults.faulty import Faulty, patient
from tests.unit.sandbox.in_process import words


def goal_for(ehr: Faulty, subject: str) -> str:
    made = ehr.made(
        "Goal",
        lifecycleStatus="active",
        description={"text": "Sleep"},
        subject={"reference": subject},
        expressedBy={"reference": subject},
    )
    return f"Goal/{made['id']}"


def test_a_merged_patient_is_inactive_and_points_to_the_other() -> None:
    ehr = Faulty("merged-patient after=3 patient=Patient/r1 into=Patient/r2")
    for _ in range(2):
        ehr.made("Patient", active=True)
    assert ehr.body("GET", "/Patient/r1")["active"] is True
    merged = ehr.body("GET", "/Patient/r1")
    assert (merged["active"], merged["meta"]["versionId"]) == (False, "2")
    assert merged["link"] == [{"other": {"reference": "Patient/r2"}, "type": "replaced-by"}]
    stays = ehr.body("GET", "/Patient/r2")
    assert (stays["active"], stays["link"][0]["type"]) == (True, "replaces")
    assert ehr.ask("PUT", "/Patient/r1", patient(id="r1")).status == 200, "a merged record still takes writes"


def test_without_names_the_newest_active_patient_is_merged_into_a_new_record_of_the_same_person() -> None:
    ehr = Faulty()
    ehr.made("Patient", birthDate="1980-01-02", identifier=[{"value": "x"}])
    ehr.made("Patient", active=False)
    assert ehr.ehr.happen(MergedPatient()) == ("Patient/r1", "Patient/r3")
    new = ehr.body("GET", "/Patient/r3")
    assert (new["birthDate"], new["identifier"][0]["value"]) == ("1980-01-02", "x")
    assert ehr.ehr.happen(MergedPatient(into="Patient/r3")) == (), "nobody is left but the one to stay"


def test_a_moved_resource_speaks_of_the_other_patient_everywhere() -> None:
    ehr = Faulty()
    for _ in range(2):
        ehr.made("Patient")
    goal = goal_for(ehr, "Patient/r1")
    ehr.arm(f"moved-resource resource={goal} to=Patient/r2")
    moved = ehr.body("GET", f"/{goal}")
    assert {one["reference"] for _, one in references_in(moved)} == {"Patient/r2"}
    assert moved["meta"]["versionId"] == "2"


def test_without_names_the_newest_resource_of_a_patient_moves_to_a_stranger() -> None:
    ehr = Faulty(shape=Shape(writable=frozenset({"Patient", "Goal"}), validates=True))
    ehr.made("Patient")
    older, newer = goal_for(ehr, "Patient/r1"), goal_for(ehr, "Patient/r1")
    ehr.made("Patient")
    changed = ehr.ehr.happen(MovedResource())
    assert changed == (newer, "Patient/r5")
    assert ehr.body("GET", f"/{older}")["subject"]["reference"] == "Patient/r1"
    assert ehr.body("GET", "/Patient/r5")["name"][0]["family"] == "Stranger"


def test_an_event_without_anything_to_happen_to_waits_for_it() -> None:
    ehr = Faulty("merged-patient", "moved-resource")
    ehr.made("Patient")
    assert [one.struck for one in ehr.ehr.armed] == [0, 0]
    ehr.ask("GET", "/Patient")
    assert [one.struck for one in ehr.ehr.armed] == [1, 0]
    assert ehr.held() == ["r1", "r2"]


NOBODY = [
    MergedPatient(patient="Patient/none"),
    MergedPatient(into="Patient/none"),
    MovedResource(resource="Goal/none"),
    MovedResource(to="Patient/none"),
    MovedResource(resource="Patient/r1"),
    LostResponse(),
]


@pytest.mark.parametrize("event", NOBODY)
def test_what_cannot_happen_changes_nothing(event: object) -> None:
    ehr = Faulty()
    ehr.made("Patient")
    goal_for(ehr, "Patient/r1")
    before = ehr.calmly("GET", "/_history")
    assert happen(event, ehr.behind, None) == ()  # type: ignore[arg-type]  no event among them looks at a request
    assert ehr.calmly("GET", "/_history") == before


def test_a_wipe_leaves_nothing_not_even_a_history_or_a_page() -> None:
    ehr = Faulty()
    for _ in range(3):
        ehr.made("Patient")
    page = ehr.body("GET", "/Patient?_count=1")["link"][1]["url"]
    assert ehr.ehr.happen(Wipe()) == ("everything",)
    assert ehr.ask("GET", "/Patient/r1").status == 404, "not 410: it never was"
    assert ehr.ask("GET", page).status == 410
    assert "entry" not in ehr.body("GET", "/_history")
    assert ehr.made("Patient")["meta"]["versionId"] == "1"


def test_a_wipe_comes_when_it_is_due_and_once() -> None:
    ehr = Faulty("wipe after=1 interaction=create")
    assert [ehr.made("Patient")["id"] for _ in range(3)] == ["r1", "r2", "r3"]
    assert ehr.held() == ["r2", "r3"]


def test_somebody_edits_between_our_read_and_our_write() -> None:
    ehr = Faulty("meanwhile-edit")
    ehr.made("Patient", active=True)
    sent = patient(id="r1", active=False)
    assert ehr.ask("PUT", "/Patient/r1", sent, If_Match='W/"1"').status == 409
    held = ehr.body("GET", "/Patient/r1")
    assert (held["active"], held["extension"][0]["url"], held["meta"]["versionId"]) == (True, EDITED, "2")
    assert ehr.ask("PUT", "/Patient/r1", sent, If_Match='W/"2"').status == 200, "once, unless told"


def test_the_edit_is_the_one_that_is_named() -> None:
    ehr = Faulty(
        'meanwhile-edit times=2 sets=\'{"gender": "other", "name": null, "maritalStatus": {"text": "x"}}\''
    )
    ehr.made("Patient", name=[{"family": "A"}], active=True)
    ehr.ask("PATCH", "/Patient/r1", [], Content_Type="application/json-patch+json")
    held = ehr.body("GET", "/Patient/r1")
    assert (held["gender"], "name" in held, held["active"], held["maritalStatus"]) == (
        "other",
        False,
        True,
        {"text": "x"},
    )


def test_in_a_transaction_each_resource_that_it_updates_is_edited() -> None:
    ehr = Faulty("meanwhile-edit")
    for _ in range(2):
        ehr.made("Patient")
    entry = [
        {"request": {"method": "PUT", "url": "Patient/r1", "ifMatch": 'W/"1"'}, "resource": patient(id="r1")},
        {"request": {"method": "POST", "url": "Patient"}, "resource": patient()},
        {"request": {"method": "PUT", "url": "Patient/new"}, "resource": patient(id="new")},
        {"request": {"method": "GET", "url": "Patient/r2"}},
    ]
    answer = ehr.ask("POST", "/", {"resourceType": "Bundle", "type": "transaction", "entry": entry})
    assert answer.status == 409
    versions = [ehr.body("GET", f"/Patient/{one}")["meta"]["versionId"] for one in ("r1", "r2")]
    assert versions == ["2", "1"]


def test_an_edit_that_no_chart_would_take_is_told_and_nothing_happens() -> None:
    ehr = Faulty('meanwhile-edit sets=\'{"gender": "bogus"}\'')
    ehr.made("Patient")
    answer = ehr.ask("PUT", "/Patient/r1", patient(id="r1", active=True))
    assert answer.status == 500
    assert "bogus" in words(answer)
    assert ehr.calmly("GET", "/Patient/r1")["meta"]["versionId"] == "1"
