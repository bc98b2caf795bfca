"""When a worker polls: in its turn, and sooner when a notification asks for it."""

from io import StringIO

import pytest

from service.bootstrap.reading import ChartReading
from service.console.installation import NoEhr
from service.ports.ehr import Unavailable
from service.settings import Settings
from service.sync.agenda import Ports
from service.telemetry.logs import configure
from tests.scenarios.clinic import Clinic
from tests.scenarios.polled import in_step
from tests.scenarios.two_sides import GOAL


@pytest.fixture
def clinic() -> Clinic:
    return in_step()


@pytest.fixture
def said() -> StringIO:
    return StringIO()


@pytest.fixture
def reading(clinic: Clinic, said: StringIO) -> ChartReading:
    log = configure(as_json=True, stream=said)
    return ChartReading(settings=Settings(), storage=clinic.storage, log=log, run=lambda: clinic.ports)


def polls(said: StringIO) -> int:
    return said.getvalue().count("poll.finished")


def test_a_worker_polls_at_once_and_then_in_its_turn(
    clinic: Clinic, reading: ChartReading, said: StringIO
) -> None:
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    assert reading.poll_in_turn() == 1
    assert reading.due() == (clinic.plan.id,)
    assert (reading.poll_in_turn(), polls(said)) == (0, 1)
    clinic.sync()
    clinic.later(seconds=61)
    assert (reading.poll_in_turn(), polls(said)) == (0, 2)
    assert "their words" not in said.getvalue()


def test_a_notification_makes_the_poll_sooner(clinic: Clinic, reading: ChartReading, said: StringIO) -> None:
    reading.poll_in_turn()
    with clinic.storage.begin() as work:
        work.due.ask_for_poll("default", clinic.clock.now())
        work.commit()
    reading.poll_in_turn()
    assert polls(said) == 2
    reading.poll_in_turn()
    assert polls(said) == 2


def test_a_poll_that_fails_is_made_again_in_its_turn(
    clinic: Clinic, reading: ChartReading, said: StringIO
) -> None:
    clinic.arm("error-before times=1")
    with pytest.raises(Unavailable):
        reading.poll_in_turn()
    assert reading.poll_in_turn() == 0
    assert polls(said) == 0
    clinic.later(seconds=61)
    reading.poll_in_turn()
    assert polls(said) == 1


def test_what_subscribing_needs_is_the_same_way_to_the_chart(clinic: Clinic, reading: ChartReading) -> None:
    ports = reading.subscriptions
    assert ports.run.storage is clinic.storage
    assert len(ports.random_hex(32)) == 64


def test_without_an_ehr_nothing_is_read() -> None:
    def nowhere() -> Ports:
        raise NoEhr("no EHR is configured")

    reading = ChartReading(
        settings=Settings(), storage=Clinic().storage, log=configure(as_json=True), run=nowhere
    )
    with pytest.raises(NoEhr):
        reading.poll()
