"""`tandem timeline`: the story on a terminal, for machines, and as a drawing."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.console.exit_codes import ExitCode
from service.console.timeline import drawn
from service.domain.measure import ItemAnswer
from service.domain.score_series import score_series
from tests.builders import DIRECTORY, a_plan, a_score, moment, the_full_plan
from tests.unit.console.running import Desk


@pytest.fixture
def told(desk: Desk) -> Desk:
    for person in DIRECTORY.values():
        add_person(person, ports=desk.installation.plans)
    create_plan(the_full_plan(), author="n.okafor", ports=desk.installation.plans)
    return desk


PLAN = the_full_plan().id


def test_the_story_is_shown_with_its_scores_drawn(told: Desk) -> None:
    said = told.type("timeline", PLAN)
    assert said.code == ExitCode.DONE
    assert "PHQ-9: 11 on 2024-04-15" in said.out
    assert "Timeline" in said.out
    assert "UNSHARED" not in said.out
    assert told.type("timeline", "nobody").code == ExitCode.NOT_FOUND


def test_the_story_is_given_to_machines(told: Desk) -> None:
    items = told.type("timeline", PLAN, "--json").document["items"]
    assert {"at", "kind", "title", "group"} <= items[0].keys()


def test_the_scores_are_drawn_into_a_file(told: Desk, tmp_path: Path) -> None:
    file = tmp_path / "scores.svg"
    assert told.type("timeline", PLAN, "--svg", str(file)).code == ExitCode.DONE
    assert ElementTree.fromstring(file.read_text()).get("role") == "img"  # noqa: S314  our own


def test_a_chart_on_a_terminal_puts_each_score_in_its_place() -> None:
    low = a_score(value=0, taken_at=moment(0))
    high = a_score(id="high", value=27, taken_at=moment(30), items=(ItemAnswer(item=9, value=3),))
    (series,) = score_series(a_plan(scores=(low, high)))
    heading, *rows, days = drawn(series)
    assert heading == "PHQ-9: 27 on 2024-04-03"
    assert rows[0].startswith("  27 ┤ ")
    assert rows[0].endswith("!")
    assert rows[-1].startswith("   0 ┤●")
    assert len(rows[0].rstrip()) == len(days)
    assert days.split() == ["2024-03-04", "2024-04-03"]


def test_one_score_alone_has_a_chart_too() -> None:
    (series,) = score_series(a_plan(scores=(a_score(),)))
    assert sum(line.count("●") for line in drawn(series)) == 1
