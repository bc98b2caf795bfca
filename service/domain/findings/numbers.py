"""The numbers of the rules: settings of the clinic, each with its source's value as its default."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from service.domain.values import Problem, Value, within

ARTICLE = "the source article on integrated treatment"
NICE_START = "NICE NG222, 1.4.11"
NICE_YOUNG = "NICE NG222, 1.4.24; FDA boxed warning on antidepressants (to 24 years)"
NICE_ON = "NICE NG222, section 1.4: usually at least six months after a remission"
LAMOTRIGINE = "FDA label of lamotrigine, 2.1: beyond 5 half-lives; 25 h at repeated doses (table 5)"
HOUSE = "a convention of this service"


def _number(default: int, says: str, source: str) -> Any:
    unit, _, meaning = says.partition(": ")
    return field(default=default, metadata={"unit": unit, "says": meaning, "source": source})


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers(Value):
    """Every number that a rule compares with, in the unit that its metadata names."""

    check_in_weeks_min: int = _number(4, "weeks: earliest next check-in, where the plan says none", ARTICLE)
    check_in_weeks_max: int = _number(6, "weeks: latest next check-in, where the plan says none", ARTICLE)
    rebook_days: int = _number(14, "days: to hold a check-in that was missed or cancelled", HOUSE)
    first_review_days: int = _number(14, "days: to the first review of an antidepressant", NICE_START)
    young_review_days: int = _number(7, "days: the same for young people and with suicide risk", NICE_YOUNG)
    young_second_review_days: int = _number(28, "days: within which that review is repeated", NICE_YOUNG)
    young_age_max: int = _number(25, "years: the age up to which the earlier reviews are due", NICE_YOUNG)
    risk_days: int = _number(30, "days: that a positive risk item makes a start one with risk", HOUSE)
    first_improvement_weeks_min: int = _number(4, "weeks: from which a first improvement counts", ARTICLE)
    first_improvement_weeks_max: int = _number(6, "weeks: by which a first improvement is expected", ARTICLE)
    no_improvement_weeks_min: int = _number(6, "weeks: without improvement: review the treatment", ARTICLE)
    no_improvement_weeks_max: int = _number(8, "weeks: by which that review is done", ARTICLE)
    full_benefit_months_max: int = _number(6, "months: by which the full benefit is expected", ARTICLE)
    baseline_days: int = _number(14, "days: that a baseline may lie before the start", HOUSE)
    adult_age: int = _number(18, "years: from which cut-offs for adults hold", "the instruments' own samples")
    stable_days: int = _number(28, "days: that a response lasts before it is called stable", HOUSE)
    missed_sessions: int = _number(2, "sessions: missed in a row that the team is told of", HOUSE)
    change_days: int = _number(42, "days: that a change of one side stays a finding", ARTICLE)
    lamotrigine_gap_days: int = _number(5, "days: without lamotrigine that are five half-lives", LAMOTRIGINE)
    continuation_months: int = _number(6, "months: that an antidepressant goes on after a remission", NICE_ON)
    dose_review_days: int = _number(14, "days: on a new step before its review may be due", NICE_START)
    adherence_days: int = _number(42, "days: that a report of adherence speaks for", ARTICLE)
    side_effect_days: int = _number(14, "days: that a moderate side effect may last unseen", HOUSE)
    journal_quiet_days: int = _number(14, "days: without an entry after which a journal is quiet", HOUSE)
    warning_days: int = _number(14, "days: that a ticked warning sign stays a finding", HOUSE)

    def problems(self) -> Iterator[Problem]:
        for item in fields(self):
            yield from within(item.name, getattr(self, item.name), (1, 400))
        for low, high in _PAIRS:
            if getattr(self, low) > getattr(self, high):
                yield Problem(high, f"must not be less than {low}")


_PAIRS = (
    ("check_in_weeks_min", "check_in_weeks_max"),
    ("young_review_days", "young_second_review_days"),
    ("first_improvement_weeks_min", "first_improvement_weeks_max"),
    ("no_improvement_weeks_min", "no_improvement_weeks_max"),
)

DEFAULTS = Numbers()
