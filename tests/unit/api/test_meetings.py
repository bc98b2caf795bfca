"""Team work over REST and on the command line: the agenda, and who has seen what."""

from typing import Any

import pytest

from tests.builders import PSYCHIATRIST, a_note, a_plan, the_full_plan
from tests.unit.api.visitors import PLAN_ID, Clinic

NOTED = a_plan(notes=(a_note(), a_note(id="note-2", author=PSYCHIATRIST.id)))


def test_an_agenda_has_findings_and_what_is_open(api: Any) -> None:
    plan = api.keep(the_full_plan())
    said = api.get(f"/plans/{plan.id}/agenda").json
    topics = [one["topic"] for one in said["points"]]
    assert topics[0] == "finding"
    assert {"flag", "task", "change"} <= set(topics)
    assert "UNSHARED" not in api.get(f"/plans/{plan.id}/agenda").text
    assert api.get("/plans/nobody/agenda").status_code == 404


def test_who_has_seen_what_is_kept_by_person(api: Any) -> None:
    plan = api.keep(NOTED)
    assert api.get(f"/plans/{plan.id}/seen").json == {"items": []}
    marked = api.post(f"/plans/{plan.id}/seen", {"revision": 1, "notes": ["note-2"]})
    expected = {"who": "n.okafor", "revision": 1, "behind": 0, "unseen_notes": [a_note().id]}
    assert marked.json == expected
    api.patch(f"/plans/{plan.id}", {"title": "Another"}, If_Match='"1"')
    assert api.get(f"/plans/{plan.id}/seen").json["items"] == [{**expected, "behind": 1}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "revision"),
        ({"revision": 2}, "revision"),
        ({"revision": True}, "revision"),
        ({"revision": 1, "notes": ["nobody"]}, "notes[0]"),
        ({"revision": 1, "notes": "x"}, "notes"),
        ({"revision": 1, "more": 1}, "?"),
    ],
)
def test_a_mark_that_makes_no_sense_names_the_member(api: Any, body: Any, field: str) -> None:
    api.keep(NOTED)
    refused = api.post(f"/plans/{NOTED.id}/seen", body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]


def test_the_team_talks_without_the_patient_reading_over_its_shoulder() -> None:
    clinic = Clinic()
    clinic.open_anew()
    for path in ("agenda", "seen"):
        assert clinic.ask("patient", "GET", f"/plans/{PLAN_ID}/{path}").status_code == 403
        assert clinic.ask("reader", "GET", f"/plans/{PLAN_ID}/{path}").status_code == 200
