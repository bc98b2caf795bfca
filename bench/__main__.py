"""`python -m bench`: measures, and writes bench/RESULTS.md part by part."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import click

from bench.api import api_rows
from bench.feed import feed_rows
from bench.latency import latency_rows
from bench.mapping import mapping_rows
from bench.memory import memory_rows
from bench.push import push_rows
from bench.results import keep
from bench.rules import rules_rows
from bench.table import Row, table

_RESULTS = Path(__file__).with_name("RESULTS.md")
_NEED_AN_EHR = frozenset({"push", "feed", "latency"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of each is measured."""

    rounds: int
    plans: int
    charts: int
    judged: int
    repeats: int
    edits: int


@click.command()
@click.option("--only", "names", multiple=True, help="A part to measure; without one all are, one by one.")
@click.option("--ehr", help="The base URL of a real HAPI FHIR; without one nothing is pushed into it.")
@click.option("--rounds", default=9, show_default=True, help="Batches of pushes that are counted.")
@click.option(
    "--plans", default=10_000, show_default=True, help="Pushes into the sink, and plans to compare."
)
@click.option("--charts", default=1_000, show_default=True, help="Plans in the chart that is read.")
@click.option("--judged", default=10_000, show_default=True, help="Plans that the rules judge.")
@click.option("--repeats", default=500, show_default=True, help="Readings of the API.")
@click.option("--edits", default=30, show_default=True, help="Edits whose way to the other side is timed.")
@click.option("--output", type=click.Path(path_type=Path), default=_RESULTS, help="Where the table goes.")
def measure(names: tuple[str, ...], ehr: str | None, *, output: Path, **counts: int) -> None:
    """Measure part by part; each is written down as soon as it is measured."""
    parts = _parts(ehr, Counts(**counts))
    unknown = set(names) - parts.keys()
    if unknown:
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join(sorted(parts))}")
    for name in names or tuple(one for one in parts if ehr or one not in _NEED_AN_EHR):
        command, rows = parts[name]
        measured = list(rows())
        now = datetime.now(UTC)  # noqa: TID251  the date of the run
        keep(output, name, measured, command=f"python -m bench --only {name}{command}", day=now.date())
        print(table(measured), flush=True)


def _parts(ehr: str | None, counts: Counts) -> Mapping[str, tuple[str, Callable[[], Iterator[Row]]]]:
    """Return each part by name: what its command says, and its measuring."""

    def there() -> str:
        if ehr is None:
            raise click.UsageError("this part is measured on a real HAPI FHIR: name it with --ehr")
        return ehr

    return MappingProxyType({
        "mapping": ("", mapping_rows),
        "api": (f" --repeats {counts.repeats}", lambda: api_rows(counts.repeats)),
        "push": (f" --ehr {ehr} --rounds {counts.rounds}", lambda: push_rows(there(), counts.rounds)),
        "feed": (f" --ehr {ehr} --charts {counts.charts}", lambda: feed_rows(there(), counts.charts)),
        "latency": (f" --ehr {ehr} --edits {counts.edits}", lambda: latency_rows(there(), counts.edits)),
        "rules": (f" --judged {counts.judged}", lambda: rules_rows(counts.judged)),
        "memory": (f" --plans {counts.plans}", lambda: memory_rows(counts.plans)),
    })  # fmt: skip


if __name__ == "__main__":
    measure()
