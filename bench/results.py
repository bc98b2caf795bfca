"""The page of results, part by part: a part that is measured again replaces its own table alone."""

import os
import platform
import re
from datetime import date
from pathlib import Path

from bench.table import Row, table

_PART = re.compile(r"^## (?P<name>\S+)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_HEAD = """# What it costs

Ratios are taken within one run, against something bare on the same machine.
The absolute figures are that machine's.
`docs/howto/measure.md` says what the figures mean, and what is left of a push and why.
"""


def keep(page: Path, name: str, rows: list[Row], *, command: str, day: date) -> None:
    """Put a part's rows into the page, in place of those that it had."""
    parts = read(page) | {name: _part(rows, command, day)}
    page.write_text(_HEAD + "".join(f"\n## {one}\n{parts[one]}" for one in sorted(parts)), encoding="utf-8")


def read(page: Path) -> dict[str, str]:
    """Return the parts of a page by name, none for one that is not there."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return {one["name"]: one["text"].strip("\n") + "\n" for one in _PART.finditer(text)}


def _part(rows: list[Row], command: str, day: date) -> str:
    system = f"{platform.system()} {platform.machine()}"
    machine = f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"
    said = f"`{command}`, {day:%Y-%m-%d}, {machine}"
    return f"{said}\n\n{table(rows)}\n"
