"""`python -m bench`: measures, and writes bench/RESULTS.md part by part."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import click

from bench.api import api_rows
from bench.feed import feed_rows
from bench.mapping import mapping_rows
from bench.memory import memory_rows
from bench.push import push_rows
from bench.results import keep
from bench.table import Row, table

_RESULTS = Path(__file__).with_name("RESULTS.md")
_NEED_AN_EHR = frozenset({"push", "feed"})


@click.command()
@click.option("--only", "names", multiple=True, help="A part to measure; without one all are, one by one.")
@click.option("--ehr", help="The base URL of a real HAPI FHIR; without one nothing is pushed into it.")
@click.option("--rounds", default=9, show_default=True, help="Batches of pushes that are counted.")
@click.option("--plans", default=10_000, show_default=True, help="Pushes into the sink.")
@click.option("--charts", default=1_000, show_default=True, help="Plans in the chart that is read.")
@click.option("--repeats", default=500, show_default=True, help="Readings of the API.")
@click.option("--output", type=click.Path(path_type=Path), default=_RESULTS, help="Where the table goes.")
def measure(names: tuple[str, ...], ehr: str | None, *, output: Path, **counts: int) -> None:
    """Measure part by part; each is written down as soon as it is measured."""
    parts = _parts(ehr, **counts)
    unknown = set(names) - parts.keys()
    if unknown:
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join(sorted(parts))}")
    for name in names or tuple(one for one in parts if ehr or one not in _NEED_AN_EHR):
        command, rows = parts[name]
        measured = list(rows())
        now = datetime.now(UTC)  # noqa: TID251  the date of the run
        keep(output, name, measured, command=f"python -m bench --only {name}{command}", day=now.date())
        print(table(measured), flush=True)


def _parts(
    ehr: str | None, *, rounds: int, plans: int, charts: int, repeats: int
) -> Mapping[str, tuple[str, Callable[[], Iterator[Row]]]]:
    """Return each part by name: what its command says, and its measuring."""

    def there() -> str:
        if ehr is None:
            raise click.UsageError("this part is measured on a real HAPI FHIR: name it with --ehr")
        return ehr

    return MappingProxyType({
        "mapping": ("", mapping_rows),
        "api": (f" --repeats {repeats}", lambda: api_rows(repeats)),
        "push": (f" --ehr {ehr} --rounds {rounds}", lambda: push_rows(there(), rounds)),
        "feed": (f" --ehr {ehr} --charts {charts}", lambda: feed_rows(there(), charts)),
        "memory": (f" --plans {plans}", lambda: memory_rows(plans)),
    })  # fmt: skip


if __name__ == "__main__":
    measure()
