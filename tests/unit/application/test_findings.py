"""What is noticed in a plan as it is kept: over its revisions, decided once, carried out in one revision."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from service.application.findings import decide_finding, open_findings, preview_decision, today_of
from service.application.keep_plan import create_plan, replace_plan
from service.application.ports import Editor, PlanPorts
from service.domain.findings.decision import Answer, Choice
from service.domain.findings.finding import Finding
from service.domain.findings.judging import Standards
from service.domain.findings.numbers import Numbers
from service.domain.measure import RecordStatus
from service.domain.medication import OrderStatus
from service.domain.plan import Plan
from service.domain.revision import Origin
from service.ports.storage import Superseded, Unknown
from tests.builders import DIRECTORY, NURSE, PSYCHIATRIST, THERAPIST, a_journal_entry, a_phase, moment
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage
from tests.refusals import refusals
from tests.scenarios.vignette import order, phq, quiet, stopped
from tests.scenarios.vignettes import STALLED

NOBODY = "nobody"
YES = Choice(
    answer=Answer.ACCEPTED, reason="We look at it together", decided_by=(PSYCHIATRIST.id, THERAPIST.id)
)
LITHIUM = order("lithium", status=OrderStatus.ACTIVE)


class House:
    """A clinic that keeps one plan."""

    def __init__(self, plan: Plan, day: int = 43, **numbers: int) -> None:
        self.clock = StillClock(moment(0))
        self.ports = PlanPorts(
            storage=MemoryStorage(), clock=self.clock, standards=Standards(numbers=Numbers(**numbers))
        )
        with self.ports.storage.begin() as work:
            for person in DIRECTORY.values():
                work.people.put(person)
            work.commit()
        create_plan(plan, author="n.okafor", ports=self.ports)
        self.at(day)
        self.plan = plan

    def at(self, day: int) -> None:
        self.clock.forward(moment(day) - self.clock.now())

    def revise(self, plan: Plan, expected: int) -> None:
        replace_plan(plan, editor=Editor(author="n.okafor", expected=expected), ports=self.ports)

    def open(self) -> dict[str, Finding]:
        return {one.rule: one for one in open_findings(self.plan.id, ports=self.ports).findings}

    def decide(self, rule: str, choice: Choice = YES, *, expected: int = 1) -> Any:
        editor = Editor(author="n.okafor", expected=expected)
        return decide_finding(self.plan.id, self.open()[rule].key, choice, editor=editor, ports=self.ports)


def test_a_decision_is_one_revision_by_a_person_and_closes_the_finding() -> None:
    house = House(quiet(scores=STALLED))
    made = house.decide("no-improvement")
    assert (made.revision.number, made.revision.groups, made.revision.origin) == (
        2,
        ("tasks",),
        Origin.PERSON,
    )
    assert made.decision.made == (made.revision.plan.tasks[0].id,)
    assert (made.decision.reason, made.decision.decided_by) == (YES.reason, YES.decided_by)
    assert house.open() == {}
    assert open_findings(house.plan.id, ports=house.ports).decisions == (made.decision,)


def test_a_refusal_is_kept_and_changes_nothing() -> None:
    house = House(quiet(scores=STALLED))
    made = house.decide("no-improvement", replace(YES, answer=Answer.DECLINED))
    assert (made.revision.number, made.decision.answer, made.decision.made) == (1, Answer.DECLINED, ())
    assert house.open() == {}


def test_a_preview_shows_what_would_change_here_and_in_fhir_and_changes_nothing() -> None:
    house = House(quiet(scores=(phq(0, 18), phq(56, 4), phq(84, 3)), phases=(a_phase(id="balance"),)), day=85)
    key = house.open()["more-therapy-focus"].key
    shown = preview_decision(house.plan.id, key, YES, ports=house.ports)
    assert shown.groups == ("phases",)
    kinds = sorted(one["resourceType"] for one in shown.resources)
    assert kinds == ["CarePlan", "Observation", "Observation", "Provenance"]
    assert "MedicationRequest" not in kinds
    made = house.decide("more-therapy-focus")
    assert (made.revision.plan, made.decision.made) == (shown.plan, shown.made)


def test_a_finding_that_is_not_open_cannot_be_decided() -> None:
    house = House(quiet(scores=STALLED))
    with pytest.raises(Unknown):
        preview_decision(house.plan.id, "0a" * 16, YES, ports=house.ports)
    key = house.open()["no-improvement"].key
    house.decide("no-improvement")
    with pytest.raises(Unknown):
        decide_finding(
            house.plan.id, key, YES, editor=Editor(author="n.okafor", expected=2), ports=house.ports
        )


def test_a_decision_rests_on_the_plan_that_was_read_and_on_people_who_are_known() -> None:
    house = House(quiet(scores=STALLED))
    with pytest.raises(Superseded):
        house.decide("no-improvement", expected=7)
    strangers = replace(YES, decided_by=(NURSE.id, NOBODY))
    found = refusals(lambda: house.decide("no-improvement", strangers))
    assert found == {"decided_by[1]": "names nobody in the directory"}
    assert set(house.open()) == {"no-improvement"}


def test_what_changed_between_revisions_is_noticed_until_the_days_are_over() -> None:
    house = House(quiet(medications=(LITHIUM,)), day=20)
    house.revise(quiet(medications=(LITHIUM,), title="Another"), 1)
    house.at(30)
    house.revise(quiet(medications=(stopped(LITHIUM),), title="Another"), 2)
    assert set(house.open()) == {"abrupt-stop"}
    house.at(90)
    assert house.open() == {}


def test_a_change_is_noticed_across_pages_of_revisions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.application.findings._PAGE", 1)
    house = House(quiet(medications=(LITHIUM,)), day=20)
    house.revise(quiet(medications=(stopped(LITHIUM),)), 1)
    assert set(house.open()) == {"abrupt-stop"}


def test_a_decision_whose_evidence_was_a_mistake_wants_another_look() -> None:
    house = House(quiet(scores=STALLED))
    made = house.decide("no-improvement")
    wrong = replace(STALLED[2], status=RecordStatus.ENTERED_IN_ERROR)
    house.revise(replace(made.revision.plan, scores=(*STALLED[:2], wrong)), 2)
    assert "decision-to-review" in house.open()
    assert house.open()["decision-to-review"].items == ("phq-40",)
    house.decide("decision-to-review", expected=3)
    assert "decision-to-review" not in house.open(), "the look at it wants no look of its own"


def test_what_the_patient_keeps_stays_through_a_decision_and_the_clinics_numbers_hold() -> None:
    secret = a_journal_entry(id="secret")
    house = House(quiet(scores=STALLED, journal=(secret,)))
    made = house.decide("no-improvement")
    assert made.revision.plan.journal == (secret,)
    assert "secret" not in str(made.decision)
    patient = House(quiet(scores=STALLED), no_improvement_weeks_min=7)
    assert patient.open() == {}


def test_the_day_is_that_of_the_clinics_wall_clock() -> None:
    late = moment(3, 23) + timedelta(hours=2)  # 01:00 by UTC+2, midnight in Berlin before the clocks change
    assert today_of(quiet(), late) == date(2024, 3, 8)
    assert today_of(quiet(appointments=()), late) == date(2024, 3, 7)
