"""Generated conditions, goals, therapy courses, medication orders and phases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from service.domain.balance import Balance, Phase
from service.domain.concept import Quantity
from service.domain.condition import Condition, Course, Severity, Verification
from service.domain.goal import Achievement, Comparator, Goal, GoalStatus, Target
from service.domain.measure import RANGES, OwnMeasure
from service.domain.medication import (
    DayPart,
    DosageStep,
    DosePeriodUnit,
    DoseTiming,
    Drug,
    MedicationOrder,
    OrderStatus,
    Route,
    StatusReason,
)
from service.domain.therapy import (
    Format,
    Modality,
    RequestStatus,
    Rhythm,
    RhythmUnit,
    SkillSet,
    TherapyCourse,
)
from tests.strategies.basics import (
    DAY,
    DECIDERS,
    DIAGNOSIS,
    DOSE,
    LENGTH,
    MEDICINE,
    MOMENT,
    SOME_PERSON,
    TEXT,
    WORD,
    YES_OR_NO,
    Draw,
    after,
    maybe,
    maybe_of,
    maybe_one,
    one_of,
    period,
    some,
    span,
    subsets,
)

_SEVERITY = maybe_of(Severity)
_VERIFICATION = one_of(Verification)
_COURSE = one_of(Course)
_ABATED = (Course.INACTIVE, Course.REMISSION, Course.RESOLVED)


def a_condition(draw: Draw, uid: str) -> Condition:
    verification = draw(_VERIFICATION)
    mistaken = verification is Verification.ENTERED_IN_ERROR
    course = None if mistaken else draw(_COURSE)
    onset, abatement = span(draw)
    return Condition(
        id=uid,
        code=draw(DIAGNOSIS),
        severity=draw(_SEVERITY),
        course=course,
        verification=verification,
        onset=onset,
        abatement=abatement if not mistaken and course in _ABATED else None,
    )


_GOAL_STATUS = one_of(GoalStatus)
_ACHIEVEMENT = maybe_of(Achievement)
_TARGET = maybe_of(
    [
        Target(measure=measure, comparator=comparator, value=Decimal(value))
        for measure, (low, high) in (*RANGES.items(), (OwnMeasure("oasis"), (0, 20)))
        for comparator in Comparator
        for value in (low, high, "4.5", "3", "5")
    ]
)


def a_goal(draw: Draw, uid: str, conditions: Sequence[str]) -> Goal:
    start, due = span(draw)
    return Goal(
        id=uid,
        description=draw(TEXT),
        status=draw(_GOAL_STATUS),
        status_reason=draw(WORD),
        achievement=draw(_ACHIEVEMENT),
        start=start,
        due=due,
        target=draw(_TARGET),
        addresses=some(draw, conditions),
    )


_MODALITY = one_of(Modality)
_SKILLS = one_of(subsets(tuple(SkillSet), most=4))
_FORMAT = one_of(Format)
_RHYTHM = st.builds(
    lambda sessions, every, unit: Rhythm(sessions=sessions, every=every, unit=unit),
    st.integers(1, 31),
    st.integers(1, 52),
    one_of(RhythmUnit),
)
_MINUTES = st.integers(5, 480)
_PLANNED = maybe_of((1, 12, 16, 500))
_COURSE_STATUS = one_of(RequestStatus)


def a_therapy(draw: Draw, uid: str, conditions: Sequence[str]) -> TherapyCourse:
    modality = draw(_MODALITY)
    return TherapyCourse(
        id=uid,
        modality=modality,
        title=draw(TEXT) if modality is Modality.OTHER else None,
        skill_sets=draw(_SKILLS) if modality is Modality.DBT else (),
        format=draw(_FORMAT),
        rhythm=draw(st.none() | _RHYTHM),
        session_minutes=draw(st.none() | _MINUTES),
        sessions_planned=draw(_PLANNED),
        period=period(draw),
        performer=draw(SOME_PERSON),
        status=draw(_COURSE_STATUS),
        authored_on=draw(DAY),
        reasons=some(draw, conditions),
    )


_TIMING = st.one_of(
    one_of(subsets(tuple(DayPart))[1:]).map(lambda when: DoseTiming(frequency=len(when), when=when)),
    st.builds(
        lambda frequency, count, unit: DoseTiming(frequency=frequency, period=count, unit=unit),
        st.integers(1, 24),
        st.integers(1, 52),
        one_of(DosePeriodUnit),
    ),
)
_SOME_TIMING = maybe(_TIMING)
_ROUTE = maybe_of(Route)
_TIMES = st.integers(1, 6)
_STEPS = st.integers(1, 3)
_SHORT = st.integers(0, 60)


def _a_step(draw: Draw, first: date | None, last: date | None) -> DosageStep:
    dose = draw(DOSE)
    limited = draw(YES_OR_NO)
    return DosageStep(
        dose=dose,
        timing=draw(_TIMING),
        max_per_day=Quantity(value=dose.value * draw(_TIMES), unit=dose.unit) if limited else None,
        start=first,
        end=last,
        route=draw(_ROUTE),
        instruction=draw(WORD),
    )


def _a_reserve(draw: Draw) -> DosageStep:
    first, last = span(draw)
    return DosageStep(
        dose=draw(DOSE),
        timing=draw(_SOME_TIMING),
        as_needed=True,
        as_needed_for=draw(WORD),
        start=first,
        end=last,
        route=draw(_ROUTE),
    )


def _a_dosage(draw: Draw) -> tuple[DosageStep, ...]:
    """One step, a titration of up to three, or a reserve; a reserve may stand beside the others."""
    if draw(YES_OR_NO):
        first, last = span(draw)
        steps = [_a_step(draw, first, last)]
    else:
        steps = _a_titration(draw)
    if draw(YES_OR_NO):
        return tuple(steps)
    return (_a_reserve(draw),) if draw(YES_OR_NO) else (*steps, _a_reserve(draw))


def _a_titration(draw: Draw) -> list[DosageStep]:
    begin, count = draw(DAY), draw(_STEPS)
    steps = []
    for number in range(count):
        end = begin + timedelta(days=draw(_SHORT))
        first = None if number == 0 and draw(YES_OR_NO) else begin
        last = None if number == count - 1 and draw(YES_OR_NO) else end
        steps.append(_a_step(draw, first, last))
        begin = end + timedelta(days=1 + draw(_SHORT))
    return steps


_DRUG = st.builds(
    lambda code, form, strength: Drug(code=code, form=form, strength=strength), MEDICINE, WORD, maybe(DOSE)
)
_ORDER_STATUS = one_of(OrderStatus)
_REASON = one_of(StatusReason)
_STANDS_FOR_A_REASON = (OrderStatus.ON_HOLD, OrderStatus.STOPPED, OrderStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLinks:
    """What an order may name: conditions, therapies, and orders that nothing replaces yet."""

    conditions: Sequence[str]
    therapies: Sequence[str]
    replaceable: Sequence[str]


def a_medication(draw: Draw, uid: str, links: OrderLinks) -> MedicationOrder:
    status = draw(_ORDER_STATUS)
    reason = draw(_REASON) if status in _STANDS_FOR_A_REASON or draw(YES_OR_NO) else None
    return MedicationOrder(
        id=uid,
        drug=draw(_DRUG),
        dosage=_a_dosage(draw),
        status=status,
        status_reason=reason,
        status_note=draw(WORD) if reason else None,
        prescriber=draw(SOME_PERSON),
        authored_on=draw(DAY),
        replaces=maybe_one(draw, links.replaceable),
        reasons=some(draw, links.conditions),
        supports=some(draw, links.therapies),
    )


def medications(
    draw: Draw, ids: Sequence[str], conditions: Sequence[str], therapies: Sequence[str]
) -> tuple[MedicationOrder, ...]:
    """Orders in chains: each may replace an earlier one that nothing else replaces."""
    orders: list[MedicationOrder] = []
    for uid in ids:
        replaced = {order.replaces for order in orders}
        replaceable = [order.id for order in orders if order.id not in replaced]
        links = OrderLinks(conditions=conditions, therapies=therapies, replaceable=replaceable)
        order = a_medication(draw, uid, links)
        old = next((one for one in orders if one.id == order.replaces), None)
        doubled = old is not None and old.drug.code == order.drug.code
        orders.append(replace(order, replaces=None) if doubled else order)
    return tuple(orders)


def linked(
    draw: Draw, courses: Sequence[TherapyCourse], orders: Sequence[MedicationOrder]
) -> tuple[TherapyCourse, ...]:
    """The courses with medicines that they support: orders that lead back to no course."""
    free = [one.id for one in orders if not one.supports and one.replaces is None]
    return tuple(replace(one, supports=some(draw, free)) for one in courses)


_BALANCE = one_of(Balance)


def phases(draw: Draw, ids: Sequence[str], scores: Sequence[str]) -> tuple[Phase, ...]:
    """Phases one after another; only the last one may be open."""
    begin = draw(DAY) if ids else date.min
    made = []
    for number, uid in enumerate(ids, start=1):
        end = begin + timedelta(days=draw(LENGTH)) if number < len(ids) else after(draw, begin)
        made.append(
            Phase(
                id=uid,
                balance=draw(_BALANCE),
                start=begin,
                end=end,
                reason=draw(TEXT),
                decided_by=draw(DECIDERS),
                decided_at=draw(MOMENT),
                evidence=some(draw, scores),
            )
        )
        begin = (end or begin) + timedelta(days=draw(_SHORT))
    return tuple(made)
