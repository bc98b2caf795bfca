"""A phase ends as the next one starts: the chart has always one that runs, and claims none that it lacks."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.domain.balance import Balance, Phase
from service.fhir.json import JsonObject
from service.mapping.extensions import TREATMENT_BALANCE
from service.mapping.references import Key
from service.ports.storage import ConnectionMode
from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, complaint
from service.sync.report import Done, PushReport, Standing
from tests.builders import a_phase, a_plan, uid
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, of, ours, usual, written
from tests.scenarios.foreign import quiet

PLAN = Key("CarePlan", uid("plan"))
FIRST, SECOND, THIRD = (Key("Observation", uid(f"phases-{n}")) for n in range(3))
BOTH = pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS], ids=["transaction", "single writes"])
SHIFT, AGAIN = date(2026, 2, 1), date(2026, 2, 20)
BEGUN = "the phase after it has started in the chart, where it has not ended yet"


def balanced(**changes: Any) -> Phase:
    return a_phase(**{"id": FIRST.item, "balance": Balance.BALANCED, **changes})


def therapy_led(**changes: Any) -> Phase:
    return balanced(**{"id": SECOND.item, "balance": Balance.THERAPY_LED, "start": SHIFT, **changes})


def medication_led() -> Phase:
    return balanced(id=THIRD.item, balance=Balance.MEDICATION_LED, start=AGAIN)


ONE_SHIFT = (balanced(end=SHIFT), therapy_led())
TWO_SHIFTS = (balanced(end=SHIFT), therapy_led(end=AGAIN), medication_led())


def treated(shape: Shape | None = None, **connection: Any) -> Clinic:
    """A clinic whose chart has the first phase, which runs."""
    clinic = Clinic(a_plan(phases=(balanced(),)), shape=shape, **connection)
    clinic.sync()
    return clinic


def refusing(clinic: Clinic, *keys: Key) -> None:
    """The server takes none of these from now on."""

    def spoiled(answer: Any, incoming: Any) -> Answer:
        bodies = [one for one in written(incoming) if one["resourceType"] == "Observation"]
        if any(key.item in ours(one) for key in keys for one in bodies):
            return Answer(status=422, body=complaint("no such balance", "processing"))
        went: Answer = answer(incoming)
        return went

    clinic.spoil = spoiled


def silent_after(clinic: Clinic, key: Key) -> None:
    """The server takes this one, and then nothing more."""
    made: list[bool] = []

    def spoiled(answer: Any, incoming: Any) -> Answer:
        if made and incoming.method != "GET":
            return Answer(status=503, body=complaint("away"))
        made.extend(True for one in written(incoming) if key.item in ours(one))
        went: Answer = answer(incoming)
        return went

    clinic.spoil = spoiled


def phases(clinic: Clinic) -> dict[str, str | None]:
    """The phases that the chart has, by balance, each with its end."""
    found = {}
    for one in clinic.all("Observation"):
        (coding,) = one["valueCodeableConcept"]["coding"]
        found[coding["code"]] = one["effectivePeriod"].get("end")
    return found


def claimed(clinic: Clinic) -> str | None:
    """The balance that the CarePlan claims, in its narrative as in its extension."""
    care_plan = clinic.of(PLAN)
    said: JsonObject | None = TREATMENT_BALANCE.within(care_plan.get("extension"))
    (coding,) = [{}] if said is None else said["coding"]
    assert ("Balance:" in care_plan["text"]["div"]) is (said is not None)
    assert f"Balance: {coding.get('display')}" in care_plan["text"]["div"] or said is None
    return coding.get("code")


def requests(clinic: Clinic) -> list[str]:
    """What the last pass wrote of phases and the plan, in order."""
    return [one for one in clinic.writes if "Observation" in one or "CarePlan" in one]


def reason(report: PushReport, key: Key) -> tuple[Done, str]:
    return of(report, key).done, str(of(report, key).reason)


@BOTH
@pytest.mark.parametrize("shifts", [ONE_SHIFT, TWO_SHIFTS], ids=["one", "two"])
def test_a_shift_ends_the_old_phase_and_starts_the_next(shape: Shape, shifts: tuple[Phase, ...]) -> None:
    clinic = treated(shape)
    clinic.change(phases=shifts)
    assert clinic.sync().standing is Standing.IN_STEP
    assert phases(clinic) == {one.balance.value: one.end and one.end.isoformat() for one in shifts}
    assert claimed(clinic) == shifts[-1].balance.value
    quiet(clinic)


def test_in_one_transaction_where_the_server_has_it() -> None:
    clinic = treated()
    clinic.change(phases=ONE_SHIFT)
    clinic.sync()
    assert clinic.writes == ["POST "]


def test_without_it_the_next_phase_starts_before_the_old_one_ends_and_the_plan_comes_last() -> None:
    clinic = treated(WITHOUT_TRANSACTIONS)
    clinic.change(phases=ONE_SHIFT)
    clinic.sync()
    assert requests(clinic) == [
        "POST Observation",
        f"PUT {clinic.address(FIRST)}",
        f"PUT {clinic.address(PLAN)}",
    ]


def test_in_a_transaction_of_its_own_where_the_push_is_too_large_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clinic = treated()
    monkeypatch.setattr("service.sync.push.LARGEST_TRANSACTION", 1)
    clinic.change(phases=ONE_SHIFT)
    clinic.sync()
    both = clinic.transaction()["entry"]
    assert {item for one in both for item in ours(one["resource"])} == {FIRST.item, SECOND.item}
    assert phases(clinic) == {"balanced": SHIFT.isoformat(), "therapy-led": None}
    quiet(clinic)


@BOTH
@pytest.mark.parametrize("refused", [FIRST, SECOND], ids=["the end", "the start"])
def test_what_the_server_refuses_of_a_shift_leaves_the_chart_with_a_phase_that_runs(
    shape: Shape, refused: Key
) -> None:
    clinic = treated(shape)
    clinic.change(phases=ONE_SHIFT)
    refusing(clinic, refused)
    report = clinic.sync()
    assert report.standing is Standing.PARTLY
    assert None in phases(clinic).values()
    assert claimed(clinic) in {name for name, end in phases(clinic).items() if end is None}
    number = len(list(clinic.store.history()))
    clinic.sync()
    assert len(list(clinic.store.history())) == number, "what is refused changes nothing else"
    clinic.spoil = usual
    assert clinic.sync().standing is Standing.IN_STEP
    assert phases(clinic) == {"balanced": SHIFT.isoformat(), "therapy-led": None}
    assert claimed(clinic) == "therapy-led"
    quiet(clinic)


def test_a_refused_start_leaves_the_old_phase_running_and_the_plan_at_its_balance() -> None:
    clinic = treated()
    clinic.change(phases=ONE_SHIFT, title="Depression, second phase")
    refusing(clinic, SECOND)
    clinic.sync()
    assert phases(clinic) == {"balanced": None}
    assert claimed(clinic) == "balanced"
    assert clinic.of(PLAN)["title"] == "Depression, second phase", "everything else of the plan goes on"


def test_one_by_one_the_end_waits_for_the_start_that_was_refused() -> None:
    clinic = treated(WITHOUT_TRANSACTIONS)
    clinic.change(phases=ONE_SHIFT)
    refusing(clinic, SECOND)
    report = clinic.sync()
    assert of(report, SECOND).done is Done.REJECTED
    assert reason(report, FIRST) == (Done.WAITING, f"waits for {SECOND}")
    assert phases(clinic) == {"balanced": None}


def test_one_by_one_an_end_that_is_refused_tells_the_stage_as_long_as_it_lasts() -> None:
    clinic = treated(WITHOUT_TRANSACTIONS)
    clinic.change(phases=ONE_SHIFT)
    refusing(clinic, FIRST)
    for _ in range(2):
        assert reason(clinic.sync(), FIRST) == (Done.REJECTED, f"the server refused it; {BEGUN}")
    entry = clinic.entry(FIRST)
    assert entry is not None
    assert str(entry.reason).endswith(BEGUN)
    assert phases(clinic) == {"balanced": None, "therapy-led": None}
    assert claimed(clinic) == "therapy-led"


def test_one_by_one_a_push_that_stops_in_between_tells_the_stage() -> None:
    clinic = treated(WITHOUT_TRANSACTIONS)
    clinic.change(phases=ONE_SHIFT)
    silent_after(clinic, SECOND)
    report = clinic.sync()
    assert phases(clinic) == {"balanced": None, "therapy-led": None}
    assert str(of(report, FIRST).reason).endswith(BEGUN)
    assert claimed(clinic) == "balanced", "the plan was not reached"
    clinic.spoil = usual
    clinic.later(minutes=5)
    assert clinic.sync().standing is Standing.IN_STEP
    assert phases(clinic) == {"balanced": SHIFT.isoformat(), "therapy-led": None}
    quiet(clinic)


@BOTH
@pytest.mark.parametrize("refused", [SECOND, THIRD], ids=["the one between", "the last"])
def test_of_two_shifts_none_ends_the_running_phase_while_one_is_refused(shape: Shape, refused: Key) -> None:
    clinic = treated(shape)
    clinic.change(phases=TWO_SHIFTS)
    refusing(clinic, refused)
    for _ in range(2):
        clinic.sync()
        assert phases(clinic)["balanced"] is None
        assert claimed(clinic) == "balanced"
    clinic.spoil = usual
    assert clinic.sync().standing is Standing.IN_STEP
    assert phases(clinic) == {
        "balanced": SHIFT.isoformat(),
        "therapy-led": AGAIN.isoformat(),
        "medication-led": None,
    }
    quiet(clinic)


@BOTH
def test_a_new_plan_claims_no_balance_while_its_phase_is_refused(shape: Shape) -> None:
    clinic = Clinic(a_plan(phases=(balanced(),)), shape=shape)
    refusing(clinic, FIRST)
    clinic.sync()
    assert claimed(clinic) is None
    assert clinic.of(PLAN)["status"] == "active"
    clinic.spoil = usual
    assert clinic.sync().standing is Standing.IN_STEP
    assert claimed(clinic) == "balanced"
    quiet(clinic)


@BOTH
def test_a_refused_end_of_the_last_phase_leaves_the_plan_at_its_balance(shape: Shape) -> None:
    clinic = treated(shape)
    clinic.change(phases=(balanced(end=SHIFT),))
    refusing(clinic, FIRST)
    report = clinic.sync()
    assert reason(report, FIRST) == (Done.REJECTED, "the server refused it")
    assert claimed(clinic) == "balanced"
    clinic.spoil = usual
    clinic.sync()
    assert claimed(clinic) is None
    quiet(clinic)


def test_a_narrative_that_a_person_wrote_stays() -> None:
    clinic = treated()
    authored = {
        "status": "additional",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml">Ask Ada first</div>',
    }
    clinic.edit(clinic.address(PLAN), text=authored)
    clinic.sync()
    clinic.change(phases=ONE_SHIFT, title="Depression, second phase")
    refusing(clinic, SECOND)
    clinic.sync()
    held = clinic.of(PLAN)
    assert (held["text"], held["title"]) == (authored, "Depression, second phase")
    assert TREATMENT_BALANCE.within(held["extension"])["coding"][0]["code"] == "balanced"


def test_the_next_phase_waits_while_the_end_of_the_old_one_is_in_dispute() -> None:
    clinic = treated()
    clinic.edit(clinic.address(FIRST), note=[{"text": "She asked for it herself"}])
    clinic.change(phases=(balanced(end=SHIFT, reason="The skills group has begun"), therapy_led()))
    report = clinic.push()
    assert of(report, FIRST).done is Done.CONFLICT
    assert reason(report, SECOND) == (Done.WAITING, f"waits for {FIRST}")
    assert phases(clinic) == {"balanced": None}
    assert claimed(clinic) == "balanced"
    assert clinic.sync().standing is Standing.IN_STEP
    assert phases(clinic) == {"balanced": SHIFT.isoformat(), "therapy-led": None}
    quiet(clinic)


def test_what_is_in_dispute_of_a_phase_and_not_its_time_holds_no_balance_back() -> None:
    clinic = Clinic(a_plan(phases=(balanced(),)))
    clinic.sync()
    clinic.edit(clinic.address(FIRST), note=[{"text": "She asked for it herself"}])
    clinic.change(phases=(balanced(reason="The skills group has begun"),), title="Another title")
    assert of(clinic.push(), FIRST).done is Done.CONFLICT
    assert claimed(clinic) == "balanced"
    assert clinic.of(PLAN)["title"] == "Another title"


def test_a_shadow_says_that_both_would_be_written_also_without_transactions() -> None:
    clinic = treated(WITHOUT_TRANSACTIONS)
    clinic.configure(mode=ConnectionMode.SHADOW)
    clinic.change(phases=ONE_SHIFT)
    report = clinic.sync()
    assert (of(report, FIRST).done, of(report, SECOND).done) == (Done.WOULD_UPDATE, Done.WOULD_CREATE)
    assert phases(clinic) == {"balanced": None}


def test_a_pause_between_two_phases_is_no_set() -> None:
    """One ended for a while, and the next one begins later: each goes out by itself."""
    clinic = treated()
    clinic.change(phases=(balanced(end=SHIFT),))
    clinic.sync()
    clinic.change(phases=(balanced(end=SHIFT), replace(therapy_led(), start=AGAIN)))
    refusing(clinic, SECOND)
    report = clinic.sync()
    assert of(report, FIRST).done is Done.UNCHANGED
    assert claimed(clinic) is None
