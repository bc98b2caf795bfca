"""An installation carries its alerts through real sockets, by its settings, beside the API or without it."""

from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from service.application.change_plan import add_item
from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.application.ports import Editor
from service.bootstrap import Tandem
from service.bootstrap.alerting import Rounds, timers_of
from service.domain.alert import AlertState
from service.ports.storage import StorageUnavailable
from service.settings import Settings
from service.telemetry.logs import configure
from tests.builders import DIRECTORY, a_plan
from tests.scenarios.ward import risk
from tests.unit.delivery.receivers import a_mail_server, a_webhook

SENDER = {"mail_from": "tandem@clinic.example", "mail_tls": "off", "public_url": "https://t.example"}


def installed(folder: Path, **settings: Any) -> Tandem:
    log = StringIO()
    tandem = Tandem(settings=Settings(database_url=f"sqlite:///{folder / 't.db'}", **settings), log_to=log)
    tandem.upgrade()
    for person in DIRECTORY.values():
        add_person(person, ports=tandem.plans)
    create_plan(a_plan(), author="n.okafor", ports=tandem.plans)
    add_item(a_plan().id, "scores", risk(), editor=Editor(author="n.okafor", expected=1), ports=tandem.plans)
    return tandem


def state(tandem: Tandem) -> AlertState:
    with tandem.database.begin(write=False) as work:
        (alert,) = work.alerts.of_plan(a_plan().id)
    return alert.state


def metric(tandem: Tandem, name: str) -> str:
    (line,) = [one for one in tandem.watch.exposition()[0].splitlines() if one.startswith(name + " ")]
    return line.rpartition(" ")[2]


def test_an_alert_leaves_by_the_channels_of_the_plan(tmp_path: Path) -> None:
    with a_mail_server() as post, a_webhook() as hook:
        tandem = installed(
            tmp_path,
            mail_host="127.0.0.1",
            mail_port=post.port,
            alert_webhook_url=hook.url,
            alert_webhook_secret="s",
            **SENDER,
        )
        told = tandem.alert_desk.deliver()
    assert [one.failure for one in told] == [None] * len(told)
    assert (len(post.mails) >= 1, len(hook.received) >= 1) == (True, True)
    assert state(tandem) is AlertState.DELIVERED
    assert metric(tandem, 'tandem_alert_messages_total{channel="email",result="carried"}') != "0.0"
    assert '"alert.carried"' in _log(tandem) or "alert.carried" in _log(tandem)
    tandem.database.close()


def _log(tandem: Tandem) -> str:
    assert isinstance(tandem.log_to, StringIO)
    return tandem.log_to.getvalue()


def test_channels_that_nobody_configured_are_an_alarm_in_log_and_metrics(tmp_path: Path) -> None:
    tandem = installed(tmp_path)
    assert {one.failure for one in tandem.alert_desk.deliver()} == {"not-configured"}
    assert state(tandem) is AlertState.UNDELIVERED
    assert metric(tandem, 'tandem_open_alerts{state="undelivered"}') == "1.0"
    assert "alert.not-carried" in _log(tandem)
    assert "Sørensen" not in _log(tandem)
    tandem.database.close()


def test_the_timers_are_those_of_the_settings() -> None:
    assert timers_of(Settings(alert_acknowledge_minutes=10)).acknowledge.total_seconds() == 600
    slow = timers_of(Settings(alert_acknowledge_minutes=600))
    assert slow.longest == slow.acknowledge


def test_a_running_service_carries_alerts_beside_the_api(tmp_path: Path, monkeypatch: Any) -> None:
    begun: list[str] = []
    monkeypatch.setattr(Rounds, "begin", lambda _: begun.append("rounds"))
    tandem = installed(tmp_path)
    assert callable(tandem.served())
    assert begun == ["rounds"]
    quiet = Tandem(settings=Settings(alert_seconds=0, database_url=tandem.settings.database_url))
    assert quiet.alert_desk.begin_rounds() is None
    quiet.served()
    assert begun == ["rounds"]
    tandem.database.close()
    quiet.database.close()


@pytest.mark.parametrize("error", [StorageUnavailable("away"), ValueError("a slip")])
def test_a_round_that_fails_is_told_and_the_next_one_comes(error: Exception) -> None:
    log, again, made = StringIO(), Event(), []

    def carry() -> None:
        made.append(1)
        if len(made) == 1:
            raise error
        again.set()

    rounds = Rounds(carry, seconds=0.001, log=configure(as_json=True, stream=log))
    rounds.begin()
    assert again.wait(10)
    rounds.end()
    assert f'"error": "{type(error).__name__}"' in log.getvalue().replace('":"', '": "')
    assert "away" not in log.getvalue()
