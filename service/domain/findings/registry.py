"""Every rule of the service, in one list."""

from service.domain.findings import risk
from service.domain.findings.rule import Rule

RULES: tuple[Rule, ...] = (*risk.RULES,)

BY_ID = {rule.id: rule for rule in RULES}
"""Each rule by its name."""
