"""`tandem alerts` and what `tandem health` says of them."""

from datetime import timedelta

import pytest

from service.application.deliver_alerts import Carried
from service.console.exit_codes import ExitCode
from service.domain.alert import AlertState
from service.domain.revision import Origin, Revision
from tests.builders import a_plan
from tests.builders.alerts import RAISED_AT, an_alert
from tests.unit.console.running import Desk

ALERT = an_alert()


@pytest.fixture
def raised(desk: Desk) -> Desk:
    keep(desk, ALERT)
    return desk


def keep(desk: Desk, *alerts: object) -> None:
    with desk.installation.storage.begin() as work:
        for one in alerts:
            work.alerts.add(one)
        work.commit()


def test_alerts_are_listed_and_shown(raised: Desk) -> None:
    assert [one["id"] for one in raised.type("alerts", "list", "--json").document["items"]] == [ALERT.id]
    assert "raised" in raised.type("alerts", "list").out
    shown = raised.type("alerts", "show", ALERT.id)
    assert "Needs a clinician's assessment" in shown.out
    assert "recipient" in shown.out
    assert "@" not in shown.out
    assert "@" not in raised.type("alerts", "show", ALERT.id, "--json").out
    assert raised.type("alerts", "show", "nobody").code == ExitCode.NOT_FOUND
    assert raised.type("alerts", "list", "--state", "closed", "--json").document["items"] == []
    assert raised.type("alerts", "list", "--plan", "nobody").code == ExitCode.NOT_FOUND


def test_every_alert_of_a_plan_is_listed(raised: Desk) -> None:
    revision = Revision(
        number=1, plan=a_plan(), groups=(), author="x", origin=Origin.PERSON, recorded_at=RAISED_AT
    )
    with raised.installation.storage.begin() as work:
        work.plans.add(revision)
        work.commit()
    keep(raised, an_alert(id="over", state=AlertState.CLOSED))
    found = raised.type("alerts", "list", "--plan", a_plan().id, "--json").document["items"]
    assert {one["id"] for one in found} == {ALERT.id, "over"}


def test_an_alert_is_acknowledged_and_closed_by_somebody_with_a_reason(raised: Desk) -> None:
    assert raised.type("alerts", "acknowledge", ALERT.id).code == ExitCode.USAGE
    said = raised.type("alerts", "acknowledge", ALERT.id, "--author", "n.okafor")
    assert said.out.strip() == f"{ALERT.id} is acknowledged"
    assert raised.type("alerts", "close", ALERT.id, "--author", "n.okafor").code == ExitCode.USAGE
    blank = raised.type("alerts", "close", ALERT.id, "--author", "n.okafor", "--reason", " ", "--json")
    assert (blank.code, set(blank.refusals)) == (ExitCode.REFUSED, {"reason"})
    over = raised.type("alerts", "close", ALERT.id, "--author", "n.okafor", "--reason", "Seen today")
    assert over.out.strip() == f"{ALERT.id} is closed"
    assert "Seen today" in raised.type("alerts", "show", ALERT.id).out


def carried(failure: str | None) -> Carried:
    return Carried(
        alert_id="a", plan_id="p", to="recipient", channel="email", tries=1, failure=failure, alarm=False
    )


def test_a_delivery_tells_what_could_not_be_handed_over(desk: Desk) -> None:
    desk.installation.carrying = (carried(None),)
    assert desk.type("alerts", "deliver").code == ExitCode.DONE
    desk.installation.carrying = (carried(None), carried("no-answer"))
    failed = desk.type("alerts", "deliver")
    assert failed.code == ExitCode.WORK_LEFT
    assert "no-answer" in failed.out
    items = desk.type("alerts", "deliver", "--json").document["items"]
    assert [one["failure"] for one in items] == [None, "no-answer"]


def test_the_notice_of_a_form_is_printed(desk: Desk) -> None:
    assert "crisis_contacts" not in desk.type("alerts", "notice", "--json").document
    desk.installation.crisis_contacts = "Call 988"
    assert "Call 988" in desk.type("alerts", "notice").out
    assert desk.type("alerts", "notice", "--json").document["watched_live"] is False


def test_health_is_well_while_no_alert_waits_too_long(desk: Desk) -> None:
    assert desk.type("health", "--json").document["alerts"]["ok"] is True
    keep(desk, an_alert(state=AlertState.ACKNOWLEDGED))
    assert desk.type("health").code == ExitCode.DONE


def test_health_tells_of_alerts_that_reach_nobody(desk: Desk) -> None:
    now = desk.installation.plans.clock.now()
    keep(
        desk, an_alert(id="lost", state=AlertState.UNDELIVERED, notices=(), turn_at=now + timedelta(hours=1))
    )
    told = desk.type("health", "--json")
    assert told.code == ExitCode.WORK_LEFT
    assert "1 alert(s) reach nobody" in told.document["alerts"]["message"]


def test_health_tells_when_nothing_carries_alerts(desk: Desk) -> None:
    now = desk.installation.plans.clock.now()
    keep(desk, an_alert(notices=(), turn_at=now - timedelta(minutes=3)))
    assert "nothing has carried alerts" in desk.type("health", "--json").document["alerts"]["message"]


def test_health_tells_of_active_plans_that_name_nobody(desk: Desk) -> None:
    bare = Revision(
        number=1, plan=a_plan(safety=None), groups=(), author="x", origin=Origin.EHR, recorded_at=RAISED_AT
    )
    with desk.installation.storage.begin() as work:
        work.plans.add(bare)
        work.commit()
    assert "1 active plan(s)" in desk.type("health", "--json").document["alerts"]["message"]
