"""Who asks, as far as it is known."""

from flask import Request, g

from service.ports.access import Caller, Entrance

ANONYMOUS = "anonymous"


def principal() -> str:
    """Return the name of who asks, under which keys are kept: nobody finds the answer of another."""
    caller: Caller | None = g.get("caller")
    if caller is None or caller.entrance is Entrance.OPEN:
        return ANONYMOUS
    return f"{caller.role}:{caller.subject}"


def counted_as(request: Request) -> str:
    """Return whose requests a request is counted with: it is counted before it shows who makes it."""
    return f"address {request.remote_addr}"
