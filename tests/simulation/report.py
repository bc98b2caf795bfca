"""The page of a simulated year: tables and charts of what was counted, written by the command alone."""

from collections.abc import Iterable, Mapping
from datetime import date

from tests.simulation.tally import Tally

_ANSWERS = ("accepted", "changed", "declined", "open at the end")
_WEEKS = (6, 7, 8)
_MONTHS = range(13)


def page(tally: Tally, *, command: str, seed: int, day: date, seconds: float) -> str:
    """The page in Markdown; `seconds` are of one core."""
    parts = (
        _head(tally, command=command, seed=seed, day=day, seconds=seconds),
        _laws(tally),
        _response(tally),
        _check_ins(tally),
        _findings(tally),
        _flags(tally),
        _limits(),
    )
    return "\n".join(parts)


def _head(tally: Tally, *, command: str, seed: int, day: date, seconds: float) -> str:
    counts, broken = tally.counts, len(tally.broken)
    return f"""# A simulated clinic over twelve months

`{command}` wrote this page on {day:%Y-%m-%d}, from seed {seed}, in {seconds:.0f} seconds of one core.
{tally.patients} synthetic patients are treated for a year by the real rules, decisions and passes.
The EHR is the sandbox, in the same process, and time passes without a clock.
**{broken} broken laws** in {sum(tally.checked.values()):,} checks.

- Each patient has an illness with its measure, its therapy and its medicine, and a course: {_courses(tally)}.
- They answer or leave out questionnaires, come or stay away, keep a journal and share some of it.
- The team meets every week, later every second one, and decides the same day what cannot wait.
- In the EHR somebody stops medicines, calls off check-ins and words goals anew; a pass follows.
- Where something else changed, a pass comes after some months.
- What a patient's truth demands is told by `tests/simulation/truth.py`, which asks no rule.

| what happened | |
| --- | --- |
{_rows(counts, _HAPPENED)}
"""


_HAPPENED = (
    "judgements", "revisions", "passes", "writes", "resources in the charts", "edits in the EHR",
    "medicines stopped in the EHR", "check-ins called off", "positive risk items", "deteriorations",
    "entries not shared", "phases of the balance",
)  # fmt: skip


def _courses(tally: Tally) -> str:
    return ", ".join(f"{name} ({count})" for name, count in sorted(tally.courses.items()))


def _laws(tally: Tally) -> str:
    broken = {law: sum(one.startswith(f"{law}:") for one in tally.broken) for law in tally.checked}
    rows = [f"| {law} | {count:,} | {broken[law]} |" for law, count in sorted(tally.checked.items())]
    return "\n".join(["## Laws", "| law | checked | broken |", "| --- | --- | --- |", *rows, ""])


def _response(tally: Tally) -> str:
    known, lost = tally.counts["lacks of response"], tally.counts["responses lost later"]
    weeks = [tally.noticed[one] for one in _WEEKS]
    chart = _bars(
        "Lacks of response told, by the week of the response clock",
        [f"week {one}" for one in _WEEKS],
        weeks,
    )
    return f"""## Time to notice that nothing improves
A response is judged by the last two scores from six weeks after the start, or after a new dose.
{known} times neither was better by what means something, six to eight weeks after it.
{sum(weeks)} of these were told by week 8.
{lost} times a response was lost later, or scores came late: told on the day of the score.
A deterioration between two scores was told on the day of the second, {tally.counts["deteriorations"]} times.

{chart}
"""


def _check_ins(tally: Tally) -> str:
    counts = tally.counts
    due = [tally.due_by_month[one] for one in _MONTHS]
    held = [tally.held_by_month[one] for one in _MONTHS]
    chart = _bars(
        "Check-ins that came due, and of these held (line), by month",
        [str(one + 1) for one in _MONTHS],
        due,
        line=held,
    )
    return f"""## Check-ins
| due, held, missed | |
| --- | --- |
| came due as booked | {sum(due)} |
| held | {sum(held)} |
| of these in the days in which they were due | {counts["check-ins held in time"]} |
| missed | {counts["check-ins missed"]} |
| called off in the EHR | {counts["check-ins called off"]} |

{chart}
"""


def _findings(tally: Tally) -> str:
    names = sorted({rule for rule, _ in tally.proposals} | tally.raised.keys())
    rows = [
        f"| `{name}` | {tally.raised[name]} | "
        + " | ".join(str(tally.proposals[name, one]) for one in _ANSWERS)
        + f" | {_over(tally, name)} |"
        for name in names
    ]
    top = tally.raised.most_common(8)
    chart = _bars("Findings of the eight rules that spoke most", [one for one, _ in top], [n for _, n in top])
    heads = " | ".join((*_ANSWERS, "over before then"))
    return f"""## Findings, and what people decided
A finding is counted once, however long it stays.
It is over when what it rests on is, as with a newer score or a visit that was held.
{tally.counts["proposals"]} of the findings proposed something.

| rule | raised | {heads} |
| --- | --- |{" --- |" * (len(_ANSWERS) + 1)}
{chr(10).join(rows)}

{chart}
"""


def _over(tally: Tally, rule: str) -> int:
    """How many findings went with what they rested on, before anybody decided them."""
    return tally.raised[rule] - sum(tally.proposals[rule, one] for one in _ANSWERS)


def _flags(tally: Tally) -> str:
    rows = [f"| {kind} | {count} |" for kind, count in sorted(tally.flags.items())]
    return "\n".join([
        "## Flags that people raised", "| flag | raised |", "| --- | --- |", *rows,
        f"| still open at the end | {tally.counts['flags still open']} |", "",
    ])  # fmt: skip


def _limits() -> str:
    return """## What this does not show
- Each patient has a chart of their own; [reliability.md](reliability.md) has what many writers do in one.
- The sandbox is no real EHR, and nobody edits both sides of one element.
- Whoever stops a medicine in the EHR gives a reason that plans know; without one it waits in the inbox.
- People decide by chance, so the share of proposals that they accept says nothing about a clinic.
- How illnesses run is made up to be varied, and no claim about patients.

```sh
make simulation
```
"""


def _rows(counts: Mapping[str, int], names: Iterable[str]) -> str:
    return "\n".join(f"| {name} | {counts[name]:,} |" for name in names)


def _bars(title: str, names: list[str], bars: list[int], *, line: list[int] | None = None) -> str:
    """A chart that the page's reader draws (Mermaid)."""
    quoted = ", ".join(f'"{one}"' for one in names)
    more = [] if line is None else [f"  line {line}"]
    return "\n".join([
        "```mermaid", "xychart-beta", f'  title "{title}"', f"  x-axis [{quoted}]",
        f'  y-axis "number" 0 --> {max([*bars, 1])}', f"  bar {bars}", *more, "```",
    ])  # fmt: skip
