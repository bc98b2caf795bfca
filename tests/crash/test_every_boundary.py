"""A process may die before and after every call that crosses a port: what comes of it is as if it had not."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from service.document import plan_to_document
from service.fhir.references import rewrite
from service.sync.report import Standing
from tests.crash.boundaries import Crash, Gate, boundaries, crash_at
from tests.crash.journeys import JOURNEYS, Journey
from tests.crash.remains import Deaths, Remains
from tests.scenarios.clinic import Clinic, named, ours

# What no journey need cross, by port or by call, and why a death there loses nothing of plan or chart.
_LOOKS = "it reads for people to look at, and has no effect"
_ENTRANCE = "who may enter is settled before a use case begins, and is no part of plan or chart"
_ONE_STEP = "it is the only effect of its unit of work, which is kept whole or not at all"
_PERSON = "a person and the passes that a change asks for are one unit of work"
_HINT = "a notification is a hint, and the next poll finds what it hinted at"
_ROTA = "which worker does what and when; tests/e2e/test_killed_workers.py kills them"
_PAPER = "a preview works on paper and is forgotten"
BESIDE_THE_SYNC = {
    "Clock": "it tells the time",
    "Ids": "it makes a name that nothing has yet",
    "KeySource": _ENTRANCE,
    "Verifier": _ENTRANCE,
    "Tokens": _ENTRANCE,
    "Audit": "an entry stands before a write into a chart, whatever becomes of the write",
    "Answers": "an answer is kept in the unit of work of its effect (ADR 0011)",
    "Imports": "a draft, its links and its report are one unit of work, and no chart is written",
    "Jobs": "it asks within the unit of work that makes a pass necessary",
    "Backlog": _LOOKS,
    "Alerts": "an alert is raised in the commit of its revision; carrying it has laws of its own",
    "Carrier": "it carries alerts to people, and never touches a chart",
    "Plans.appointed": _LOOKS,
    "Cards": "what an EHR was shown as cards: no pass reads or writes it",
    "Sightings": "who has seen what: no pass reads or writes it",
    "Decisions": "what a person decides on a finding stays here: no pass reads or writes it",
    "Due.ask_for_poll": _HINT,
    "Due.plans": _LOOKS,
    "Duties": _ROTA,
    "Ehr.read_version": "it looks for words that a write went over; a death there is an answer that got lost",
    "Ehr.rehearsal": _PAPER,
    "Hooks": _HINT,
    "Links.page": _LOOKS,
    "Links.using": _PERSON,
    "Leases.renew": "it lengthens what a run holds already; without it the run ends as overtaken",
    "Rehearsal": _PAPER,
    "Workers": _ROTA,
    "Writing.put": _ONE_STEP,
    "Connections.all": _LOOKS,
    "Ehr.validate": "a server's opinion, asked by people; it has no effect",
    "Inbox.listed": _LOOKS,
    "Inbox.of_item": _LOOKS,
    "Journal.of_item": _LOOKS,
    "Ledger.items_at": _LOOKS,
    "Ledger.of_item": _LOOKS,
    "Ledger.of_plan": _LOOKS,
    "Passes.get": _LOOKS,
    "People.add": _ONE_STEP,
    "People.get": _LOOKS,
    "People.page": _LOOKS,
    "People.put": _ONE_STEP,
    "People.replace": _PERSON,
    "Plans.page": _LOOKS,
    "Plans.revision": _LOOKS,
    "Plans.revisions": _LOOKS,
}


def end_of(clinic: Clinic) -> dict[str, Any]:
    """What plan, chart, agreement and inbox say, without the stamps and ids of one run."""
    names = {f"{one['resourceType']}/{one['id']}": "+".join(sorted(ours(one))) for one in clinic.all()}
    kept = clinic.storage.kept
    return {
        "chart": named(clinic.all()),
        "plans": {name: plan_to_document(held[-1].plan) for name, held in kept.plans.items()},
        "agreed": {key: _agreed(entry, names) for key, entry in sorted(kept.ledger.items())},
        "inbox": sorted((one.resource_type, one.cause, one.groups, one.state) for one in kept.inbox.values()),
        "open": clinic.open_rows(),
    }


def _agreed(entry: Any, names: dict[str, str]) -> tuple[Any, ...]:
    theirs = rewrite(entry.agreed_theirs or {}, lambda reference: names.get(reference, reference))
    content = {name: one for name, one in theirs.items() if name not in {"id", "meta"}}
    return entry.state, entry.reason, entry.not_kept, entry.agreed_ours, content


def finished(journey: Journey, clinic: Clinic) -> dict[str, Any]:
    """Start a new process: people see to what is undone, and two passes follow that find nothing to do."""
    clinic.later(minutes=6)
    journey.work(clinic, Gate())
    clinic.later(minutes=6)
    report, again = clinic.sync(), clinic.sync()
    assert (report.writes, again.writes, again.standing) == (0, 0, Standing.IN_STEP)
    return end_of(clinic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A journey in which nothing goes wrong: its calls, its end, what a death would leave at each."""

    calls: tuple[str, ...]
    deaths: Deaths
    end: dict[str, Any]


@cache
def run(name: str) -> Run:
    clinic = JOURNEYS[name].clinic()
    deaths = Deaths(clinic=clinic)
    gate = deaths.gate()
    JOURNEYS[name].work(clinic, gate)
    return Run(calls=tuple(gate.crossed), deaths=deaths, end=finished(JOURNEYS[name], clinic))


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_death_before_or_after_any_call_changes_nothing_of_how_it_ends(name: str) -> None:
    """What a process leaves is all that its successor finds, so that equal remains are taken up once."""
    whole = run(name)
    for number, when, place in {one[2]: one for one in whole.deaths.moments}.values():
        clinic = whole.deaths.clinic
        whole.deaths.left[place].found_by(clinic)
        call = f"a death {when} call {number}, {whole.calls[number - 1]}"
        assert finished(JOURNEYS[name], clinic) == whole.end, call


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_process_that_dies_leaves_what_was_noted_for_that_moment(name: str) -> None:
    """No `finally` and no `except` of a dying process reaches the database or the chart: here one dies."""
    whole, journey = run(name), JOURNEYS[name]
    for number, when, place in whole.deaths.moments[:: len(whole.deaths.moments) // 3]:
        clinic = journey.clinic()
        with pytest.raises(Crash):
            journey.work(clinic, crash_at(number, when))
        left = Remains.of(clinic)
        assert (left.kept, len(left.chart)) == (
            whole.deaths.left[place].kept,
            len(whole.deaths.left[place].chart),
        )


def beside_the_sync(call: str) -> bool:
    return bool({call, call.partition(".")[0]} & BESIDE_THE_SYNC.keys())


def test_every_call_of_every_port_is_crossed_or_is_beside_the_sync() -> None:
    crossed = {call for name in JOURNEYS for call in run(name).calls}
    assert {call for call in boundaries() - crossed if not beside_the_sync(call)} == set()


def test_what_is_said_to_be_beside_the_sync_exists() -> None:
    known = boundaries() | {call.partition(".")[0] for call in boundaries()}
    assert set(BESIDE_THE_SYNC) - known == set()


def test_a_call_that_nobody_crosses_is_seen() -> None:
    assert not beside_the_sync("Journal.write")
    assert {"Ehr.write", "Ehr.transact", "UnitOfWork.commit", "Journal.write", "Ledger.save"} <= boundaries()
