"""kill -9 of any worker at any time: nothing is lost, nothing stands twice, others go on within seconds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.storage.databases import postgresql_database, sqlite_url
from tests.e2e.conftest import free_port
from tests.e2e.shell import Shell
from tests.e2e.thousand import workplace

# 1,000 in `make check`.
PLANS = int(os.environ.get("KILLED_PLANS", "60"))
# The promise of the product itself, from the kill to the moment at which the patient is seen to again.
LONGEST_RESCUE = 30


@pytest.fixture
def chart(shell: Shell) -> Iterator[str]:
    """The base URL of a sandbox in memory, in a process of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/fhir"
    with shell.running("sandbox", "--port", str(port), until=f"{url}/metadata"):
        shell.settings |= {"TANDEM_EHR_URL": url, "TANDEM_EHR_SANDBOX": "true", "TANDEM_EHR_MODE": "write"}
        yield url


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("chart")
def test_on_sqlite_a_worker_that_is_killed_and_started_again_loses_nothing(
    shell: Shell, tmp_path: Path
) -> None:
    with workplace(shell, sqlite_url(tmp_path), PLANS) as place:
        place.load()
        at_work = place.hire()
        for done in (PLANS // 4, PLANS // 2, PLANS * 3 // 4):
            place.wait_for(done)
            place.kill(at_work)
            at_work = place.hire()
        place.wait_for(PLANS)
        place.check()
        assert all(one.plans for one in place.kills), "one was killed at rest"
        assert place.slowest_rescue() <= LONGEST_RESCUE


@pytest.mark.timeout(1800)
@pytest.mark.postgres
@pytest.mark.usefixtures("chart")
def test_on_postgresql_the_other_worker_finishes_what_a_killed_one_began(shell: Shell) -> None:
    with postgresql_database() as url, workplace(shell, url, PLANS) as place:
        place.load()
        working = [place.hire(), place.hire()]
        for done in (PLANS // 4, PLANS // 2, PLANS * 3 // 4):
            place.wait_for(done)
            place.kill(working.pop(0))
            working.append(place.hire())
        place.wait_for(PLANS)
        place.check()
        assert all(one.plans for one in place.kills), "one was killed at rest"
        assert place.slowest_rescue() <= LONGEST_RESCUE
