"""Tables on a terminal; no word of a plan is taken for a mark of the terminal's."""

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

# A pipe has no width: wide enough for two UUIDs and a reason.
_WIDTH_OF_A_PIPE = 160


def page(stream: TextIO) -> Console:
    """Return rich's console on a stream."""
    width = None if stream.isatty() else _WIDTH_OF_A_PIPE
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table; what is None stays empty."""
    made = Table(title=Text(title, style="bold") if title else None, box=SIMPLE_HEAD, title_justify="left")
    for heading in headings:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    return made
