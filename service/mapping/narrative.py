"""The narrative of a plan: what a reader without software needs, made anew from the plan each time.

It says nothing of the journal, and no medicine beyond those that it is given.
"""

from collections.abc import Iterable
from html import escape

from service.domain.balance import Balance
from service.domain.goal import Comparator, Goal
from service.domain.medication import MedicationOrder
from service.domain.plan import Plan
from service.domain.terminal import ENDINGS
from service.domain.therapy import RequestStatus, Rhythm, RhythmUnit, TherapyCourse
from service.fhir.json import JsonObject
from service.mapping.datatypes import number_to_fhir
from service.mapping.dosage import in_words
from service.mapping.terminology.records import MEASURE
from service.mapping.terminology.treatment import BALANCE, MODALITY

_UNIT = {RhythmUnit.DAY: "day", RhythmUnit.WEEK: "week", RhythmUnit.MONTH: "month"}
_SIDE = {Comparator.AT_MOST: "at most", Comparator.AT_LEAST: "at least"}


def narrative(plan: Plan, medications: Iterable[MedicationOrder]) -> JsonObject:
    """Return the FHIR Narrative of a plan that names these medicines; what has ended is left out."""
    goals = [_goal(goal) for goal in plan.goals if goal.status not in ENDINGS]
    therapies = [_therapy(course) for course in plan.therapies if course.status not in ENDINGS]
    orders = [_order(order) for order in medications if order.status not in ENDINGS]
    parts = [
        f"<p><b>{_text(plan.title)}</b> ({plan.status.value})</p>",
        _balance(plan.balance),
        _list("Goals", goals),
        _list("Therapy", therapies),
        _list("Medication", orders),
        _line("Next check-in", _next_check_in(plan)),
    ]
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>',
    }


def rebalanced(narrative: JsonObject, before: Balance | None, after: Balance | None) -> JsonObject:
    """Return a narrative of ours that names another balance."""
    title, mark, rest = str(narrative["div"]).partition("</p>")
    return {**narrative, "div": f"{title}{mark}{_balance(after)}{rest.removeprefix(_balance(before))}"}


def _balance(balance: Balance | None) -> str:
    return _line("Balance", None if balance is None else BALANCE.rows[balance][0].display)


def _text(text: str) -> str:
    return escape(text, quote=False)


def _line(name: str, text: str | None) -> str:
    return "" if text is None else f"<p>{name}: {_text(text)}</p>"


def _list(name: str, lines: list[str]) -> str:
    entries = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return f"<p>{name}:</p><ul>{entries}</ul>" if lines else ""


def _goal(goal: Goal) -> str:
    target = goal.target
    score = (
        ""
        if target is None
        else f", {MEASURE.codes(target.measure)[0].display} {_SIDE[target.comparator]} "
        f"{number_to_fhir(target.value)}"
    )
    due = "" if goal.due is None else f", by {goal.due.isoformat()}"
    return f"{goal.description}{score}{due} ({goal.status.value})"


def _therapy(course: TherapyCourse) -> str:
    what = course.title or MODALITY.rows[course.modality][0].display
    often = "" if course.rhythm is None else f", {_rhythm(course.rhythm)}"
    return f"{what}, {course.format.value}{often} ({course.status.value})"


def _rhythm(rhythm: Rhythm) -> str:
    times = "1 session" if rhythm.sessions == 1 else f"{rhythm.sessions} sessions"
    unit = _UNIT[rhythm.unit]
    every = f"per {unit}" if rhythm.every == 1 else f"every {rhythm.every} {unit}s"
    return f"{times} {every}"


def _order(order: MedicationOrder) -> str:
    code = order.drug.code
    drug = code.text or next((one.display or one.code for one in code.codings), "")
    doses = "; then ".join(in_words(step) for step in order.dosage)
    return f"{drug}: {doses} ({order.status.value})"


def _next_check_in(plan: Plan) -> str | None:
    cadence = plan.check_ins
    if cadence is None or cadence.status is not RequestStatus.ACTIVE or cadence.next_due is None:
        return None
    return cadence.next_due.isoformat()
