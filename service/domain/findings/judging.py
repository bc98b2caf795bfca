"""Judging a plan on one day: every rule over one case, each finding once, the most urgent first."""

from collections.abc import Iterable
from datetime import date

from service.domain.findings.case import Case, Snapshot
from service.domain.findings.decision import Decision
from service.domain.findings.finding import Finding, in_order
from service.domain.findings.numbers import DEFAULTS, Numbers
from service.domain.findings.registry import RULES
from service.domain.findings.rule import Rule
from service.domain.plan import Plan


def judge(
    plan: Plan,
    today: date,
    numbers: Numbers = DEFAULTS,
    *,
    past: tuple[Snapshot, ...] = (),
    decisions: tuple[Decision, ...] = (),
    rules: Iterable[Rule] = RULES,
) -> tuple[Finding, ...]:
    """Return what the rules notice in a plan on a day; `past` are its earlier states, for what changed.

    `decisions` are those that were made on its findings: what they rested on may be a mistake by now.
    """
    case = Case(plan=plan, today=today, numbers=numbers, past=past, decisions=decisions)
    return in_order(found for rule in rules for found in rule.find(case))
