"""`tandem plan journal`: a week in numbers on a terminal and for machines, of shared entries alone."""

import pytest

from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.console.exit_codes import ExitCode
from service.ports.access import AuditFilter
from tests.builders import DIRECTORY, a_journal_entry, a_plan, a_warning_sign, moment
from tests.unit.console.running import Desk

SHARED = (
    a_journal_entry(id="a", written_at=moment(1), mood=4, energy=None, warning_signs=("sign",), shared=True),
    a_journal_entry(id="b", written_at=moment(4), mood=7, energy=None, side_effects="SECRET", shared=True),
)
KEPT = a_journal_entry(id="kept", written_at=moment(2), mood=0, energy=9)


def told(desk: Desk, *journal) -> Desk:
    for person in DIRECTORY.values():
        add_person(person, ports=desk.installation.plans)
    plan = a_plan(
        id="plan-1", journal=journal, warning_signs=(a_warning_sign(id="sign", text="I sleep badly"),)
    )
    create_plan(plan, author="n.okafor", ports=desk.installation.plans)
    return desk


def journal(desk: Desk, *words: str):
    return desk.type("plan", "journal", "plan-1", *words)


def test_a_week_is_shown_with_its_numbers_and_with_what_is_missing(desk: Desk) -> None:
    said = journal(told(desk, *SHARED, KEPT), "--from", "2024-03-04")
    assert said.code == ExitCode.DONE
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert "Journal from 2024-03-04 to 2024-03-10, of what the patient has shared" in lines
    assert "shared entries: 2, on 2 of 7 days: 2024-03-05, 2024-03-08" in lines
    assert "energy not said not said not said 0 2" in lines
    assert "mood 5.5 4 7 2 0" in lines
    assert "warning signs ticked: I sleep badly (1 entry)" in lines
    assert "side effects are noted in 1 entry" in lines
    assert "withheld: 1 of the whole journal" in said.out
    assert "SECRET" not in said.out
    assert "UNSHARED" not in said.out


def test_an_entry_that_is_not_shared_changes_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for entries in (SHARED, (*SHARED, KEPT)):
        desk = told(Desk(capsys), *entries)
        shown.append(
            (
                journal(desk, "--from", "2024-03-04").out.partition("withheld")[0],
                journal(desk, "--from", "2024-03-04", "--json").document,
            )
        )
    (without, document), (beside, counted) = shown
    assert beside == without
    assert counted == {**document, "withheld": 1}
    assert document["withheld"] == 0


def test_a_week_without_entries_is_said_to_have_none(desk: Desk) -> None:
    said = journal(told(desk, *SHARED))
    assert "Journal from 2026-02-24 to 2026-03-02" in said.out
    assert "shared entries: 0, on 0 of 7 days: no day has one" in said.out
    assert "withheld" not in said.out
    assert "mood" not in said.out


def test_signs_that_nobody_ticked_are_said_to_be_none(desk: Desk) -> None:
    said = journal(told(desk, SHARED[1]), "--from", "2024-03-08")
    assert "warning signs ticked: none" in said.out


def test_the_week_is_given_to_machines(desk: Desk) -> None:
    week = journal(told(desk, *SHARED, KEPT), "--from", "2024-03-04", "--json").document
    assert week == {
        "start": "2024-03-04",
        "end": "2024-03-10",
        "days": ["2024-03-05", "2024-03-08"],
        "entries": 2,
        "energy": {"given": 0, "missing": 2},
        "mood": {"given": 2, "missing": 0, "mean": 5.5, "lowest": 4, "highest": 7},
        "warning_signs": [{"id": "sign", "text": "I sleep badly", "entries": 1}],
        "with_side_effects": 1,
        "withheld": 1,
    }


def test_a_day_that_is_none_is_refused(desk: Desk) -> None:
    told(desk)
    assert journal(desk, "--from", "yesterday").code == ExitCode.USAGE
    refused = journal(desk, "--from", "9999-12-31", "--json")
    assert (refused.code, refused.refusals.keys()) == (ExitCode.REFUSED, {"from"})
    assert desk.type("plan", "journal", "nobody").code == ExitCode.NOT_FOUND


def test_the_reading_is_in_the_trail(desk: Desk) -> None:
    journal(told(desk))
    with desk.installation.storage.begin(write=False) as work:
        [entry] = work.audit.page(AuditFilter(operation="plan journal"), limit=9)
    assert (entry.who, entry.plan_id) == ("cli:operator", "plan-1")
