"""What an alert says outside of this service: the same words for everybody, and a link."""

from service.ports.alerts import Message

SUBJECT = "A plan needs a clinician's assessment"
BODY = (
    "A plan needs a clinician's assessment now.\n"
    "Open it and acknowledge the alert; nobody else is asked while you look after it."
)
ESCALATED = "It was not acknowledged in time, so it goes to the recipient and to the backup."


def link_to(message: Message, public_url: str) -> str:
    """Return where the alert stands in this service."""
    return f"{public_url.rstrip('/')}/alerts/{message.alert_id}"
