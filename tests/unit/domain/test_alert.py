"""An alert's steps, one by one; tests/scenarios/test_alerts.py plays them over time."""

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.alert import (
    AlertState,
    Happening,
    Reached,
    Timers,
    acknowledged,
    advanced,
    claimed,
    closed,
    delivered,
    failed,
    raised,
)
from service.domain.safety import Channel
from tests.builders import safety_contacts
from tests.refusals import refusals

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
TIMERS = Timers()
MAILED = safety_contacts(channels=(Channel.EMAIL,))
NEW = raised("a", plan_id="p", score_id="s", revision=1, now=MONDAY)


def minutes(count):
    return MONDAY + timedelta(minutes=count)


def begun(contacts=MAILED, now=MONDAY):
    return claimed(advanced(NEW, contacts, timers=TIMERS, now=now), timers=TIMERS, now=now)


def test_a_new_alert_is_due_at_once():
    assert (NEW.state, NEW.due_at) == (AlertState.RAISED, MONDAY)


def test_in_the_hours_the_recipient_is_told_and_outside_of_them_both_are():
    assert [one.to for one in begun()[1]] == [Reached.RECIPIENT]
    assert [one.to for one in begun(now=NIGHT)[1]] == [Reached.RECIPIENT, Reached.BACKUP]


def test_each_channel_gets_a_notice_of_its_own():
    _, notices = begun(safety_contacts())
    assert [(one.channel, one.address) for one in notices] == [
        (Channel.EMAIL, "recipient@clinic.example"),
        (Channel.WEBHOOK, None),
    ]


def test_a_plan_that_names_nobody_goes_to_the_clinic():
    _, (notice,) = begun(None)
    assert (notice.to, notice.channel, notice.person) == (Reached.CLINIC, Channel.WEBHOOK, None)


def test_what_was_claimed_and_not_heard_of_again_is_due_later():
    alert, (notice,) = begun()
    assert claimed(alert, timers=TIMERS, now=MONDAY)[1] == ()
    again, (second,) = claimed(alert, timers=TIMERS, now=minutes(1))
    assert (notice.tries, second.tries) == (1, 2)
    assert again.due_at == minutes(3)


def test_tries_come_further_and_further_apart_up_to_a_limit():
    alert, now = begun()[0], MONDAY
    pauses = []
    for _ in range(6):
        due = alert.notices[0].due_at
        pauses.append(int((due - now).total_seconds()) // 60)
        now = due
        alert, _ = claimed(alert, timers=TIMERS, now=now)
    assert pauses == [1, 2, 4, 8, 15, 15]


def test_one_arrival_is_enough_to_be_delivered():
    alert, (mail, hook) = begun(safety_contacts())
    told = delivered(alert, mail, now=MONDAY)
    lost = failed(told, hook, "refused", timers=TIMERS, now=MONDAY, lasting=True)
    assert lost.state is AlertState.DELIVERED
    assert [one.failure for one in lost.notices] == [None, "refused"]


def test_a_failure_that_lasts_is_an_alarm_and_the_backups_turn_at_once():
    alert, (mail,) = begun()
    lost = failed(alert, mail, "no-such-recipient", timers=TIMERS, now=MONDAY, lasting=True)
    assert (lost.state, lost.due_at) == (AlertState.UNDELIVERED, MONDAY)
    turned = advanced(lost, MAILED, timers=TIMERS, now=MONDAY)
    assert {one.to for one in turned.notices} == {Reached.RECIPIENT, Reached.BACKUP}
    assert turned.escalated_at == MONDAY


def test_a_failure_that_may_pass_becomes_an_alarm_when_its_tries_are_used_up():
    alert, (mail,) = begun()
    for number in range(TIMERS.tries - 1):
        alert = failed(alert, mail, "no-answer", timers=TIMERS, now=minutes(number))
        assert alert.state is AlertState.RAISED
        alert, (mail,) = claimed(alert, timers=TIMERS, now=alert.notices[0].due_at)
    lost = failed(alert, mail, "no-answer", timers=TIMERS, now=minutes(20))
    assert lost.state is AlertState.UNDELIVERED
    assert failed(lost, mail, "no-answer", timers=TIMERS, now=minutes(20)).entries == lost.entries


def test_in_a_later_round_the_alarm_waits_for_the_next_reminder():
    first, _ = begun()
    second = advanced(first, MAILED, timers=TIMERS, now=minutes(30))
    second, notices = claimed(second, timers=TIMERS, now=minutes(30))
    lost = failed(second, notices[0], "refused", timers=TIMERS, now=minutes(31), lasting=True)
    assert lost.turn_at == second.turn_at


def test_the_outcome_of_a_round_that_is_over_changes_no_notice_of_the_next():
    first, (mail,) = begun()
    second = advanced(first, MAILED, timers=TIMERS, now=minutes(30))
    told = delivered(second, mail, now=minutes(31))
    assert told.notices == second.notices
    assert told.state is AlertState.DELIVERED


def test_who_looks_after_it_ends_the_timers():
    alert, (mail,) = begun()
    seen = acknowledged(alert, who=" n.okafor ", now=minutes(2))
    assert (seen.due_at, seen.entries[-1].who) == (None, "n.okafor")
    assert advanced(seen, MAILED, timers=TIMERS, now=minutes(90)) == seen
    assert claimed(seen, timers=TIMERS, now=minutes(90))[1] == ()
    assert delivered(seen, mail, now=minutes(3)).state is AlertState.ACKNOWLEDGED
    assert failed(seen, mail, "refused", timers=TIMERS, now=minutes(3), lasting=True).state is seen.state


@pytest.mark.parametrize("who", ["", "  "])
def test_nobody_acknowledges_or_closes_without_a_name(who):
    assert "who" in refusals(lambda: acknowledged(NEW, who=who, now=MONDAY))
    assert "who" in refusals(lambda: closed(NEW, who=who, reason="Seen", now=MONDAY))


@pytest.mark.parametrize("reason", ["", " \n"])
def test_nobody_closes_without_a_reason(reason):
    assert "reason" in refusals(lambda: closed(NEW, who="n.okafor", reason=reason, now=MONDAY))


def test_what_is_closed_stays_closed():
    over = closed(NEW, who="n.okafor", reason="Seen today, no plan or intent", now=MONDAY)
    assert (over.state, over.entries[-1].what) == (AlertState.CLOSED, Happening.CLOSED)
    assert "state" in refusals(lambda: acknowledged(over, who="x", now=MONDAY))
    assert "state" in refusals(lambda: closed(over, who="x", reason="Again", now=MONDAY))
