"""`python -m tests.simulation` simulates a clinic into docs/simulation.md; a broken law is exit code 1."""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.simulation.clinic import simulated
from tests.simulation.report import page

PAGE = Path("docs/simulation.md")
PATIENTS, SEED = 200, 2026


def main() -> int:
    """Simulate, write the page, and name what was broken."""
    words = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    words.add_argument("--patients", type=int, default=PATIENTS)
    words.add_argument("--seed", type=int, default=SEED)
    words.add_argument("--output", type=Path, default=PAGE)
    given = words.parse_args()
    begun = time.process_time()
    tally = simulated(given.patients, given.seed)
    seconds = time.process_time() - begun
    command = f"python -m tests.simulation --patients {given.patients} --seed {given.seed}"
    today = datetime.now(UTC).date()  # noqa: TID251  the date of the run
    text = page(tally, command=command, seed=given.seed, day=today, seconds=seconds)
    given.output.write_text(text, encoding="utf-8")
    said = [f"{given.output}: {given.patients} patients, {seconds:.0f} s, {len(tally.broken)} broken laws"]
    sys.stdout.write("\n".join([*said, *tally.broken[:20]]) + "\n")
    return int(bool(tally.broken))


if __name__ == "__main__":
    sys.exit(main())
