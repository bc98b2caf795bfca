from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given

from service.domain.medication import OrderStatus, StatusReason
from service.domain.therapy import RequestStatus, Rhythm, RhythmUnit
from service.mapping.narrative import narrative
from tests.builders import a_check_in, a_goal, a_medication, a_phase, a_plan, a_therapy, day, the_full_plan
from tests.strategies import FEW, UNSHARED, plans


def words(plan, medications=None):
    text = narrative(plan, plan.medications if medications is None else medications)
    assert text["status"] == "generated"
    # Our own output, so nothing that a hostile document could do.
    return ElementTree.fromstring(text["div"])  # noqa: S314 (our own output)


@FEW
@given(plans())
def test_a_narrative_is_well_formed_and_the_same_every_time(plan):
    div = words(plan)
    assert div.tag == "{http://www.w3.org/1999/xhtml}div"
    assert plan.title in "".join(div.itertext())
    assert narrative(plan, plan.medications) == narrative(plan, plan.medications)


@FEW
@given(plans())
def test_a_narrative_says_nothing_of_the_journal(plan):
    assert narrative(plan, plan.medications) == narrative(replace(plan, journal=()), plan.medications)
    assert UNSHARED not in "".join(words(the_full_plan()).itertext())


def test_a_narrative_says_what_a_reader_needs():
    plan = a_plan(
        title="Depression & <sleep>",
        goals=(a_goal(), a_goal(id="g2", target=None, due=None)),
        therapies=(a_therapy(), a_therapy(id="t2", rhythm=Rhythm(sessions=2, every=3, unit=RhythmUnit.DAY))),
        phases=(a_phase(),),
        check_ins=a_check_in(),
    )
    assert list(words(plan).itertext()) == [
        "Depression & <sleep>",
        " (active)",
        "Balance: Balanced",
        "Goals:",
        "Depression score below ten, Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"
        " at most 9, by 2024-04-15 (active)",
        "Depression score below ten (active)",
        "Therapy:",
        "Cognitive behavioural therapy, individual, 1 session per week (active)",
        "Cognitive behavioural therapy, individual, 2 sessions every 3 days (active)",
        "Medication:",
        "Sertraline 50 mg: 50 mg 1 time per day in the morning, oral (active)",
        f"Next check-in: {day(35).isoformat()}",
    ]


def test_what_has_ended_is_left_out():
    stopped = a_medication(status=OrderStatus.STOPPED, status_reason=StatusReason.NO_BENEFIT)
    plan = a_plan(therapies=(a_therapy(status=RequestStatus.COMPLETED),), medications=(stopped,), goals=())
    assert list(words(plan).itertext()) == [plan.title, " (active)"]


def test_a_medicine_that_is_not_given_is_not_named():
    assert "ertraline" in "".join(words(a_plan(title="Plan")).itertext())
    assert "ertraline" not in "".join(words(a_plan(title="Plan"), ()).itertext())
