"""The story of a plan over REST, for the patient and for others."""

from typing import Any
from xml.etree import ElementTree

from service.domain.plan import Plan
from tests.unit.api.visitors import PLAN_ID, Clinic


def test_the_story_is_a_list_of_events_oldest_first(api: Any, plan: Plan) -> None:
    items = api.get(f"/plans/{plan.id}/timeline").json["items"]
    assert {one["kind"] for one in items} >= {"order", "therapy"}
    assert [one["at"] for one in items] == sorted(one["at"] for one in items)
    assert api.get("/plans/nobody/timeline").status_code == 404


def test_the_drawing_is_svg_that_may_style_itself_and_nothing_else(api: Any, plan: Plan) -> None:
    drawn = api.get(f"/plans/{plan.id}/timeline.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert "style-src 'unsafe-inline'" in drawn.headers["Content-Security-Policy"]
    assert "script-src" not in drawn.headers["Content-Security-Policy"]
    assert ElementTree.fromstring(drawn.text).get("role") == "img"  # noqa: S314  our own


def test_an_entry_that_is_not_shared_is_in_the_story_of_its_patient_alone() -> None:
    clinic = Clinic()
    clinic.open_anew()
    told = {
        who: clinic.ask(who, "GET", f"/plans/{PLAN_ID}/timeline").json for who in ("patient", "clinician")
    }
    entries = {who: [one for one in said["items"] if one["kind"] == "journal"] for who, said in told.items()}
    assert (len(entries["patient"]), len(entries["clinician"])) == (2, 1)
