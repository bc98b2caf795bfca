"""Alerts to the clinic's own webhook: signed JSON with ids and a link."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import requests

from service.delivery.words import SUBJECT, link_to
from service.ports.alerts import Message, NotDelivered

SIGNATURE = "X-Tandem-Signature"
TIMESTAMP = "X-Tandem-Timestamp"
_SECONDS = (5, 15)
# What the same request may overcome later.
_PASSING = frozenset({408, 425, 429})
_GOOD, _REDIRECT, _BROKEN = 200, 300, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where alerts go, and the secret that both sides sign with."""

    url: str
    secret: str = field(repr=False)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `v1=` and the HMAC-SHA256, in hex, of the timestamp, a dot and the body."""
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256)
    return f"v1={mac.hexdigest()}"


class WebhookCarrier:
    """Posts each message; redirects are not followed, so that nothing goes where nobody configured it."""

    def __init__(self, webhook: Webhook, *, public_url: str, now: Callable[[], datetime]) -> None:
        self._webhook = webhook
        self._public_url = public_url
        self._now = now

    def carry(self, message: Message) -> None:
        """Post a message; raises `NotDelivered`."""
        body = json.dumps(self._document(message), separators=(",", ":")).encode()
        timestamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP: timestamp,
            SIGNATURE: signature(self._webhook.secret, timestamp, body),
        }
        try:
            answer = requests.post(
                self._webhook.url, data=body, headers=headers, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            raise NotDelivered("no-answer") from None
        status = answer.status_code
        if not _GOOD <= status < _REDIRECT:
            passing = status in _PASSING or status >= _BROKEN
            raise NotDelivered(f"status-{status}", lasting=not passing)

    def _document(self, message: Message) -> dict[str, str | bool | None]:
        return {
            "kind": "clinician-assessment-needed",
            "text": SUBJECT,
            "alert": message.alert_id,
            "plan": message.plan_id,
            "raised_at": message.raised_at.isoformat(),
            "to": message.to.value,
            "person": message.person,
            "escalated": message.escalated,
            "link": link_to(message, self._public_url),
        }
