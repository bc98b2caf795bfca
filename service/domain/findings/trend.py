"""How the scores of one measure run since the start: judged on the last two, never on one value."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

from service.domain.findings.case import Case
from service.domain.findings.finding import Evidence
from service.domain.findings.start import clock
from service.domain.instruments import Instrument, title_of
from service.domain.measure import AnyMeasure, Score

JUDGED_ON = 2
"""How many of the last scores must agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The scores of one measure: the baseline, those since the start, and what started the clock."""

    instrument: Instrument
    start: Evidence
    baseline: Score | None
    since: tuple[Score, ...]

    @property
    def recent(self) -> tuple[Score, ...]:
        """The last scores, on which a trend is judged; fewer than it takes say nothing."""
        return self.since[-JUDGED_ON:] if len(self.since) >= JUDGED_ON else ()

    @property
    def improved(self) -> tuple[bool, ...]:
        """For each recent score, whether it is better than the baseline by what means something."""
        base = self.baseline
        if base is None or not self.instrument.judges:
            return ()
        return tuple(self.instrument.improved(total(base), total(one)) for one in self.recent)

    @property
    def unimproved(self) -> bool:
        """Whether no recent score is better than the baseline."""
        return bool(self.improved) and not any(self.improved)

    def stable(self, days: int) -> bool:
        """Tell whether scores have shown a response or a remission without a break, over so many days."""
        good = tuple(takewhile(self._responds, reversed(self.since)))
        return len(good) >= JUDGED_ON and (good[0].taken_at - good[-1].taken_at).days >= days

    def _responds(self, one: Score) -> bool:
        base = self.baseline
        remitted = self.instrument.remitted(total(one))
        return remitted or (base is not None and self.instrument.responded(total(base), total(one)))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What a judgement rests on: the start of the clock, the baseline and the recent scores."""
        base = () if self.baseline is None else (self.baseline,)
        return (self.start, *(as_evidence(one) for one in (*base, *self.recent)))


def trends(case: Case) -> tuple[Trend, ...]:
    """Return the trend of each measure that was taken, where cut-offs hold and something was started."""
    started = clock(case)
    if started is None or started.day is None:
        return ()
    found = (trend(case, measure, started) for measure in sorted({one.measure for one in case.scores}))
    return tuple(one for one in found if one is not None)


def trend(case: Case, measure: AnyMeasure, started: Evidence) -> Trend | None:
    """Return the trend of one measure since the clock started; None where its cut-offs do not hold."""
    day = started.day or case.today
    instrument = case.instruments.of(measure)
    if instrument.adults and not case.is_adult(day):
        return None
    scores = [one for one in case.valued(measure) if one.taken_at.date() <= case.today]
    earliest = day - timedelta(days=case.numbers.baseline_days)
    before = [one for one in scores if earliest <= one.taken_at.date() <= day]
    return Trend(
        instrument=instrument,
        start=started,
        baseline=before[-1] if before else None,
        since=tuple(one for one in scores if one.taken_at.date() > day),
    )


def total(score: Score) -> int:
    """Return the total of a score that has one."""
    return score.value or 0


def as_evidence(score: Score) -> Evidence:
    """Return what a score says, as evidence; a missing value is said with its reason."""
    title = title_of(score.measure)
    reason = "" if score.absent_reason is None else score.absent_reason.replace("-", " ")
    said = f"{title} {score.value}" if score.value is not None else f"{title} without a value: {reason}"
    return Evidence(group="scores", item=score.id, says=said, day=score.taken_at.date())


def said(evidence: tuple[Evidence, ...]) -> str:
    """Return evidence in words, each with its day."""
    return ", ".join(f"{one.says} {'' if one.group in _SINCE else 'on '}{one.day}" for one in evidence)


_SINCE = frozenset({"medications"})
