"""A week of the journal over REST: what is missing is said, what is not shared is its patient's alone."""

from typing import Any

import pytest

from service.document import item_to_document
from service.domain.plan import Plan
from service.ports.access import Outcome, Role
from tests.builders import a_journal_entry, a_plan, a_warning_sign, moment, the_full_plan
from tests.unit.api.visitors import PLAN_ID, Clinic, the_clinic

CLINIC = the_clinic()
WEEK = f"/plans/{PLAN_ID}/journal-week"
DAYS = "?from=2024-03-04"
OTHERS = [role.value for role in Role if role is not Role.PATIENT]


@pytest.fixture
def clinic() -> Clinic:
    CLINIC.open_anew()
    return CLINIC


def test_a_week_is_given_in_numbers_and_what_is_missing_is_said(api: Any) -> None:
    told = {"shared": True, "insights": "not for a summary"}
    journal = (
        a_journal_entry(id="a", written_at=moment(1), mood=4, energy=None, warning_signs=("sign",), **told),
        a_journal_entry(id="b", written_at=moment(1, 21), mood=7, energy=None, side_effects="tired", **told),
        a_journal_entry(id="c", written_at=moment(4), mood=None, energy=None, **told),
    )
    sign = a_warning_sign(id="sign")
    plan = api.keep(a_plan(journal=journal, warning_signs=(sign,)))
    response = api.get(f"/plans/{plan.id}/journal-week?from=2024-03-04")
    assert response.status_code == 200
    assert response.json == {
        "start": "2024-03-04",
        "end": "2024-03-10",
        "days": ["2024-03-05", "2024-03-08"],
        "entries": 3,
        "energy": {"given": 0, "missing": 3},
        "mood": {"given": 2, "missing": 1, "mean": 5.5, "lowest": 4, "highest": 7},
        "warning_signs": [{"id": "sign", "text": sign.text, "entries": 1}],
        "with_side_effects": 1,
    }
    assert response.headers["X-Tandem-Withheld"] == "0"


def test_a_week_without_entries_says_so(api: Any, plan: Plan) -> None:
    week = api.get(f"/plans/{plan.id}/journal-week").json
    assert (week["start"], week["end"]) == ("2026-02-24", "2026-03-02")
    assert (week["days"], week["entries"], week["warning_signs"]) == ([], 0, [])
    assert week["energy"] == week["mood"] == {"given": 0, "missing": 0}


def test_an_entry_with_the_id_week_is_still_read(api: Any) -> None:
    plan = api.keep(a_plan(journal=(a_journal_entry(id="week", shared=True),)))
    assert api.get(f"/plans/{plan.id}/journal/week").json["id"] == "week"


BAD = [
    ("from=yesterday", "from"),
    ("from=", "from"),
    ("from=2026-02-30", "from"),
    ("from=20260302", "from"),
    ("from=2026-W10-1", "from"),
    ("from=2026-03-02T09:00:00Z", "from"),
    ("from=0001-01-01", "from"),
    ("from=9999-12-31", "from"),
    ("from=%00", "from"),
    ("since=2026-03-02", "?"),
    ("start=2026-03-02", "?"),
]


@pytest.mark.parametrize(("query", "field"), BAD)
def test_a_day_that_is_none_is_refused_and_the_parameter_named(
    api: Any, plan: Plan, query: str, field: str
) -> None:
    response = api.get(f"/plans/{plan.id}/journal-week?{query}")
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    assert [one["field"] for one in response.json["errors"]] == [field]


def test_a_plan_that_is_not_there_has_no_week(api: Any) -> None:
    assert api.get("/plans/nobody/journal-week").status_code == 404


def test_a_patient_counts_every_entry_and_others_what_was_shared(clinic: Clinic) -> None:
    own, *others = (clinic.ask(who, "GET", WEEK + DAYS) for who in ("patient", *OTHERS))
    assert (own.json["entries"], own.headers["X-Tandem-Withheld"]) == (2, "0")
    for response in others:
        assert (response.json["entries"], response.headers["X-Tandem-Withheld"]) == (1, "1")


SIGN = the_full_plan().warning_signs[0].id
KEPT: dict[str, dict[str, Any]] = {
    "the lowest numbers": {"mood": 0, "energy": 0},
    "the highest numbers": {"mood": 10, "energy": 10},
    "a day without another entry": {"written_at": moment(0)},
    "a day with another entry": {"written_at": moment(5, 22)},
    "a sign": {"warning_signs": (SIGN,)},
    "a side effect": {"side_effects": "UNSHARED-tired"},
    "words alone": {"mood": None, "energy": None},
}


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("name", KEPT)
def test_an_entry_that_is_not_shared_changes_nothing_that_others_get(
    clinic: Clinic, name: str, role: str
) -> None:
    paths = [WEEK, *(f"{WEEK}?from={day}" for day in ("2024-02-27", "2024-03-04", "2024-03-09"))]
    before = [clinic.ask(role, "GET", path).text for path in paths]
    entry = item_to_document(a_journal_entry(**{"id": "kept", "written_at": moment(2), **KEPT[name]}))
    tag = clinic.ask("patient", "GET", f"/plans/{PLAN_ID}").headers["ETag"]
    kept = clinic.ask("patient", "POST", f"/plans/{PLAN_ID}/journal", entry, If_Match=tag)
    assert kept.status_code == 201, kept.text
    after = [clinic.ask(role, "GET", path) for path in paths]
    assert [one.text for one in after] == before
    assert {one.headers["X-Tandem-Withheld"] for one in after} == {"2"}
    assert clinic.ask("patient", "GET", WEEK + DAYS).json["entries"] == 3


def test_an_entry_counts_for_others_when_its_patient_shares_it(clinic: Clinic) -> None:
    entry = next(one for one in the_full_plan().journal if not one.shared)
    tag = clinic.ask("patient", "GET", f"/plans/{PLAN_ID}").headers["ETag"]
    path, shared = f"/plans/{PLAN_ID}/journal/{entry.id}", item_to_document(entry) | {"shared": True}
    assert clinic.ask("patient", "PUT", path, shared, If_Match=tag).status_code == 200
    own, others = (clinic.ask(who, "GET", WEEK + DAYS) for who in ("patient", "clinician"))
    assert own.text == others.text
    assert others.headers["X-Tandem-Withheld"] == "0"


def test_each_reading_is_in_the_trail(clinic: Clinic) -> None:
    for who, query in (("patient", DAYS), ("clinician", ""), ("clinician", "?from=x")):
        clinic.ask(who, "GET", WEEK + query)
    trail = clinic.trail(operation="readJournalWeek")
    assert [(one.who, one.outcome, one.status, one.plan_id) for one in trail] == [
        ("patient-1", Outcome.DONE, 200, PLAN_ID),
        ("clinician-1", Outcome.DONE, 200, PLAN_ID),
        ("clinician-1", Outcome.REFUSED, 422, PLAN_ID),
    ]
