"""What is true of a simulated patient, told apart from the rules: what they have to notice, and by when."""

from collections.abc import Iterator
from datetime import date, timedelta

from service.application.findings import Noticed
from service.domain.measure import Measure, RecordStatus, Score
from service.domain.plan import Plan
from tests.simulation.events import Answered, Attended, Event
from tests.simulation.patients import Patient
from tests.simulation.records import running
from tests.simulation.tally import Tally

_FOUR, _SIX, _EIGHT = (timedelta(weeks=one) for one in (4, 6, 8))
_BASELINE = timedelta(days=14)
_OCD_RESPONSE = 0.35


class Truth:
    """What happened to one patient, as the simulation knows it without asking any rule."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._first_session: date | None = None
        self._dosed: date | None = None
        self._stops: list[tuple[str, date]] = []
        self._risks: list[tuple[str, date]] = []
        self._worse: list[tuple[str, date]] = []
        self._clocks: dict[date, date] = {}
        self._stalls: dict[date, date] = {}

    def event(self, event: Event, plan: Plan, day: date) -> None:
        """Take in what an event means, with the plan that holds it."""
        if isinstance(event, Attended) and self._first_session is None:
            self._first_session = day
        if isinstance(event, Answered):
            score = plan.scores[-1]
            if event.risk:
                self._risks.append((score.id, day))
            if self._is_worse(score, plan):
                self._worse.append((score.id, day))

    def dosed(self, plan: Plan) -> None:
        """Take in which dose is taken now, and since when."""
        order = running(plan)
        self._dosed = None if order is None else order.dosage[0].start

    def stopped(self, order: str, day: date) -> None:
        """Take in that a medicine was stopped in the EHR."""
        self._stops.append((order, day))

    def demands(self, noticed: Noticed, day: date) -> Iterator[tuple[str, bool]]:
        """Give each law about what has to be noticed on a day, and whether it was."""
        today = {(one.rule, item) for one in noticed.findings for item in one.items}
        for law, rule, facts in (
            ("a positive risk item is told the same day", "risk-item", self._risks),
            ("a deterioration is told the same day", "worsening", self._worse),
            ("a stop in the EHR is told the same day", "abrupt-stop", self._stops),
            ("what is linked to a stop is told the same day", "linked-change", self._stops),
        ):
            for item, when in facts:
                if when == day:
                    yield law, (rule, item) in today
        yield from self._response(noticed, day)

    def add_to(self, tally: Tally) -> None:
        """Count what happened, and how long each lack of response took to be noticed."""
        tally.counts["positive risk items"] += len(self._risks)
        tally.counts["deteriorations"] += len(self._worse)
        tally.counts["medicines stopped in the EHR"] += len(self._stops)
        for start, stalled in self._stalls.items():
            by_week_8 = stalled <= start + _EIGHT
            tally.counts["lacks of response" if by_week_8 else "responses lost later"] += 1
            if by_week_8 and start in self._clocks:
                tally.noticed[(self._clocks[start] - start).days // 7] += 1

    def _response(self, noticed: Noticed, day: date) -> Iterator[tuple[str, bool]]:
        start = max((one for one in (self._first_session, self._dosed) if one is not None), default=None)
        if start is None:
            return
        fresh = any(
            one.rule == "no-improvement" and any(piece.day == start for piece in one.evidence)
            for one in noticed.findings
        )
        if fresh:
            self._clocks.setdefault(start, day)
        if self._stalled(noticed.head.plan, start, day):
            self._stalls.setdefault(start, day)
            yield "a lack of response is told when it can be judged", start in self._clocks
            if day >= start + _EIGHT:
                yield "a lack of response is told by week 8", start in self._clocks

    def _stalled(self, plan: Plan, start: date, day: date) -> bool:
        """Whether six weeks after the start the last two scores are no better than the one before it."""
        measure = self._patient.illness.measure
        scores = [one for one in plan.scores if one.measure is measure and _counts(one)]
        before = [one for one in scores if start - _BASELINE <= one.taken_at.date() <= start]
        since = [one for one in scores if one.taken_at.date() > start][-2:]
        if not before or len(since) < 2 or day < start + _SIX:
            return False
        late = since[-1].taken_at.date() >= start + _FOUR
        return late and not any(self._is_better(before[-1].value or 0, one.value or 0) for one in since)

    def _is_better(self, before: int, now: int) -> bool:
        change = self._patient.illness.change
        return before - now >= (_OCD_RESPONSE * before if change is None else change)

    def _is_worse(self, score: Score, plan: Plan) -> bool:
        """Whether a score is worse than the one before it by points that mean something."""
        change = self._patient.illness.change
        if change is None or score.measure in (Measure.C_SSRS, Measure.ASRM):
            return False
        values = [one.value or 0 for one in plan.scores if one.measure is score.measure and _counts(one)]
        return len(values) > 1 and values[-1] - values[-2] >= change


def _counts(score: Score) -> bool:
    return score.value is not None and score.status is not RecordStatus.ENTERED_IN_ERROR
