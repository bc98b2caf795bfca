"""Memory while plans are pushed into a sink: it must stay where it is."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from resource import getpagesize

from bench.installation import installed
from bench.plans import fresh_plans
from bench.sink import Sink
from bench.table import Row

_PAGE = getpagesize()


def memory_rows(number: int) -> Iterator[Row]:
    """Measure in a process of its own, so that nothing that ran before is counted."""
    words = [sys.executable, "-m", "bench.memory", str(number)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout  # noqa: S603  our own words
    for line in told.splitlines():
        pushed, mib = line.split()
        yield Row(f"memory after {int(pushed):,} pushes, MiB", mib, "resident, one worker, into a sink")


def _measure(number: int) -> None:
    marks = {number // 10, number // 2, number}
    sink = Sink()
    with installed("http://nowhere.invalid/fhir", sink) as installation:
        for pushed, fresh in enumerate(islice(fresh_plans(), number), start=1):
            installation.push(installation.load(fresh))
            if pushed in marks:
                print(pushed, f"{_resident():.0f}", flush=True)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / 1024**2


if __name__ == "__main__":
    _measure(int(sys.argv[1]))
