"""Memory while plans are pushed into a sink, and while all of them are compared: it must stay where it is."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from resource import getpagesize
from tempfile import TemporaryDirectory

from bench.installation import installed_in
from bench.plans import fresh_plans
from bench.shelf import Shelf
from bench.table import Row
from service.application.sweep_chart import SweepChart, sweep_chart

_PAGE = getpagesize()
_EHR = "http://nowhere.invalid/fhir"
_PUSHING, _COMPARING = "pushing", "comparing"
_LOOKS = 2


def memory_rows(number: int) -> Iterator[Row]:
    """Measure in processes of their own, so that nothing that ran before is counted."""
    with TemporaryDirectory(prefix="tandem-bench-") as folder:
        for line in _told(_PUSHING, folder, str(number)):
            what, plans, figure, resources = line.split()
            if what == _PUSHING:
                how = "resident, one worker, into a sink that keeps it in a file"
                yield Row(f"memory after {int(plans):,} pushes, MiB", figure, how)
            else:
                how = f"{int(resources):,} resources, {_LOOKS} times; at its peak, in a process of its own"
                yield Row(f"memory of comparing {int(plans):,} plans with the chart, MiB", figure, how)


def _told(what: str, folder: str, number: str) -> list[str]:
    words = [sys.executable, "-m", "bench.memory", what, folder, number]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout  # noqa: S603  our own words
    return told.splitlines()


def _push(folder: Path, number: int) -> Iterator[str]:
    """Push so many plans, and tell what is resident at each mark; at the first and the last, compare all."""
    first, half = max(number // 10, 1), number // 2
    with closing(Shelf(folder / "chart.db")) as shelf, installed_in(folder, _EHR, shelf) as installation:
        for pushed, fresh in enumerate(islice(fresh_plans(), number), start=1):
            installation.push(installation.load(fresh))
            if pushed in {first, half, number}:
                yield f"{_PUSHING} {pushed} {_resident():.0f} 0"
            if pushed in {first, number}:
                yield from _told(_COMPARING, str(folder), str(pushed))


def _compare(folder: Path, number: int) -> Iterator[str]:
    """Compare everything, and again when all of it is known; tell the most that was ever resident."""
    with closing(Shelf(folder / "chart.db")) as shelf, installed_in(folder, _EHR, shelf) as installation:
        reports = [sweep_chart(SweepChart(), installation.tandem.reading.run()) for _ in range(_LOOKS)]
        if any(one.changed for one in reports):
            raise RuntimeError("a quiet chart changed")
        yield f"{_COMPARING} {number} {_peak():.0f} {reports[-1].compared}"


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / 1024**2


def _peak() -> float:
    """Return what was resident at most; `getrusage` would count the memory of the parent too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(found) / 1024


if __name__ == "__main__":
    _does = {_PUSHING: _push, _COMPARING: _compare}[sys.argv[1]]
    for _line in _does(Path(sys.argv[2]), int(sys.argv[3])):
        print(_line, flush=True)
