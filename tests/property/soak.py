"""A long run of the machine over a range of seeds, which can be stopped and gone on with.

`python -m tests.property.soak --steps 100000 --seed 0` makes seeds one after another until so many steps are
made; `--from 0 --to 99` makes that range. What a seed came to is a line of the progress file, so that a run
that is started again goes on behind it. The last lines are rows for docs/reliability.md.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.replay import smaller
from tests.property.two_writers import TwoWriters

STEPS = 50
RUNS = 10
ROWS = ("steps", "passes", "crashes", "overtaken", "edited in mid-pass", "added there", "decided")

_SETTINGS = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


def soaked(seed: int) -> dict[str, Any]:
    """Make the runs of one seed; return what was done, and the schedule that broke a law, if one did."""
    last: list[TwoWriters] = []

    class Seeded(TwoWriters):
        _hypothesis_internal_use_seed = seed

        def __init__(self) -> None:
            super().__init__()
            last[:] = [self]

    TwoWriters.tally.clear()
    begun = time.process_time()
    broken: dict[str, Any] = {}
    try:
        run_state_machine_as_test(Seeded, settings=_SETTINGS)
    except AssertionError as complaint:
        run = last[0]
        shorter = smaller(TwoWriters, run.schedule, shape=run.shape)
        broken = {"broken": str(complaint), "shape": run.shape, "schedule": [repr(one) for one in shorter]}
    seconds = time.process_time() - begun
    return {"seed": seed, "seconds": round(seconds, 1), "tally": dict(TwoWriters.tally), **broken}


def known(progress: Path) -> dict[int, dict[str, Any]]:
    """Return what earlier runs came to, by seed."""
    lines = progress.read_text(encoding="utf-8").splitlines() if progress.exists() else []
    return {one["seed"]: one for one in map(json.loads, lines)}


def soak(wanted: argparse.Namespace) -> list[dict[str, Any]]:
    """Make what is wanted and not made yet, and return all of it."""
    progress, done = Path(wanted.progress), known(Path(wanted.progress))
    results: list[dict[str, Any]] = []
    for seed in _seeds(wanted):
        if sum(one["tally"].get("steps", 0) for one in results) >= wanted.steps:
            break
        if seed not in done:
            done[seed] = soaked(seed)
            with progress.open("a", encoding="utf-8") as file:
                file.write(json.dumps(done[seed]) + "\n")
                file.flush()
                os.fsync(file.fileno())
        results.append(done[seed])
        _tell(done[seed])
    return results


def _seeds(wanted: argparse.Namespace) -> Iterator[int]:
    first = wanted.seed if wanted.first is None else wanted.first
    return iter(range(first, wanted.last + 1)) if wanted.last is not None else count(first)


def _tell(one: Mapping[str, Any]) -> None:
    steps, seconds = one["tally"].get("steps", 0), max(one["seconds"], 0.1)
    _say(f"seed {one['seed']}: {steps} steps, {steps / seconds:.0f} a second")
    if "broken" in one:
        _say(
            f"  BROKEN in shape {one['shape']}: {one['broken']}", *(f"    {step}" for step in one["schedule"])
        )


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def rows(results: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the rows of the page: what was done, and by kind what went wrong on purpose."""
    whole: Counter[str] = Counter()
    for one in results:
        whole.update(one["tally"])
    seconds = sum(one["seconds"] for one in results)
    yield f"| seeds | {results[0]['seed']} to {results[-1]['seed']} |"
    for name in ROWS:
        yield f"| {name} | {whole[name]:,} |"
    yield f"| steps in a second of one core | {whole['steps'] / max(seconds, 0.1):.0f} |"
    yield f"| faults armed | {_counted(whole, 'fault ')} |"
    yield f"| disasters | {_counted(whole, 'event ')} |"
    yield f"| laws broken | {sum('broken' in one for one in results)} |"


def _counted(whole: Counter[str], kind: str) -> str:
    found = {name.removeprefix(kind): number for name, number in whole.items() if name.startswith(kind)}
    return ", ".join(f"{name} {found[name]:,}" for name in sorted(found))


def main(words: list[str]) -> int:
    """Make what the words say; 1 where a law broke."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--steps", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--from", dest="first", type=int)
    parser.add_argument("--to", dest="last", type=int)
    parser.add_argument("--progress", default=".soak.jsonl")
    wanted = parser.parse_args(words)
    if wanted.steps == sys.maxsize and wanted.last is None:
        parser.error("say how far: --steps or --to")
    results = soak(wanted)
    _say(*rows(results))
    return int(any("broken" in one for one in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
