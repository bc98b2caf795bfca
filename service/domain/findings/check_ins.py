"""Check-ins: the next one 4 to 6 weeks after the last that was held, booked when a person books it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.appointment import Appointment, AppointmentKind
from service.domain.coordination import TaskKind
from service.domain.findings.case import Case, day_of
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.meetings import ahead, held, missed
from service.domain.findings.numbers import ARTICLE
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.therapy import RequestStatus

_KIND = AppointmentKind.INTEGRATED_CHECK_IN
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days within which the next check-in is due, both included, and what they follow from."""

    earliest: date
    latest: date
    evidence: tuple[Evidence, ...]


def next_window(case: Case) -> Window | None:
    """Return when the next check-in is due; None for a plan that is not active, or whose check-ins ended.

    It follows the last one that was held, else the day on which check-ins were agreed, else the plan's first.
    One that was missed or cancelled since moves the next: there are some more days to hold it.
    """
    cadence = case.plan.check_ins
    waits = cadence is not None and cadence.status is not RequestStatus.ACTIVE
    if case.plan.status is not RequestStatus.ACTIVE or waits:
        return None
    last = _last(case)
    day = last.day or case.plan.created
    shortest, longest = case.numbers.check_in_weeks_min, case.numbers.check_in_weeks_max
    if cadence is not None:
        shortest, longest = cadence.weeks_min, cadence.weeks_max
    earliest, latest = day + shortest * _WEEK, day + longest * _WEEK
    gone = [one for one in missed(case, _KIND) if day < (day_of(one) or day) <= case.today]
    if not gone:
        return Window(earliest=earliest, latest=latest, evidence=(last,))
    moved = day_of(gone[-1]) or day
    again = moved + timedelta(days=case.numbers.rebook_days)
    evidence = (last, *(_as_evidence(one, one.status.replace("noshow", "missed")) for one in gone))
    return Window(earliest=max(earliest, moved), latest=max(latest, again), evidence=evidence)


def _last(case: Case) -> Evidence:
    done = held(case, _KIND)
    if done:
        return _as_evidence(done[-1], "held")
    cadence = case.plan.check_ins
    if cadence is not None:
        return Evidence(group="check_ins", item=cadence.id, says="agreed", day=cadence.authored_on)
    return Evidence(group="plan", item=case.plan.id, says="plan made", day=case.plan.created)


def _as_evidence(one: Appointment, says: str) -> Evidence:
    return Evidence(group="appointments", item=one.id, says=f"check-in {says}", day=day_of(one))


def _words(window: Window) -> str:
    return ", ".join(f"{one.says} on {one.day}" for one in window.evidence)


def _to_propose(case: Case) -> Iterator[Finding]:
    window = next_window(case)
    if window is not None and case.today <= window.latest and not ahead(case, _KIND):
        yield Finding(
            rule="check-in-to-book",
            urgency=Urgency.NEXT_CHECK_IN,
            text=f"The next check-in is due from {window.earliest} to {window.latest} ({_words(window)}), "
            "and none is booked.",
            evidence=window.evidence,
            proposal=Proposal(
                kind=ProposalKind.APPOINTMENT,
                says="Ask for one check-in with the whole team",
                appointment=_KIND,
                earliest=window.earliest,
                due=window.latest,
            ),
        )


def _overdue(case: Case) -> Iterator[Finding]:
    window = next_window(case)
    if window is not None and case.today > window.latest and not ahead(case, _KIND):
        cadence = case.plan.check_ins
        owner = cadence.owner if cadence is not None else None
        yield Finding(
            rule="check-in-overdue",
            urgency=Urgency.THIS_WEEK,
            text=f"A check-in was due by {window.latest} ({_words(window)}): none was held, none is booked.",
            evidence=window.evidence,
            proposal=Proposal(
                kind=ProposalKind.TASK,
                says="Book the check-in with the whole team",
                task=TaskKind.BOOK_CHECK_IN,
                owner=owner or case.plan.author,
            ),
        )


def _late(case: Case) -> Iterator[Finding]:
    window = next_window(case)
    for one in ahead(case, _KIND)[:1]:
        day = day_of(one)
        if window is not None and day is not None and day > window.latest:
            yield Finding(
                rule="check-in-late",
                urgency=Urgency.NEXT_CHECK_IN,
                text=f"The next check-in stands on {day}, later than {window.latest} ({_words(window)}).",
                evidence=(*window.evidence, _as_evidence(one, "booked")),
            )


RULES = (
    Rule(
        id="check-in-to-book",
        says="The next check-in is due 4 to 6 weeks after the last that was held; one that was moved, missed "
        "or cancelled moves it. It is proposed as one appointment with the whole team.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_to_propose,
        numbers=("check_in_weeks_min", "check_in_weeks_max", "rebook_days"),
    ),
    Rule(
        id="check-in-overdue",
        says="A check-in that is overdue becomes a task with an owner.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_overdue,
        numbers=("check_in_weeks_min", "check_in_weeks_max", "rebook_days"),
    ),
    Rule(
        id="check-in-late",
        says="A check-in that is booked for later than it is due is said.",
        source=ARTICLE,
        audience=Audience.TEAM,
        find=_late,
        numbers=("check_in_weeks_min", "check_in_weeks_max", "rebook_days"),
    ),
)
