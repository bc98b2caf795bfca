"""One carrier for every channel; a channel that is not configured here fails for good, which is an alarm."""

from service.delivery.mail import MailCarrier
from service.delivery.webhook import WebhookCarrier
from service.domain.safety import Channel
from service.ports.alerts import Carrier, Message, NotDelivered

NOT_CONFIGURED = "not-configured"


class Carriers:
    """`service.ports.alerts.Carrier` over what this installation has."""

    def __init__(self, *, mail: MailCarrier | None, webhook: WebhookCarrier | None) -> None:
        self._mail = mail
        self._webhook = webhook

    def carry(self, message: Message) -> None:
        """Hand a message over; raises `NotDelivered`."""
        carriers: dict[Channel, Carrier | None] = {Channel.EMAIL: self._mail, Channel.WEBHOOK: self._webhook}
        carrier = carriers[message.channel]
        if carrier is None:
            raise NotDelivered(NOT_CONFIGURED, lasting=True)
        carrier.carry(message)
