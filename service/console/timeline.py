"""`tandem timeline`: the story of a plan in its order, with its scores drawn on the terminal or as SVG."""

from pathlib import Path
from typing import TextIO

import click

from service.application.read_timeline import Story, read_timeline
from service.application.score_chart import score_chart
from service.console.group import Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited
from service.document import event_to_document
from service.domain.instruments import title_of
from service.domain.revision import Origin
from service.domain.score_series import Point, Series
from service.domain.timeline import Event

_ROWS = 6
_COLUMNS = 56


@click.command("timeline", cls=Verb)
@click.argument("plan_id")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Draw the scores into a file.")
@click.pass_obj
def timeline_(run: Run, plan_id: str, svg: Path | None) -> None:
    """Tell everything that happened in a treatment, oldest first, and draw its scores."""
    with audited(prepare(run.installation), "timeline", plan_id=plan_id) as ports:
        story = read_timeline(plan_id, whole=False, ports=ports)
    if svg is not None:
        svg.write_text(score_chart(story), encoding="utf-8")
    document = {"items": [event_to_document(one) for one in story.events]}
    run.answer(document, lambda stream: _show(story, stream))


def _show(story: Story, stream: TextIO) -> None:
    screen = page(stream)
    for one in story.series:
        screen.print("\n".join(drawn(one)))
    rows = [(_when(one), one.kind, one.title, one.detail, _whose(one)) for one in story.events]
    screen.print(table("Timeline", ("when", "what", "", "detail", "by"), rows))


def _when(event: Event) -> str:
    return f"{event.at:%Y-%m-%d}" if event.day_only else f"{event.at:%Y-%m-%d %H:%M}"


def _whose(event: Event) -> str:
    return "the chart" if event.origin is Origin.EHR else ", ".join(event.by)


def drawn(series: Series) -> tuple[str, ...]:
    """Return a chart of one measure as lines of text: a dot for a score, a ! for a positive risk item."""
    grid = [[" "] * _COLUMNS for _ in range(_ROWS)]
    for point in series.points:
        row = round((1 - (point.value - series.low) / (series.high - series.low)) * (_ROWS - 1))
        grid[row][_column(series, point)] = "!" if point.needs_assessment else "●"
    labels = [str(series.high), *[""] * (_ROWS - 2), str(series.low)]
    lines = [f"{label:>4} ┤{''.join(cells)}" for label, cells in zip(labels, grid, strict=True)]
    first, last = series.points[0], series.points[-1]
    latest = f"{title_of(series.measure)}: {last.value} on {last.at:%Y-%m-%d}"
    days = f"{first.at:%Y-%m-%d}" + f"{last.at:%Y-%m-%d}".rjust(_COLUMNS - 10)
    return latest, *lines, f"      {days}"


def _column(series: Series, point: Point) -> int:
    first, last = series.points[0].at, series.points[-1].at
    whole = (last - first).total_seconds()
    return round((point.at - first).total_seconds() / whole * (_COLUMNS - 1)) if whole else 0
