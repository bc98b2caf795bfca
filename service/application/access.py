"""Which role may do what: the one table, and what it says of one caller and one plan."""

from collections.abc import Mapping, Set
from enum import StrEnum
from types import MappingProxyType

from service.ports.access import Caller, NotAllowed, Role


class Permission(StrEnum):
    """What an operation needs; each door of the API names one."""

    READ_PLAN = "read-plan"
    LIST_PLANS = "list-plans"
    WRITE_PLAN = "write-plan"
    WRITE_JOURNAL = "write-journal"
    PUSH_PLAN = "push-plan"
    READ_PEOPLE = "read-people"
    WRITE_PEOPLE = "write-people"
    READ_METRICS = "read-metrics"
    READ_AUDIT = "read-audit"
    READ_ALERTS = "read-alerts"
    ANSWER_ALERTS = "answer-alerts"
    STOP_WRITING = "stop-writing"


_READS = frozenset({
    Permission.READ_PLAN, Permission.LIST_PLANS, Permission.READ_PEOPLE, Permission.READ_METRICS,
    Permission.READ_ALERTS,
})  # fmt: skip
_TREATS = _READS | {
    Permission.WRITE_PLAN,
    Permission.WRITE_JOURNAL,
    Permission.PUSH_PLAN,
    Permission.WRITE_PEOPLE,
    Permission.ANSWER_ALERTS,
}
GRANTS: Mapping[Role, Set[Permission]] = MappingProxyType({
    Role.READER: _READS,
    Role.CLINICIAN: _TREATS,
    Role.INTEGRATOR: _TREATS | {Permission.READ_AUDIT, Permission.STOP_WRITING},
    Role.PATIENT: frozenset({Permission.READ_PLAN, Permission.WRITE_JOURNAL}),
})  # fmt: skip


def permit(caller: Caller, needed: Permission, plan_id: str | None) -> None:
    """Refuse, with `NotAllowed`, what a caller's role may not do, and a patient any plan but their own."""
    if needed not in GRANTS[caller.role]:
        raise NotAllowed(f"The role {caller.role} may not do this: it takes {needed}.")
    if caller.role is Role.PATIENT and (plan_id is None or plan_id != caller.plan_id):
        raise NotAllowed("A patient's token opens the one plan that it was made for.")


def sees_what_charts_say_beside(caller: Caller) -> bool:
    """Tell whether a caller sees what clinicians wrote in a chart for each other: no patient's token does."""
    return caller.role is not Role.PATIENT


def sees_unshared(caller: Caller) -> bool:
    """Tell whether a caller sees journal entries that are not shared: their patient alone does."""
    return caller.role is Role.PATIENT
