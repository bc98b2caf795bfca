"""Every rule of the service, in one list."""

from service.domain.findings import (
    check_ins,
    continuing,
    early_reviews,
    expectations,
    goals,
    journals,
    knowledge,
    leading,
    links,
    medicines,
    relapses,
    reviews,
    risk,
    scores,
    stops,
)
from service.domain.findings.rule import Rule

RULES: tuple[Rule, ...] = (
    *risk.RULES,
    *stops.RULES,
    *continuing.RULES,
    *scores.RULES,
    *relapses.RULES,
    *expectations.RULES,
    *goals.RULES,
    *leading.RULES,
    *check_ins.RULES,
    *early_reviews.RULES,
    *links.RULES,
    *medicines.RULES,
    *journals.RULES,
    *knowledge.RULES,
    *reviews.RULES,
)

BY_ID = {rule.id: rule for rule in RULES}
"""Each rule by its name."""
