"""Two writers, passes, troubles and decisions in any order: the laws of the sync hold after every step."""

import os

import pytest
from hypothesis import Phase, settings

from service.sandbox.faults.knobs import KNOBS
from tests.property.replay import play
from tests.property.troubles import EVENTS, FAULTS, WITHOUT_EFFECT
from tests.property.two_writers import Trouble, TwoWriters, When

STEPS = 50
# `make check` takes 60: 3,000 steps.
EXAMPLES = int(os.environ.get("TWO_WAY_EXAMPLES", "10"))

TestTwoWriters = pytest.mark.timeout(1200)(TwoWriters.TestCase)
# Making a failure smaller takes longer than a test may: TWO_WAY_SHRINK=1 with --timeout=0 does it.
PHASES = tuple(Phase) if os.environ.get("TWO_WAY_SHRINK") else (Phase.explicit, Phase.generate)
TestTwoWriters.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=True,
    deadline=None,
    phases=PHASES,
    report_multiple_bugs=False,
)


def test_a_create_that_the_server_did_not_make_is_told_as_gone_and_is_not_made_again() -> None:
    """A schedule of seed 70, in which a person took note of it, and the laws held that for a loss."""
    ignored = {"number": 0, "text": "ignored-write says=kept after={n} times=1"}
    edits = {"here": "words of a goal", "there": "words of a note", "minutes": 6, "number": 45}
    troubled = {**edits, "trouble": Trouble.OVERTAKEN, "when": When.BEFORE}
    play(TwoWriters, [("add_here", {}), ("arm", ignored), ("sync_in_trouble", troubled)], shape=4)


def test_the_machine_turns_every_knob_of_the_sandbox() -> None:
    assert {*FAULTS, *EVENTS, *WITHOUT_EFFECT} == set(KNOBS)
