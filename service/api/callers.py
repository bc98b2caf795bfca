"""Who asks, as far as it is known."""

from flask import Request

ANONYMOUS = "anonymous"


def principal_of(request: Request) -> str:  # noqa: ARG001  authentication reads the request here
    """Return the name of who asks, under which keys are kept and requests counted."""
    return ANONYMOUS


def counted_as(request: Request) -> str:
    """Return whose requests a request is counted with: its principal's, or its address's."""
    principal = principal_of(request)
    return f"address {request.remote_addr}" if principal == ANONYMOUS else f"principal {principal}"
