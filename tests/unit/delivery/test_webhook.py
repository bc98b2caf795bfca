"""What the clinic's webhook receives: signed ids and a link."""

import json
from dataclasses import replace

import pytest

from service.delivery.carrier import NOT_CONFIGURED, Carriers
from service.delivery.webhook import SIGNATURE, TIMESTAMP, Webhook, WebhookCarrier, signature
from service.domain.safety import Channel
from service.ports.alerts import NotDelivered
from tests.fakes.clock import StillClock
from tests.unit.delivery.receivers import a_mail_server, a_webhook, free_port
from tests.unit.delivery.test_mail import MESSAGE
from tests.unit.delivery.test_mail import carrier as mail_carrier

HOOKED = replace(MESSAGE, channel=Channel.WEBHOOK, address=None)


def carrier(url):
    hook = Webhook(url=url, secret="shared secret")
    return WebhookCarrier(hook, public_url="https://tandem.clinic.example", now=StillClock().now)


def test_a_post_holds_ids_and_a_link_and_is_signed():
    with a_webhook() as hook:
        carrier(hook.url).carry(HOOKED)
    ((headers, body),) = hook.received
    assert json.loads(body) == {
        "kind": "clinician-assessment-needed",
        "text": "A plan needs a clinician's assessment",
        "alert": "alert-1",
        "plan": "plan-1",
        "raised_at": "2026-03-02T09:00:00+00:00",
        "to": "recipient",
        "person": "person-1",
        "escalated": False,
        "link": "https://tandem.clinic.example/alerts/alert-1",
    }
    assert headers[SIGNATURE] == signature("shared secret", headers[TIMESTAMP], body)
    assert headers[TIMESTAMP] == "1772442000"


def test_the_signature_is_of_the_secret_the_moment_and_the_body():
    signed = signature("s", "1", b"{}")
    # As `printf '1.{}' | openssl dgst -sha256 -hmac s` prints it.
    assert signed == "v1=b253639bcd705ed1cda3073f66104f16988bd40272584dea7d0d345ae93e61cc"
    assert (
        len({signed, signature("t", "1", b"{}"), signature("s", "2", b"{}"), signature("s", "1", b"[]")}) == 4
    )


@pytest.mark.parametrize(
    ("status", "lasting"),
    [
        (301, True),
        (400, True),
        (401, True),
        (404, True),
        (408, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_a_refusal_tells_whether_trying_again_helps(status, lasting):
    with a_webhook() as hook:
        hook.status = status
        with pytest.raises(NotDelivered) as caught:
            carrier(hook.url).carry(HOOKED)
    assert (caught.value.code, caught.value.lasting) == (f"status-{status}", lasting)
    assert len(hook.received) == 1, "a redirect leads nowhere"


def test_a_webhook_that_is_away_may_come_back():
    with pytest.raises(NotDelivered) as caught:
        carrier(f"http://127.0.0.1:{free_port()}").carry(HOOKED)
    assert (caught.value.code, caught.value.lasting) == ("no-answer", False)


def test_each_message_goes_by_its_channel():
    with a_webhook() as hook, a_mail_server() as post:
        both = Carriers(mail=mail_carrier(post.port), webhook=carrier(hook.url))
        both.carry(MESSAGE)
        both.carry(HOOKED)
    assert (len(post.mails), len(hook.received)) == (1, 1)


@pytest.mark.parametrize("message", [MESSAGE, HOOKED])
def test_a_channel_that_is_not_configured_fails_for_good(message):
    with pytest.raises(NotDelivered) as caught:
        Carriers(mail=None, webhook=None).carry(message)
    assert (caught.value.code, caught.value.lasting) == (NOT_CONFIGURED, True)
