"""Judging a plan on one day: every rule over one case, each finding once, the most urgent first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.domain.findings.case import Case, Snapshot
from service.domain.findings.decision import Decision
from service.domain.findings.finding import Finding, in_order
from service.domain.findings.numbers import DEFAULTS, Numbers
from service.domain.findings.registry import RULES
from service.domain.findings.rule import Rule
from service.domain.instruments import PUBLISHED, Instruments
from service.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """What a clinic judges by: its numbers for the rules, and what it holds scores to mean."""

    numbers: Numbers = DEFAULTS
    instruments: Instruments = PUBLISHED


PUBLISHED_STANDARDS = Standards()
"""The numbers and instruments of the sources."""


def judge(
    plan: Plan,
    today: date,
    standards: Standards = PUBLISHED_STANDARDS,
    *,
    past: tuple[Snapshot, ...] = (),
    decisions: tuple[Decision, ...] = (),
    rules: Iterable[Rule] = RULES,
) -> tuple[Finding, ...]:
    """Return what the rules notice in a plan on a day; `past` are its earlier states, for what changed.

    `decisions` are those that were made on its findings: what they rested on may be a mistake by now.
    """
    case = Case(
        plan=plan,
        today=today,
        numbers=standards.numbers,
        instruments=standards.instruments,
        past=past,
        decisions=decisions,
    )
    return in_order(found for rule in rules for found in rule.find(case))
