"""A bar on standard error while long work goes on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def counted(words: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """Show a bar until the block ends, and give what moves it by one; silent where nobody looks."""
    screen = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = quiet or not sys.stderr.isatty() or total < 2  # noqa: PLR2004  one step is no progress
    with Progress(*columns, console=screen, disable=hidden, transient=True) as bar:
        task = bar.add_task(words, total=total)
        yield lambda: bar.advance(task)
