"""How long a medicine for depression goes on after a remission: an early end is told to its prescriber."""

from collections.abc import Iterator
from datetime import date
from itertools import takewhile

from service.domain.coordination import TaskKind
from service.domain.findings.case import Case
from service.domain.findings.changes import Change, changes, class_goes_on, name_of
from service.domain.findings.days import months_after
from service.domain.findings.diagnoses import Family, families
from service.domain.findings.finding import Audience, Finding, Urgency
from service.domain.findings.numbers import NICE_ON
from service.domain.findings.proposal import Proposal, ProposalKind
from service.domain.findings.rule import Rule
from service.domain.findings.trend import JUDGED_ON, as_evidence, said, total
from service.domain.ingredients import DrugClass, classes
from service.domain.measure import Measure, Score
from service.domain.medication import MedicationOrder

_FOR_DEPRESSION = frozenset({DrugClass.ANTIDEPRESSANT})


def _early(case: Case) -> Iterator[Finding]:
    known = {family for one in case.diagnoses for family in families(one)}
    if Family.DEPRESSION not in known or Family.BIPOLAR in known:
        return
    for change in changes(case):
        order = change.item
        if not isinstance(order, MedicationOrder) or not _ends_treatment(change, order, case):
            continue
        remitted = _remission(case, change.day)
        months = case.numbers.continuation_months
        if remitted and change.day < months_after(remitted[0].taken_at.date(), months):
            scores = tuple(as_evidence(one) for one in (remitted[0], remitted[-1]))
            yield Finding(
                rule="early-end",
                urgency=Urgency.THIS_WEEK,
                text=f"{name_of(order)} {change.what} on {change.day}, less than {months} months after a "
                f"remission ({said(scores)}). A medicine for depression usually goes on for that long: a "
                "prescriber should look whether this end is meant.",
                evidence=(change.evidence, *scores),
                proposal=Proposal(
                    kind=ProposalKind.TASK,
                    says="Ask the prescriber whether this end is meant, and how a relapse would be noticed",
                    task=TaskKind.FOLLOW_UP,
                    owner=order.prescriber,
                ),
            )


def _ends_treatment(change: Change, order: MedicationOrder, case: Case) -> bool:
    """Tell whether a medicine for depression was stopped, and no other one runs in its place."""
    for_depression = bool(classes(order.drug.code) & _FOR_DEPRESSION)
    return for_depression and change.what == "stopped" and not class_goes_on(order, _FOR_DEPRESSION, case)


def _remission(case: Case, until: date) -> tuple[Score, ...]:
    """Return the scores that showed a remission without a break when something ended; one says nothing."""
    instrument = case.instruments.of(Measure.PHQ_9)
    if instrument.adults and not case.is_adult(until):
        return ()
    before = [one for one in case.valued(Measure.PHQ_9) if one.taken_at.date() <= until]
    good = tuple(takewhile(lambda one: instrument.remitted(total(one)), reversed(before)))[::-1]
    return good if len(good) >= JUDGED_ON else ()


RULES = (
    Rule(
        id="early-end",
        says="A medicine for depression that ends less than 6 months after a remission, by the scores of the "
        "PHQ-9, with none in its place, is told to its prescriber.",
        source=NICE_ON,
        audience=Audience.PRESCRIBER,
        find=_early,
        numbers=("continuation_months", "change_days"),
    ),
)
