"""How the API itself refuses a request, before any use case is asked."""

from collections.abc import Iterable

from service.domain.values import Problem


class Refusal(Exception):
    """The request is not answered as asked; the text says why, in words that quote nothing of it."""


class Malformed(Refusal):
    """The body is no JSON object, or is nested deeper than any plan."""


class WrongHost(Refusal):
    """The request is for another host."""


class WrongMedia(Refusal):
    """The body is not of the media type that is taken here."""


class NoVersion(Refusal):
    """A write without the version that its author read."""


class StaleVersion(Refusal):
    """The version that the author read is not the one that stands now."""


class NoEhr(Refusal):
    """No EHR is configured."""


class NotReady(Refusal):
    """The service lacks what it needs to work: `lacks` says what."""

    def __init__(self, lacks: Iterable[Problem]) -> None:
        super().__init__("The service cannot work yet.")
        self.lacks = tuple(lacks)
