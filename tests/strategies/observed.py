"""Generated scores, journal entries, side effects, adherence, warning signs and background."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from service.domain.adherence import AdherenceReport, AdherenceSource, Taking
from service.domain.background import (
    FactorKind,
    Outcome,
    PastTreatment,
    PersonalFactor,
    Preference,
    PreferenceKind,
    TreatmentKind,
)
from service.domain.journal import JournalEntry
from service.domain.measure import ITEMS, AbsentReason, ItemAnswer, Measure, OwnMeasure, Score, range_of
from service.domain.relapse import RelapseStep, WarningSign
from service.domain.side_effect import SideEffect
from tests.strategies.basics import (
    DAY,
    FINAL,
    LENGTH,
    MEDICINE,
    MOMENT,
    RECORD,
    SEVERITY,
    SOME_PERSON,
    TEXT,
    THERAPY,
    UNSHARED,
    WORD,
    YES_OR_NO,
    Draw,
    after,
    maybe_of,
    one_of,
    period,
    some,
    subsets,
)

# Every plan may hold scores of measures that a clinic describes itself, whatever it describes.
_OWN = (OwnMeasure("oasis"), OwnMeasure("session-rating-4"))
_MEASURE = one_of((*Measure, *_OWN))


def _some_of(number: int) -> tuple[tuple[int, int], ...]:
    """Item numbers of an instrument with `number` items, its last among them, and an answer to each."""
    return ((1, 0), (2, 3), (4, 4), (number, 1))


_TOTAL = {measure: st.integers(*range_of(measure)) for measure in (*Measure, *_OWN)}
_ABSENT = one_of(AbsentReason)
_ANSWERS = {
    measure: one_of(subsets([ItemAnswer(item=item, value=value) for item, value in _some_of(number)]))
    for measure, number in ITEMS.items()
} | dict.fromkeys(_OWN, st.just(()))


def a_score(draw: Draw, uid: str) -> Score:
    measure, scored = draw(_MEASURE), draw(YES_OR_NO)
    return Score(
        id=uid,
        measure=measure,
        value=draw(_TOTAL[measure]) if scored else None,
        absent_reason=None if scored else draw(_ABSENT),
        items=draw(_ANSWERS[measure]),
        taken_at=draw(MOMENT),
        status=draw(RECORD),
        recorded_by=draw(SOME_PERSON),
    )


_LEVEL = maybe_of(range(11))


def a_journal_entry(draw: Draw, uid: str, warning_signs: Sequence[str]) -> JournalEntry:
    energy, mood, insights, effects = draw(_LEVEL), draw(_LEVEL), draw(WORD), draw(WORD)
    shared, signs = draw(YES_OR_NO), some(draw, warning_signs)
    silent = not signs and all(one is None for one in (energy, mood, insights, effects))
    mark = "" if shared else UNSHARED
    return JournalEntry(
        id=uid,
        written_at=draw(MOMENT),
        energy=energy,
        mood=0 if silent else mood,
        insights=None if insights is None else mark + insights,
        side_effects=None if effects is None else mark + effects,
        warning_signs=signs,
        shared=shared,
        status=draw(RECORD),
    )


def a_side_effect(draw: Draw, uid: str, medications: Sequence[str]) -> SideEffect:
    since = draw(DAY)
    return SideEffect(
        id=uid,
        medication=draw(one_of(medications)),
        effect=draw(TEXT),
        severity=draw(SEVERITY),
        since=since,
        until=after(draw, since),
        status=draw(RECORD),
        reported_by=draw(SOME_PERSON),
    )


_TAKING = one_of(Taking)
_SOURCE = one_of(AdherenceSource)


def an_adherence_report(draw: Draw, uid: str, medications: Sequence[str]) -> AdherenceReport:
    start = draw(DAY)
    return AdherenceReport(
        id=uid,
        medication=draw(one_of(medications)),
        taking=draw(_TAKING),
        source=draw(_SOURCE),
        start=start,
        end=start + timedelta(days=draw(LENGTH)),
        reported_on=draw(DAY),
        status=draw(FINAL),
    )


def a_warning_sign(draw: Draw, uid: str) -> WarningSign:
    since = draw(DAY)
    return WarningSign(id=uid, text=draw(TEXT), since=since, until=after(draw, since))


def a_relapse_step(draw: Draw, uid: str) -> RelapseStep:
    since = draw(DAY)
    person = draw(SOME_PERSON)
    return RelapseStep(id=uid, action=draw(TEXT), person=person, since=since, until=after(draw, since))


_PREFERENCE = one_of(PreferenceKind)
_FACTOR = one_of(FactorKind)
_TREATMENT = one_of(TreatmentKind)
_OUTCOME = one_of(Outcome)


def a_preference(draw: Draw, uid: str) -> Preference:
    kind = draw(_PREFERENCE)
    return Preference(id=uid, kind=kind, text=draw(TEXT), recorded_on=draw(DAY), status=draw(RECORD))


def a_personal_factor(draw: Draw, uid: str) -> PersonalFactor:
    kind = draw(_FACTOR)
    return PersonalFactor(id=uid, kind=kind, text=draw(TEXT), recorded_on=draw(DAY), status=draw(RECORD))


def a_past_treatment(draw: Draw, uid: str) -> PastTreatment:
    kind = draw(_TREATMENT)
    return PastTreatment(
        id=uid,
        kind=kind,
        what=draw(THERAPY if kind is TreatmentKind.THERAPY else MEDICINE),
        period=period(draw),
        outcome=draw(_OUTCOME),
        status=draw(FINAL),
    )
