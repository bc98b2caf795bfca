"""A soak can be stopped and gone on with, and says which schedule broke a law."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.property import soak
from tests.property.laws import Broken
from tests.property.replay import smaller


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that were really made; each of 40 steps, and seed 3 breaks a law."""
    seeds: list[int] = []

    def soaked(seed: int) -> dict[str, Any]:
        seeds.append(seed)
        broken = {"broken": "twice", "shape": 1, "schedule": ["('sync', {})"]} if seed == 3 else {}
        return {"seed": seed, "seconds": 2.0, "tally": {"steps": 40, "fault wipe": 1}, **broken}

    monkeypatch.setattr(soak, "soaked", soaked)
    return seeds


def test_a_soak_goes_on_behind_what_was_made(made: list[int], tmp_path: Path) -> None:
    progress = str(tmp_path / "progress.jsonl")
    assert soak.main(["--steps", "80", "--progress", progress]) == 0
    assert soak.main(["--steps", "120", "--progress", progress]) == 0
    assert made == [0, 1, 2]
    assert [json.loads(line)["seed"] for line in Path(progress).read_text().splitlines()] == [0, 1, 2]


def test_a_broken_law_is_an_error_and_its_schedule_is_told(
    made: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = ["--from", "2", "--to", "3", "--progress", str(tmp_path / "progress.jsonl")]
    assert soak.main(wanted) == 1
    said = capsys.readouterr().out
    assert made == [2, 3]
    assert "BROKEN in shape 1: twice" in said
    assert "| laws broken | 1 |" in said
    assert "| steps | 80 |" in said


def test_a_soak_says_how_far_it_goes() -> None:
    with pytest.raises(SystemExit):
        soak.main([])


class Counting:
    """A machine that breaks once two steps named `bad` were made."""

    def begin(self, shape: int) -> None:
        self.bad = shape

    def bad_step(self) -> None:
        self.bad += 1

    def good_step(self) -> None:
        """Change nothing."""

    def the_laws_hold(self) -> None:
        if self.bad == 2:
            raise Broken("twice")

    def teardown(self) -> None:
        """Nothing is left open."""


def test_a_schedule_is_made_as_small_as_it_still_breaks() -> None:
    good, bad = ("good_step", {}), ("bad_step", {})
    assert smaller(Counting, [good, bad, good, good, bad, good, bad]) == [bad, bad]
