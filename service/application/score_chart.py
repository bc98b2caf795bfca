"""A chart of a plan's scores as SVG: one panel for each measure, readable in light, in dark and aloud.

It is written from data alone, and every text is escaped. Colours follow the reader's scheme; marks differ in
shape as well, so that nothing is told by colour alone (WCAG 2.2, 1.4.1).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape

from service.application.read_timeline import Story
from service.domain.instruments import title_of
from service.domain.score_series import Point, Series
from service.domain.timeline import EventKind, first_moment

_WIDTH, _LEFT, _RIGHT = 720, 64, 24
_TOP, _PANEL, _GAP = 40, 96, 44
_STYLE = (
    "svg{color-scheme:light dark;background:#fff;color:#1b1b1f;font:12px system-ui,sans-serif}"
    ".quiet{fill:#5c5c66}.rule{stroke:#8a8a94;stroke-width:1}.line{stroke:#0b5cad;fill:none;stroke-width:2}"
    ".dot{fill:#0b5cad}.risk{fill:#b3261e}.change{stroke:#6b4fa0;stroke-dasharray:3 3}text{fill:#1b1b1f}"
    "@media (prefers-color-scheme:dark){svg{background:#16161a;color:#ececf1}text{fill:#ececf1}"
    ".quiet{fill:#a9a9b5}.rule{stroke:#77778a}.line{stroke:#7db7f5}.dot{fill:#7db7f5}.risk{fill:#ff8a80}"
    ".change{stroke:#c3adf0}}"
)
STYLE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""What a browser lets the drawing do: its own style sheet, and nothing else."""


def score_chart(story: Story) -> str:
    """Return the chart as one SVG document."""
    height = _TOP + max(len(story.series), 1) * (_PANEL + _GAP)
    body = "".join(_panels(story)) if story.series else _text(_LEFT, _TOP + 20, "There are no scores yet.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-labelledby="chart-title chart-desc" lang="en">'
        f'<title id="chart-title">Scores over time</title>'
        f'<desc id="chart-desc">{escape(_description(story))}</desc>'
        f"<style>{_STYLE}</style>{body}</svg>\n"
    )


def _description(story: Story) -> str:
    """Say what the drawing shows, for those who hear it."""
    told = [
        f"{title_of(one.measure)}, {one.low} to {one.high}: "
        + ", ".join(f"{point.value} on {point.at.date()}{_mark_words(point)}" for point in one.points)
        for one in story.series
    ]
    return ". ".join(told) + "." if told else "There are no scores yet."


def _mark_words(point: Point) -> str:
    return " (needs a clinician's assessment)" if point.needs_assessment else ""


def _panels(story: Story) -> Iterator[str]:
    first, last = _span(story)
    for index, series in enumerate(story.series):
        top = _TOP + index * (_PANEL + _GAP)
        yield f'<g transform="translate(0 {top})">'
        yield _text(_LEFT, -8, title_of(series.measure), bold=True)
        yield from _frame(series)
        yield from _changes(story, first, last)
        yield from _curve(series, first, last)
        yield _text(_LEFT, _PANEL + 16, str(first), quiet=True)
        yield _text(_WIDTH - _RIGHT, _PANEL + 16, str(last), quiet=True, end=True)
        yield "</g>"


def _span(story: Story) -> tuple[date, date]:
    days = [point.at.date() for one in story.series for point in one.points]
    first, last = min(days), max(days)
    return (first, last) if first < last else (first, first + timedelta(days=1))


def _frame(series: Series) -> Iterator[str]:
    for value in (series.high, series.low):
        y = _y(series, value)
        yield f'<line class="rule" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(_LEFT - 8, y + 4, str(value), quiet=True, end=True)


def _changes(story: Story, first: date, last: date) -> Iterator[str]:
    """Mark where a dose or the balance changed, between the first and the last score."""
    for event in story.events:
        day = event.at.date()
        if event.kind in {EventKind.DOSE, EventKind.PHASE} and first <= day <= last:
            x = _x(day, first, last)
            yield f'<line class="change" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_PANEL}">'
            yield f"<title>{escape(f'{day}: {event.title}')}</title></line>"


def _curve(series: Series, first: date, last: date) -> Iterator[str]:
    places = [(_x(one.at.date(), first, last), _y(series, one.value), one) for one in series.points]
    yield '<polyline class="line" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places) + '"/>'
    for x, y, point in places:
        words = escape(f"{point.value} on {point.at.date()}{_mark_words(point)}")
        if point.needs_assessment:
            corners = f"{x:.1f},{y - 8:.1f} {x + 7:.1f},{y + 5:.1f} {x - 7:.1f},{y + 5:.1f}"
            yield f'<polygon class="risk" points="{corners}"><title>{words}</title></polygon>'
        else:
            yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{words}</title></circle>'


def _x(day: date, first: date, last: date) -> float:
    whole = (first_moment(last) - first_moment(first)).total_seconds()
    part = (first_moment(day) - first_moment(first)).total_seconds()
    return _LEFT + part / whole * (_WIDTH - _LEFT - _RIGHT)


def _y(series: Series, value: int) -> float:
    return _PANEL * (1 - (value - series.low) / (series.high - series.low))


def _text(
    x: float, y: float, words: str, *, quiet: bool = False, end: bool = False, bold: bool = False
) -> str:
    more = (' class="quiet"' if quiet else "") + (' text-anchor="end"' if end else "")
    more += ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(words)}</text>'
