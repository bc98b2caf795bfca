"""Samples of scores, journal entries, side effects, adherence, relapse prevention and background."""

from datetime import date
from typing import Any

from service.domain.adherence import AdherenceReport, Taking
from service.domain.background import (
    FactorKind,
    Outcome,
    PastTreatment,
    PersonalFactor,
    Preference,
    PreferenceKind,
    TreatmentKind,
)
from service.domain.concept import Coding, Concept, Period
from service.domain.condition import Severity
from service.domain.journal import JournalEntry
from service.domain.measure import Measure, Score
from service.domain.relapse import RelapseStep, WarningSign
from service.domain.side_effect import SideEffect
from tests.builders.people import COORDINATOR, SNOMED, day, made, moment, uid


def a_score(**changes: Any) -> Score:
    return made(Score, changes, id=uid("scores-0"), measure=Measure.PHQ_9, value=14, taken_at=moment(0))


def a_journal_entry(**changes: Any) -> JournalEntry:
    return made(
        JournalEntry,
        changes,
        id=uid("journal-0"),
        written_at=moment(3, 21),
        energy=4,
        mood=3,
        insights="UNSHARED-walks help me",
    )


def a_side_effect(**changes: Any) -> SideEffect:
    return made(
        SideEffect,
        changes,
        id=uid("side_effects-0"),
        medication=uid("medications-0"),
        effect="nausea in the morning",
        severity=Severity.MILD,
        since=day(2),
    )


def an_adherence_report(**changes: Any) -> AdherenceReport:
    return made(
        AdherenceReport,
        changes,
        id=uid("adherence-0"),
        medication=uid("medications-0"),
        taking=Taking.MOSTLY,
        start=day(0),
        end=day(14),
        reported_on=day(14),
    )


def a_warning_sign(**changes: Any) -> WarningSign:
    return made(WarningSign, changes, id=uid("warning_signs-0"), text="I stop answering calls", since=day(10))


def a_relapse_step(**changes: Any) -> RelapseStep:
    action = "Call the patient the same day"
    return made(
        RelapseStep, changes, id=uid("relapse_steps-0"), action=action, person=COORDINATOR.id, since=day(10)
    )


def a_preference(**changes: Any) -> Preference:
    return made(
        Preference,
        changes,
        id=uid("preferences-0"),
        kind=PreferenceKind.TREATMENT,
        text="As few tablets as possible",
        recorded_on=day(0),
    )


def a_personal_factor(**changes: Any) -> PersonalFactor:
    return made(
        PersonalFactor,
        changes,
        id=uid("personal_factors-0"),
        kind=FactorKind.SITUATIONAL,
        text="Works night shifts",
        recorded_on=day(0),
    )


def a_past_treatment(**changes: Any) -> PastTreatment:
    cbt = Coding(system=SNOMED, code="228557008", display="Cognitive and behavioral therapy (regime/therapy)")
    return made(
        PastTreatment,
        changes,
        id=uid("history-0"),
        kind=TreatmentKind.THERAPY,
        what=Concept(text="CBT for eight sessions", codings=(cbt,)),
        period=Period(start=date(2019, 1, 7), end=date(2019, 6, 28)),
        outcome=Outcome.GOT_STUCK,
    )
