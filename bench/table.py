"""The table of results."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and how it was taken."""

    what: str
    value: str
    how: str


def table(rows: list[Row]) -> str:
    """Return rows as Markdown."""
    lines = [f"| {one.what} | {one.value} | {one.how} |" for one in rows]
    return "\n".join(["| figure | value | how |", "| --- | --- | --- |", *lines])
