"""Early reviews: soon after a medicine for depression was started or its dose went up."""

from collections.abc import Iterator
from datetime import date, timedelta

from service.domain.appointment import Appointment, AppointmentKind
from service.domain.findings.case import Case, day_of
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.meetings import ahead, held
from service.domain.findings.numbers import NICE_START, NICE_YOUNG
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.risk import risk_evidence
from service.domain.findings.rule import Rule
from service.domain.findings.start import Daily, daily, dose_changes, first_daily, first_taken, last_daily
from service.domain.ingredients import DrugClass, classes
from service.domain.medication import MedicationOrder

_REVIEWS = (AppointmentKind.MEDICATION_CHECK, AppointmentKind.INTEGRATED_CHECK_IN)


def raised(order: MedicationOrder, case: Case) -> tuple[Evidence, ...]:
    """Return the days on which a medicine was started, or went up in dose, up to today."""
    orders = {one.id: one for one in case.orders}
    before = orders.get(order.replaces or "")
    first = first_taken(order, case)
    found: list[tuple[date, str]] = []
    if before is None or not classes(order.drug.code) & classes(before.drug.code):
        found.append((first, "start"))
    elif _more(last_daily(before), first_daily(order)):
        found.append((first, "higher dose"))
    found += [
        (day, "higher dose") for day, low, high in dose_changes(order) if _more(daily(low), daily(high))
    ]
    return tuple(
        Evidence(group="medications", item=order.id, says=says, day=day)
        for day, says in found
        if day <= case.today
    )


def _more(before: Daily | None, after: Daily | None) -> bool:
    return before is not None and after is not None and before[1] == after[1] and after[0] > before[0]


def _reviews(case: Case) -> Iterator[Finding]:
    for order in case.running:
        if DrugClass.ANTIDEPRESSANT in classes(order.drug.code):
            starts = raised(order, case)
            yield from _due(case, starts[-1]) if starts else ()


def _due(case: Case, start: Evidence) -> Iterator[Finding]:
    """Yield the next review that nobody holds or has booked: the first, and for some a second."""
    day = start.day or case.today
    if case.today - day > timedelta(days=case.numbers.change_days):
        return  # the check-ins of the plan have taken over
    why = _why_sooner(case, day)
    numbers = case.numbers
    within = numbers.young_review_days if why else numbers.first_review_days
    spans = [(day, day + timedelta(days=within))]
    if why:
        spans.append((spans[0][1], day + timedelta(days=numbers.young_second_review_days)))
    done = _days(held(case, *_REVIEWS), after=day)
    booked = _days(ahead(case, *_REVIEWS), after=day)
    for index, span in enumerate(spans):
        in_time = [one for one in booked if one <= span[1]]
        if len({*done, *in_time}) <= index:
            yield _finding(start, why, span)
            return


def _days(reviews: tuple[Appointment, ...], *, after: date) -> set[date]:
    return {one for one in map(day_of, reviews) if one is not None and one > after}


def _why_sooner(case: Case, start: date) -> tuple[Evidence, ...]:
    since = start - timedelta(days=case.numbers.risk_days)
    risks = (risk_evidence(one) for one in case.scores if since <= one.taken_at.date())
    why = [one for one in risks if one is not None]
    if case.age_on(start) <= case.numbers.young_age_max:
        patient = case.plan.patient
        says = f"{case.numbers.young_age_max} years or younger"
        why.append(Evidence(group="patient", item=patient.id, says=says, day=patient.birth_date))
    return tuple(why)


def _finding(start: Evidence, why: tuple[Evidence, ...], span: tuple[date, date]) -> Finding:
    reasons = "; ".join(one.says if one.group == "patient" else f"{one.says} on {one.day}" for one in why)
    sooner = f", sooner because of: {reasons}" if reasons else ""
    return Finding(
        rule="early-review",
        urgency=Urgency.THIS_WEEK,
        text=f"Medicine for depression, {start.says} on {start.day}: a review is due by {span[1]}{sooner}, "
        "and none is held or booked.",
        evidence=(start, *why),
        proposal=Proposal(
            kind=ProposalKind.APPOINTMENT,
            says="Ask for a medication check",
            appointment=AppointmentKind.MEDICATION_CHECK,
            earliest=span[0],
            due=span[1],
        ),
    )


RULES = (
    Rule(
        id="early-review",
        says="After a start or a higher dose of a medicine for depression a review follows within 2 weeks; "
        "up to 25 years of age or with a positive risk item within 1 week, and again within 4 weeks.",
        source=f"{NICE_START}; {NICE_YOUNG}",
        audience=Audience.PRESCRIBER,
        find=_reviews,
        numbers=(
            "first_review_days",
            "young_review_days",
            "young_second_review_days",
            "young_age_max",
            "risk_days",
            "change_days",
        ),
    ),
)
