"""Reading the chart of an installation: polls, the plans that wait, and what is subscribed to."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import sleep

from service.application.poll_chart import PollChart, PollReport, due_plans, is_poll_asked, poll_chart
from service.application.subscribe import SubscribePorts
from service.bootstrap.chart import CONNECTION
from service.ports.storage import Storage
from service.settings import Settings
from service.sync.agenda import Ports
from service.telemetry.events import POLL_FINISHED, Log, emit


@dataclass(slots=True, kw_only=True)
class ChartReading:
    """What reads the chart; `run` gives what a run at it needs, and raises `NoEhr` where there is none."""

    settings: Settings
    storage: Storage
    log: Log
    run: Callable[[], Ports]
    _polled_at: datetime | None = field(default=None, init=False)

    def poll(self, *, whole: bool = False) -> PollReport:
        """Read what changed in the chart; raises `NoEhr`, and as `poll_chart` does."""
        command = PollChart(
            connection_id=CONNECTION,
            overlap=timedelta(seconds=self.settings.ehr_overlap_seconds),
            sweep_every=timedelta(hours=self.settings.ehr_compare_hours),
            whole=whole,
        )
        report = poll_chart(command, self.run())
        emit(
            self.log,
            POLL_FINISHED,
            connection_id=report.connection_id,
            rows=report.rows,
            changed=report.changed,
            woken=len(report.woken),
            compared=report.compared,
        )
        return report

    def poll_in_turn(self) -> int:
        """Poll when a notification asks for it or it is time to, and return how many plans that woke."""
        ports = self.run()
        now, every = ports.clock.now(), timedelta(seconds=self.settings.ehr_poll_seconds)
        in_time = self._polled_at is not None and now - self._polled_at < every
        if in_time and not is_poll_asked(self.storage, CONNECTION):
            return 0
        self._polled_at = now  # a poll that fails is made again in its turn, and not at once
        return len(self.poll().woken)

    def due(self) -> tuple[str, ...]:
        """Return the plans that wait for a pass, by id."""
        return due_plans(self.storage, CONNECTION)

    @property
    def subscriptions(self) -> SubscribePorts:
        """What subscribing needs; raises `NoEhr`."""
        return SubscribePorts(run=self.run(), random_hex=secrets.token_hex, pause=sleep)
