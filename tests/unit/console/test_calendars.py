"""`tandem calendar`: on the terminal and into a file."""

from pathlib import Path

from icalendar import Calendar

from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.console.exit_codes import ExitCode
from tests.builders import DIRECTORY, THERAPIST, a_participant, a_plan, an_appointment
from tests.unit.console.running import Desk

BOOKED = an_appointment(participants=(a_participant(person=None), a_participant()), therapy=None)
PLAN = a_plan(appointments=(BOOKED,))


def uids(text: str) -> list[str]:
    return [str(one["uid"]) for one in Calendar.from_ical(text).walk("VEVENT")]


def test_the_command_line_exports_both(desk: Desk, tmp_path: Path) -> None:
    for person in DIRECTORY.values():
        add_person(person, ports=desk.installation.plans)
    create_plan(PLAN, author="n.okafor", ports=desk.installation.plans)
    assert uids(desk.type("calendar", "plan", PLAN.id).out) == [f"{BOOKED.id}@tandem"]
    file = tmp_path / "mine.ics"
    assert desk.type("calendar", "person", THERAPIST.id, "--file", str(file)).code == ExitCode.DONE
    assert uids(file.read_text()) == [f"{BOOKED.id}@tandem"]
    assert b"\r\n" in file.read_bytes()
    assert desk.type("calendar", "person", "nobody").code == ExitCode.NOT_FOUND
