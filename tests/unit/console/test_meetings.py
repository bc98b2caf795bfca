"""`tandem agenda` on a terminal and for machines."""

from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.console.exit_codes import ExitCode
from tests.builders import DIRECTORY, the_full_plan
from tests.unit.console.running import Desk


def test_the_agenda_is_listed(desk: Desk) -> None:
    for person in DIRECTORY.values():
        add_person(person, ports=desk.installation.plans)
    plan = the_full_plan()
    create_plan(plan, author="n.okafor", ports=desk.installation.plans)
    said = desk.type("agenda", plan.id)
    assert said.code == ExitCode.DONE
    assert "the first meeting" in said.out
    points = desk.type("agenda", plan.id, "--json").document["points"]
    assert points[0]["topic"] == "finding"
    assert desk.type("agenda", "nobody").code == ExitCode.NOT_FOUND
