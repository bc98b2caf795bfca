"""A carrier that keeps what it was given, and refuses what it is told to."""

from service.ports.alerts import Message, NotDelivered


class MemoryCarrier:
    """`refuses` maps (to, channel) to the refusal of every message there."""

    def __init__(self) -> None:
        self.carried: list[Message] = []
        self.refuses: dict[tuple[str, str], NotDelivered] = {}
        self.everything: NotDelivered | None = None

    def carry(self, message: Message) -> None:
        refusal = self.everything or self.refuses.get((message.to.value, message.channel.value))
        if refusal is not None:
            raise NotDelivered(refusal.code, lasting=refusal.lasting)
        self.carried.append(message)
