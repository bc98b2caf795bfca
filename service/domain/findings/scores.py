"""What scores say by themselves: a worsening at once, a missing value, a cut-off that does not hold."""

from collections.abc import Iterator

from service.domain.coordination import TaskKind
from service.domain.findings.case import Case
from service.domain.findings.diagnoses import Family, families
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.findings.trend import as_evidence, said, total, trends
from service.domain.measure import AnyMeasure, Measure, Score

LOOK_AGAIN = Proposal(
    kind=ProposalKind.TASK,
    says="Speak with the person, and look at the treatment before the next check-in",
    task=TaskKind.FOLLOW_UP,
)


def worsened(case: Case, measure: AnyMeasure) -> tuple[Score, ...]:
    """Return (what it is worse than, the last score) when the last score of a measure is a worsening.

    It is worse than the one before it, and by a change that means something than that or than the best one
    before it, or it lies in a worse band than the one before it.
    """
    instrument = case.instruments.of(measure)
    scores = case.valued(measure)
    if len(scores) < 2 or (instrument.adults and not case.is_adult(scores[-1].taken_at.date())):  # noqa: PLR2004  a pair
        return ()
    *earlier, before, last = scores
    if instrument.worse_by(total(before), total(last)) <= 0:
        return ()
    best = min((*earlier, before), key=lambda one: instrument.worse_by(0, total(one)))
    for reference in (before, best):
        if instrument.change is not None and (
            instrument.worse_by(total(reference), total(last)) >= instrument.change
        ):
            return reference, last
    return (before, last) if instrument.in_worse_band(total(before), total(last)) else ()


def _worsening(case: Case) -> Iterator[Finding]:
    for measure in sorted({one.measure for one in case.scores}):
        pair = worsened(case, measure)
        if pair:
            evidence = tuple(as_evidence(one) for one in pair)
            yield Finding(
                rule="worsening",
                urgency=Urgency.SAME_DAY,
                text=f"Symptoms got worse: {said(evidence)}. This does not wait for a check-in.",
                evidence=evidence,
                proposal=LOOK_AGAIN,
            )


def _missing(case: Case) -> Iterator[Finding]:
    for measure in sorted({one.measure for one in case.scores}):
        last = [one for one in case.scores if one.measure == measure][-1]
        if last.value is None:
            evidence = as_evidence(last)
            yield Finding(
                rule="score-missing",
                urgency=Urgency.TO_KNOW,
                text=f"{evidence.says}, on {evidence.day}: nothing is filled in for it.",
                evidence=(evidence,),
            )


def _baseline(case: Case) -> Iterator[Finding]:
    for one in trends(case):
        if one.baseline is None and one.since and one.instrument.judges:
            evidence = (one.start, as_evidence(one.since[0]))
            days = case.numbers.baseline_days
            yield Finding(
                rule="baseline-missing",
                urgency=Urgency.TO_KNOW,
                text=f"No {one.instrument.title} lies within the {days} days before {one.start.day} "
                f"({one.start.says}): a response to the treatment cannot be judged by it.",
                evidence=evidence,
            )


def _young(case: Case) -> Iterator[Finding]:
    for measure in sorted({one.measure for one in case.scores}):
        last = [one for one in case.scores if one.measure == measure][-1]
        instrument = case.instruments.of(measure)
        if instrument.adults and not case.is_adult(last.taken_at.date()):
            evidence = as_evidence(last)
            yield Finding(
                rule="adult-measure",
                urgency=Urgency.TO_KNOW,
                text=f"{instrument.title} on {evidence.day} in somebody under {case.numbers.adult_age}: "
                "its bands and cut-offs were found in adults and are not applied.",
                evidence=(evidence,),
            )


def positive_mania_screen(case: Case) -> tuple[Evidence, ...]:
    """Return the last ASRM as evidence when it is positive."""
    least = case.instruments.of(Measure.ASRM).screen or 0
    return tuple(as_evidence(one) for one in case.valued(Measure.ASRM)[-1:] if total(one) >= least)


def bipolar(case: Case) -> tuple[Evidence, ...]:
    """Return the present diagnoses of bipolar disorder as evidence."""
    return tuple(
        Evidence(group="conditions", item=one.id, says=Family.BIPOLAR.value, day=one.onset)
        for one in case.conditions
        if Family.BIPOLAR in families(one)
    )


def _mania(case: Case) -> Iterator[Finding]:
    for positive in positive_mania_screen(case):
        yield Finding(
            rule="mania-screen",
            urgency=Urgency.SAME_DAY,
            text=f"{positive.says} on {positive.day} is a positive screen for raised mood: "
            "a clinician should look before any medicine for depression is changed.",
            evidence=(positive,),
            proposal=LOOK_AGAIN,
        )


RULES = (
    Rule(
        id="worsening",
        says="A score that is worse by a change that means something, or lies in a worse band than the one "
        "before it, is a finding at once.",
        source="docs/measures.md; deterioration does not wait for a check-in",
        audience=Audience.TEAM,
        find=_worsening,
        numbers=("adult_age",),
    ),
    Rule(
        id="score-missing",
        says="A measure without a value is said with its reason, and nothing is filled in.",
        source="FHIR R4 dataAbsentReason",
        audience=Audience.TEAM,
        find=_missing,
    ),
    Rule(
        id="baseline-missing",
        says="Without a valid score shortly before the start a response cannot be judged.",
        source="docs/measures.md",
        audience=Audience.TEAM,
        find=_baseline,
        numbers=("baseline_days",),
    ),
    Rule(
        id="adult-measure",
        says="Bands and cut-offs of adults are not applied to younger people.",
        source="docs/measures.md",
        audience=Audience.TEAM,
        find=_young,
        numbers=("adult_age",),
    ),
    Rule(
        id="mania-screen",
        says="An ASRM of 6 or more is a positive screen that a clinician looks at.",
        source="Altman 1997",
        audience=Audience.PRESCRIBER,
        find=_mania,
    ),
)
