"""`tandem demo`: plans go into a chart and back, both sides change them, rules notice, people decide."""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import TextIO

import click

from service.console.demo_stage import Stage, staged
from service.console.demo_steps import Demonstration, NotAsSaid
from service.console.demo_two_sides import TwoSides
from service.console.demo_view import row_of, show_chart, show_places
from service.console.demo_weeks import TwelveWeeks
from service.console.exit_codes import ExitCode
from service.console.group import Verb
from service.console.progress import counted
from service.console.run import Run
from service.fhir.json import JsonObject

# Loading, two pushes and a reading of three plans; the dose, pushed and read; three syncs, and a reading.
# Of the twelve weeks: loading, five syncs, and a reading.
_STEPS = 18 + 7


@click.command(cls=Verb)
@click.option("--ehr", metavar="URL", help="A FHIR R4 server that runs already; it gets synthetic people.")
@click.option("--keep", is_flag=True, help="Keep the servers running until interrupted.")
@click.pass_obj
def demo(run: Run, *, ehr: str | None, keep: bool) -> int:
    """Load three plans, push them, read them back, change a dose, merge two edits, decide a conflict.

    Then one patient's twelve weeks: scores stall, a rule proposes, people decide, the EHR stops a medicine.

    Without --ehr the FHIR server that ships with Tandem plays the EHR, in memory. The demo checks what it
    says: it ends with 3 when anything is otherwise.
    """
    with staged(run.parts, ehr, log=sys.stderr if run.debug else None) as stage:
        run.say(f"The chart is at {stage.ehr.base}, Tandem at {stage.service.base}.")
        try:
            document = _play(run, stage)
        except NotAsSaid as error:
            run.say(f"Not as said: {error}")
            return ExitCode.WORK_LEFT
        run.answer(document, lambda stream: _show(document, stage, stream))
        run.say(_farewell(stage, keep=keep))
        if keep:
            with suppress(KeyboardInterrupt):
                Event().wait()
    return ExitCode.DONE


def _play(run: Run, stage: Stage) -> JsonObject:
    with counted("the demo", _STEPS, quiet=run.as_json) as step:
        shown = Demonstration(service=stage.service, ehr=stage.ehr, cast=stage.cast, step=step)
        shown.load()
        run.say(f"1. Loaded {len(stage.cast.plans)} plans of synthetic people.")
        reports = shown.push()
        writes = sum(report["writes"] for report in reports)
        run.say(f"2. Pushed them: {writes} resources written, every plan in step with the chart.")
        for reason in sorted(_withheld(reports)):
            run.say(f"   Withheld: {reason}.")
        charts = shown.read_back(reports)
        count = sum(map(len, charts.values()))
        run.say(f"3. Read back with a plain HTTP client: all {count} resources say what the plans say.")
        shown.push_again()
        run.say("4. Pushed again: 0 writes.")
        changed = shown.change_dose()
        written = [one for one in changed["items"] if one["wrote"]]
        names = ", ".join(f"{one['reference']} {one['done']}" for one in written)
        run.say(f"5. Changed one dose and pushed: {len(written)} writes ({names}).")
        charts |= shown.read_back((changed,))
        charts |= shown.read_back((_two_sides(run, TwoSides(shown)),))
        weeks = _twelve_weeks(run, stage, step)
    return {**_document(stage, charts, writes=writes, dose=written), "twelve_weeks": weeks}


def _twelve_weeks(run: Run, stage: Stage, step: Callable[[], None]) -> JsonObject:
    people = replace(stage.cast, plans=(stage.cast.weeks,))
    shown = Demonstration(service=stage.later, ehr=stage.ehr, cast=people, step=step)
    weeks = TwelveWeeks(shown, stage.clock)
    weeks.begin()
    run.say(
        f"9. Week 6 of another patient: PHQ-9 of {', '.join(map(str, weeks.totals()))}. No rule speaks yet."
    )
    stalled = weeks.stall()
    run.say(f"10. Week 7, and a rule does: {stalled['text']}")
    proposal = stalled["proposal"]
    run.say(f"   It proposes: {proposal['says']}, by {proposal['due']}.")
    task, phase = weeks.decide(stalled)
    run.say(f"11. The team decided. In the chart: {_in_short(task)}; {_in_short(phase)}.")
    told = weeks.stop_there()
    run.say("12. Week 10: the medicine was stopped in the EHR. After one sync the team is told:")
    for one in told:
        run.say(f"   {one['urgency']}: {one['text']}")
    flag, report = weeks.raise_flag(told[-1])
    count = sum(map(len, shown.read_back((report,)).values()))
    run.say(f"13. They raised it: {_in_short(flag)}. Week 12: all {count} resources say what the plan says.")
    return {
        "noticed": stalled["text"],
        "told": [one["text"] for one in told],
        "chart": [_in_short(one) for one in (task, phase, flag)],
    }


def _in_short(resource: JsonObject) -> str:
    row = row_of(f"{resource['resourceType']}/{resource['id']}", resource)
    said = resource.get("valueCodeableConcept", {}).get("coding", [{}])[0].get("code", "")
    return f"{row['type']}/{row['id']} ({', '.join(filter(None, (row['what'], said)))})"


def _two_sides(run: Run, sides: TwoSides) -> JsonObject:
    sides.merge()
    run.say("6. A visit was moved in the chart and got a comment here: after one sync both say both.")
    waiting = sides.dispute()
    (words,) = waiting["words"]
    run.say("7. Both sides reworded one goal. It waits in the inbox, and nothing of it is overwritten:")
    for side in ("ours", "theirs"):
        run.say(f"   {side}: {'; '.join(words[side])}")
    report = sides.decide(waiting)
    run.say("8. Decided for the chart's words and synced: plan and chart say the same, and nothing waits.")
    return report


def _withheld(reports: tuple[JsonObject, ...]) -> set[str]:
    items = [one for report in reports for one in report["items"] if one["done"] == "withheld"]
    return {f"{one['key']['type']}, since {one['reason']}" for one in items}


def _document(
    stage: Stage, charts: dict[str, dict[str, JsonObject]], *, writes: int, dose: list[JsonObject]
) -> JsonObject:
    titles = {one["plan"]["id"]: one["plan"]["title"] for one in stage.cast.plans}
    return {
        "ehr": stage.ehr.base,
        "service": stage.service.base,
        "writes": writes,
        "second_writes": 0,
        "dose_writes": [one["reference"] for one in dose],
        "plans": [
            {
                "id": plan_id,
                "title": titles[plan_id],
                "chart": [row_of(name, one) for name, one in chart.items()],
            }
            for plan_id, chart in charts.items()
        ],
    }


def _show(document: JsonObject, stage: Stage, stream: TextIO) -> None:
    for plan in document["plans"]:
        show_chart(plan["title"], plan["chart"], stream)
    show_places(document["plans"][0], (stage.ehr.base, stage.service.base), stream)


def _farewell(stage: Stage, *, keep: bool) -> str:
    if keep:
        return "Tandem runs until you press Ctrl-C." if stage.borrowed else "Both run until you press Ctrl-C."
    ended = "Tandem's server has" if stage.borrowed else "Both servers have"
    return f"{ended} ended with the demo; --keep keeps them running."
