"""Who meets in a plan's appointments."""

from service.domain.plan import Plan


def appointees_of(plan: Plan) -> tuple[str, ...]:
    """Return the ids of the clinicians who take part in any appointment of a plan, each once, in order."""
    named = {who.person for one in plan.appointments for who in one.participants}
    return tuple(sorted(one for one in named if one is not None))
