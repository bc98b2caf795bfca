"""The database and the EHR around the commands: what brings itself up to date, and what a person sees to."""

import socket
from datetime import UTC, datetime

import pytest

from service.console.exit_codes import ExitCode
from service.domain.values import Problem
from service.ports.ehr import Capabilities, NotFhir, TypeCapability, Unavailable
from service.ports.storage import KeptCapabilities, StorageUnavailable
from tests.unit.console.running import Desk, FakeInstallation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Away:
    """An EHR that fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def capabilities(self) -> Capabilities:
        raise self._error


class Broken(FakeInstallation):
    """An installation without a database."""

    def is_current(self) -> bool:
        raise StorageUnavailable("the database does not answer")


def test_a_database_that_is_a_file_is_brought_up_to_date_by_the_first_command(desk: Desk) -> None:
    desk.installation.current = False
    assert desk.type("plan", "list").code == ExitCode.DONE
    assert desk.installation.upgrades == 1
    desk.type("plan", "list")
    assert desk.installation.upgrades == 1


def test_a_database_server_is_left_to_a_person(desk: Desk) -> None:
    desk.installation.current, desk.installation.keeps_a_file = False, False
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    for words in (("plan", "list"), ("push", "p"), ("serve", "--port", port)):
        said = desk.type(*words)
        assert said.code == ExitCode.STORAGE_UNAVAILABLE
        assert "tandem db upgrade" in said.err
    assert desk.installation.upgrades == 0
    assert desk.type("db", "upgrade", "--json").document == {"upgraded": True}
    assert desk.type("plan", "list").code == ExitCode.DONE


def test_an_upgrade_of_what_is_up_to_date_does_nothing(desk: Desk) -> None:
    assert desk.type("db", "upgrade").out == "the database was up to date\n"
    assert desk.installation.upgrades == 0


def test_health_says_what_works(desk: Desk) -> None:
    said = desk.type("health", "--json")
    assert said.code == ExitCode.DONE
    assert said.document["ehr"]["message"] == "none is configured (TANDEM_EHR_URL)"
    desk.installation.ehr_url = "http://chart"
    assert desk.type("health", "--json").document["ehr"] == {"ok": True, "message": "A server, FHIR 4.0.1"}
    assert "up to date" in desk.type("health").out


class Unguarded:
    """An EHR that promises for no type of `names` to refuse an update of an older version."""

    def __init__(self, *names: str) -> None:
        taken = TypeCapability(interactions=frozenset({"update"}), versioning="versioned")
        self.offered = Capabilities(fhir_version="4.0.1", types=dict.fromkeys(names, taken))

    def capabilities(self) -> Capabilities:
        return self.offered


def test_health_names_what_the_server_may_let_us_write_over(desk: Desk) -> None:
    def ehr() -> str:
        return str(desk.type("health", "--json").document["ehr"]["message"])

    desk.installation.ehr_url, desk.installation.chart = "http://chart", Unguarded("Goal", "Task")
    assert "If-Match for Goal, Task" in ehr()
    guarded = {"versioning": "versioned-update"}
    desk.installation.override = {"types": {"Goal": guarded, "Task": guarded}}
    assert "If-Match" not in ehr()
    with desk.installation.storage.begin() as work:
        seen = KeptCapabilities(content={"fhir_version": "4.0.1", "overwrites": ["Goal"]}, fetched_at=NOON)
        work.capabilities.put("default", seen)
        work.commit()
    assert "If-Match for Goal" in ehr()
    desk.installation.chart = Unguarded(*(f"Kind{number}" for number in range(20)))
    assert "If-Match for 20 types" in ehr()
    desk.installation.current = False
    assert "If-Match" not in ehr()


@pytest.mark.parametrize(
    ("error", "code"),
    [(Unavailable("away"), ExitCode.EHR_UNAVAILABLE), (NotFhir("html"), ExitCode.EHR_REFUSES)],
)
def test_health_ends_with_the_code_of_what_does_not(desk: Desk, error: Exception, code: ExitCode) -> None:
    desk.installation.ehr_url, desk.installation.chart = "http://chart", Away(error)
    said = desk.type("health", "--json")
    assert said.code == code
    assert said.document["ehr"]["ok"] is False
    assert said.document["database"]["ok"] is True


def test_health_says_whether_a_worker_lives_where_there_is_work(desk: Desk) -> None:
    assert "nothing to do" in desk.type("health", "--json").document["worker"]["message"]
    desk.installation.ehr_url = "http://chart"
    assert desk.type("health", "--json").document["worker"] == {"ok": True, "message": "1 alive"}
    desk.installation.workshop.waiting = (Problem("worker", "3 plans wait, and no worker is alive"),)
    said = desk.type("health", "--json")
    assert said.code == ExitCode.WORK_LEFT
    assert said.document["worker"] == {"ok": False, "message": "3 plans wait, and no worker is alive"}
    desk.installation.current = False
    assert desk.type("health", "--json").document["worker"]["message"] == "waits for the database"


def test_a_worker_that_is_interrupted_has_done_its_work(desk: Desk) -> None:
    assert desk.type("worker").code == ExitCode.DONE
    assert desk.type("worker", "--parent", "7").code == ExitCode.DONE
    assert desk.installation.workshop.worked == [None, 7]


def test_health_changes_nothing(desk: Desk) -> None:
    desk.installation.current = False
    assert desk.type("health").code == ExitCode.DONE
    desk.installation.keeps_a_file = False
    assert desk.type("health").code == ExitCode.STORAGE_UNAVAILABLE
    assert desk.installation.upgrades == 0
    desk.installation = Broken()
    assert desk.type("health").code == ExitCode.STORAGE_UNAVAILABLE


def test_the_description_of_the_api_is_printed_as_it_is(desk: Desk) -> None:
    assert desk.type("openapi").out == 'openapi: "3.1.0"\n'


OUTSIDE = ["0.0.0.0", "::", "192.0.2.7", "example.net", "2001:db8::1", "127.0.0.1.x"]  # noqa: S104  refused


@pytest.mark.parametrize("host", OUTSIDE)
@pytest.mark.parametrize("command", ["serve", "sandbox"])
def test_an_address_that_others_can_reach_is_refused(desk: Desk, command: str, host: str) -> None:
    said = desk.type(command, f"--host={host}", "--json")
    assert said.code == ExitCode.USAGE
    assert "log in" in said.document["error"]["message"]
