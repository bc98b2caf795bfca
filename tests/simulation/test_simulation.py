"""The simulated clinic breaks no law, is the same for the same seed, and its page says how it was made."""

import os
import re
from dataclasses import asdict, replace

import pytest

from service.application.findings import open_findings
from service.domain.findings.finding import Evidence, Finding, Urgency
from tests.architecture.sources import ROOT
from tests.simulation.__main__ import PATIENTS, SEED
from tests.simulation.clinic import Year, simulated
from tests.simulation.events import events_of
from tests.simulation.laws import Laws
from tests.simulation.patients import FIRST_DAY, Course, a_patient_of
from tests.simulation.report import page
from tests.simulation.tally import Tally

SIMULATED = int(os.environ.get("SIMULATED_PATIENTS", "20"))
BATCH = 10
# One batch is one test, so that several processes share the patients and none takes minutes.
BATCHES = [range(first, min(first + BATCH, SIMULATED)) for first in range(0, SIMULATED, BATCH)]


@pytest.mark.parametrize("numbers", BATCHES, ids=lambda one: f"patients {one.start} to {one.stop - 1}")
def test_a_year_breaks_no_law(numbers: range) -> None:
    tally = Tally()
    for number in numbers:
        tally.add(Year(a_patient_of(SEED, number), SEED).lived())
    assert tally.broken == []
    counts = tally.counts
    assert counts["check-ins held"] == sum(tally.held_by_month.values()) <= sum(tally.due_by_month.values())
    assert counts["check-ins held in time"] <= counts["check-ins held"]
    assert sum(tally.noticed.values()) == counts["lacks of response"]
    decided = sum(
        n for (_, answer), n in tally.proposals.items() if answer in ("accepted", "changed", "declined")
    )
    assert 0 < decided <= counts["proposals"]
    assert tally.checked["one more pass writes nothing"] == len(numbers)


def test_the_same_seed_is_the_same_year() -> None:
    assert asdict(simulated(1, 7)) == asdict(simulated(1, 7)) != asdict(simulated(1, 8))


def test_every_course_of_illness_and_every_event_is_among_the_patients() -> None:
    patients = [a_patient_of(SEED, number) for number in range(PATIENTS)]
    assert {one.course for one in patients} == {*Course}
    assert len({one.illness.name for one in patients}) == 5
    kinds = {type(event) for one in patients for _, event in events_of(one, SEED)}
    assert len(kinds) == 11


def judged(laws: Laws, year: Year, **changes: object) -> None:
    """Has the laws look at a judgement of a first day that is other than the rules made it."""
    noticed = open_findings(year.patient.plan.id, ports=year.clinic.plans)
    laws.of_judging(year.patient.plan, replace(noticed, **changes), FIRST_DAY)  # type: ignore[arg-type]  any field


def a_finding(item: str) -> Finding:
    evidence = (Evidence(group="scores", item=item, says="PHQ-9 20"),)
    return Finding(rule="worsening", urgency=Urgency.SAME_DAY, text="Worse", evidence=evidence)


def test_a_finding_without_its_evidence_and_one_that_comes_twice_are_seen() -> None:
    year = Year(a_patient_of(SEED, 0), SEED)
    laws = Laws(0, year.tally)
    judged(laws, year)
    assert year.tally.broken == []
    judged(laws, year, findings=(a_finding("nowhere"), a_finding("nowhere")))
    assert {one.partition(":")[0] for one in year.tally.broken} == {
        "evidence is there",
        "a finding comes once",
    }


def test_a_lack_of_response_that_nobody_tells_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.application.findings.judge", lambda *_, **__: ())
    stalled = next(
        one for one in (a_patient_of(SEED, number) for number in range(PATIENTS)) if one.course is Course.NOT
    )
    broken = {one.partition(":")[0] for one in Year(stalled, SEED).lived().broken}
    assert "a lack of response is told by week 8" in broken


def test_the_page_says_how_it_was_made_and_that_no_law_is_broken() -> None:
    text = (ROOT / "docs/simulation.md").read_text(encoding="utf-8")
    assert f"`python -m tests.simulation --patients {PATIENTS} --seed {SEED}` wrote this page on 20" in text
    assert f"from seed {SEED}" in text
    assert "**0 broken laws**" in text
    laws = text.partition("## Laws")[2].partition("##")[0]
    assert {*re.findall(r" (\d+) \|$", laws, re.M)} == {"0"}


def test_the_page_shows_what_was_counted() -> None:
    tally = simulated(1, SEED)
    tally.broken.append("evidence is there: patient 0, day 3")
    text = page(tally, command="the command", seed=SEED, day=FIRST_DAY, seconds=1)
    assert "**1 broken laws**" in text
    assert re.search(r"\| evidence is there \| \d+ \| 1 \|", text)
    assert text.count("xychart-beta") == 3
