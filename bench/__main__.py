"""`python -m bench`: measures, and writes bench/RESULTS.md."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import click

from bench.api import api_rows
from bench.feed import feed_rows
from bench.mapping import mapping_rows
from bench.memory import memory_rows
from bench.push import push_rows
from bench.table import Row, table

_RESULTS = Path(__file__).with_name("RESULTS.md")


@click.command()
@click.option("--ehr", help="The base URL of a real HAPI FHIR; without one nothing is pushed into it.")
@click.option("--rounds", default=9, show_default=True, help="Batches of pushes that are counted.")
@click.option("--plans", default=10_000, show_default=True, help="Pushes into the sink.")
@click.option("--charts", default=1_000, show_default=True, help="Plans in the chart that is read.")
@click.option("--repeats", default=500, show_default=True, help="Readings of the API.")
@click.option("--output", type=click.Path(path_type=Path), default=_RESULTS, help="Where the table goes.")
def measure(ehr: str | None, *, rounds: int, plans: int, charts: int, repeats: int, output: Path) -> None:
    """Measure everything in one run."""
    rows: list[Row] = [*mapping_rows(), *api_rows(repeats)]
    if ehr:
        rows += push_rows(ehr, rounds)
        rows += feed_rows(ehr, charts)
    rows += memory_rows(plans)
    said = f"--ehr {ehr} " if ehr else ""
    counts = f"--rounds {rounds} --plans {plans} --charts {charts} --repeats {repeats}"
    command = f"python -m bench {said}{counts}"
    output.write_text(_page(command, rows), encoding="utf-8")
    print(output.read_text(encoding="utf-8"))


def _page(command: str, rows: list[Row]) -> str:
    now = datetime.now(UTC)  # noqa: TID251  the date of the run
    system = f"{platform.system()} {platform.machine()}"
    machine = f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"
    return f"""# What it costs

Ratios are taken within one run, against something bare on the same machine.
The absolute figures are that machine's.

- command: `{command}`
- date: {now:%Y-%m-%d}
- machine: {machine}

{table(rows)}
"""


if __name__ == "__main__":
    measure()
