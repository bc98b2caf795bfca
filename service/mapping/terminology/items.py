"""What a resource stands for in the plan, where the FHIR type alone does not say it."""

from enum import StrEnum

from service.mapping.terminology.systems import own_codes
from service.mapping.terminology.table import Table


class PlanItem(StrEnum):
    """Kinds of Observation and ServiceRequest beside scores and therapies, and their parts."""

    BALANCE_DECISION = "balance-decision"
    SIDE_EFFECT = "side-effect"
    SIDE_EFFECT_SEVERITY = "side-effect-severity"
    INTEGRATED_REVIEW = "integrated-treatment-review"
    ORDER_MEDICATION = "order-medication"


PLAN_ITEM = Table(
    "plan-item",
    own_codes(
        "plan-item",
        {
            PlanItem.BALANCE_DECISION: "Decision on the balance of the treatment",
            PlanItem.SIDE_EFFECT: "Side effect noticed by the patient",
            PlanItem.SIDE_EFFECT_SEVERITY: "Severity of a side effect",
            PlanItem.INTEGRATED_REVIEW: "Integrated treatment review",
            PlanItem.ORDER_MEDICATION: "Decide on the proposed medication order",
        },
    ),
)
