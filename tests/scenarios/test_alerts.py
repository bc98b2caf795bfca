"""Alerts over time: who is told in which minute, and what each answer changes."""

import pytest

from service.domain.alert import AlertState, Happening
from service.domain.safety import Channel, SafetyContact
from service.domain.values import Invalid
from tests.builders import COORDINATOR, THERAPIST, a_plan, a_score, safety_contacts
from tests.scenarios.ward import LASTING, MONDAY, MONDAY_NIGHT, PASSING, Ward, risk

BY_MAIL = a_plan(safety=safety_contacts(channels=(Channel.EMAIL,)))
FIRST, BOTH = ["recipient"], ["recipient", "backup"]


def told(*rounds):
    return [(minute, one) for minute, whom in rounds for one in whom]


@pytest.mark.parametrize(
    ("start", "answered", "expected"),
    [
        # Nobody answers: the recipient at once, the backup after 30 minutes, then reminders further apart.
        (MONDAY, None, told((0, FIRST), (30, BOTH), (60, BOTH), (120, BOTH), (240, BOTH))),
        # Outside of the recipient's hours both are told at once.
        (MONDAY_NIGHT, None, told((0, BOTH), (30, BOTH), (60, BOTH), (120, BOTH), (240, BOTH))),
        (MONDAY, 5, told((0, FIRST))),
        (MONDAY, 29, told((0, FIRST))),
        (MONDAY, 45, told((0, FIRST), (30, BOTH))),
    ],
)
def test_who_is_told_in_which_minute(start, answered, expected):
    ward = Ward(start, BY_MAIL)
    ward.answers()
    seen = ward.until(250 if answered is None else answered - 1)
    if answered is not None:
        assert ward.acknowledges().state is AlertState.ACKNOWLEDGED
        seen += ward.until(250, start=answered)
    assert seen == expected


def test_every_step_stands_in_the_journal_of_the_alert():
    ward = Ward(plan=BY_MAIL)
    ward.answers()
    ward.until(31)
    ward.acknowledges("j.mueller")
    alert = ward.closes("j.mueller", "Seen today; a safety plan is agreed")
    assert [(one.what.value, one.detail) for one in alert.entries] == [
        ("raised", None),
        ("delivered", "email"),
        ("escalated", None),
        ("delivered", "email"),
        ("delivered", "email"),
        ("acknowledged", None),
        ("closed", "Seen today; a safety plan is agreed"),
    ]
    assert alert.entries[-1].who == "j.mueller"


def test_a_failure_that_may_pass_is_tried_until_it_arrives():
    ward = Ward(plan=BY_MAIL)
    ward.carrier.everything = PASSING
    ward.answers()
    assert ward.until(2) == []
    ward.carrier.everything = None
    assert ward.until(10, start=3) == [(3, "recipient")]
    assert ward.alert.state is AlertState.DELIVERED


def test_an_alert_that_cannot_be_delivered_is_an_alarm_and_goes_to_the_backup():
    ward = Ward(plan=BY_MAIL)
    ward.carrier.refuses["recipient", "email"] = LASTING
    ward.answers()
    (first,) = ward.carries()
    assert (first.failure, first.alarm) == ("refused", True)
    assert ward.alert.state is AlertState.UNDELIVERED
    assert ward.until(5) == [(0, "backup")]
    assert ward.alert.state is AlertState.DELIVERED
    assert Happening.UNDELIVERED in {one.what for one in ward.alert.entries}


def test_an_alert_that_reaches_nobody_stays_an_alarm_and_is_tried_for_as_long_as_it_takes():
    ward = Ward(plan=BY_MAIL)
    ward.carrier.everything = PASSING
    ward.answers()
    ward.until(200)
    assert ward.alert.state is AlertState.UNDELIVERED
    ward.carrier.everything = None
    assert ward.until(20)
    assert ward.alert.state is AlertState.DELIVERED


def test_a_corrected_address_counts_at_the_next_reminder():
    ward = Ward(plan=BY_MAIL)
    ward.answers()
    ward.names(backup=SafetyContact(person=COORDINATOR.id, email="new@clinic.example"))
    ward.until(30)
    assert [one.address for one in ward.carrier.carried] == [
        "recipient@clinic.example",
        "recipient@clinic.example",
        "new@clinic.example",
    ]


def test_a_plan_without_contacts_raises_an_alert_all_the_same():
    """As one from a chart: it goes to the clinic's webhook."""
    ward = Ward(plan=a_plan(status="draft", safety=None))
    ward.answers()
    assert ward.until(0) == [(0, "clinic")]
    assert ward.carrier.carried[0].channel is Channel.WEBHOOK


def test_each_score_has_its_own_alert_and_a_total_alone_has_none():
    ward = Ward()
    ward.answers(risk(0))
    ward.answers(risk(1))
    ward.answers(a_score(id="a-total", value=27))
    assert len(ward.alerts) == 2


def test_a_plan_that_begins_with_a_positive_score_begins_with_an_alert():
    assert Ward(plan=a_plan(scores=(risk(),))).alert.revision == 1


@pytest.mark.parametrize(
    ("who", "reason"), [("", "Seen"), (" ", "Seen"), ("n.okafor", ""), ("n.okafor", " ")]
)
def test_an_alert_is_never_closed_without_a_name_and_a_reason(who, reason):
    ward = Ward()
    ward.answers()
    with pytest.raises(Invalid):
        ward.closes(who, reason)
    assert ward.alert.state is AlertState.RAISED


def test_an_alert_may_be_closed_at_once_by_whoever_assessed_the_person():
    ward = Ward()
    ward.answers()
    assert ward.closes().state is AlertState.CLOSED
    assert ward.until(300) == []


def test_who_acknowledges_while_a_message_is_on_its_way_has_acknowledged():
    ward = Ward(plan=BY_MAIL)
    ward.answers()
    carry = ward.carrier.carry

    def slowly(message):
        ward.acknowledges(THERAPIST.id)
        carry(message)

    ward.carrier.carry = slowly
    ward.carries()
    assert ward.alert.state is AlertState.ACKNOWLEDGED
    assert {Happening.ACKNOWLEDGED, Happening.DELIVERED} <= {one.what for one in ward.alert.entries}


def test_two_that_carry_at_once_send_one_message():
    ward = Ward(plan=BY_MAIL)
    ward.answers()
    carry, begun = ward.carrier.carry, []

    def both(message):
        if not begun:
            begun.append(message)
            assert ward.carries() == ()
        carry(message)

    ward.carrier.carry = both
    ward.carries()
    assert len(ward.carrier.carried) == 1


def test_a_message_names_no_patient_and_quotes_nothing():
    ward = Ward()
    ward.answers()
    ward.carries()
    said = "".join(str(one) for one in ward.carrier.carried)
    patient = ward.plan.patient
    for word in (patient.id, patient.family_name, *patient.given_names, ward.plan.title, "phq", "score"):
        assert word not in said
