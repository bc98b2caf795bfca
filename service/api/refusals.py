"""How the API itself refuses a request, before any use case is asked."""

from collections.abc import Iterable

from service.domain.values import Problem


class Refusal(Exception):
    """The request is not answered as asked; the text says why, in words that quote nothing of it."""


class Malformed(Refusal):
    """The body is no JSON object, is not all there, or is nested deeper than any plan."""


class WrongHost(Refusal):
    """The request is for another host."""


class ForeignPage(Refusal):
    """A web page of another origin asks for a change, and nobody is asked who they are."""

    def __init__(self) -> None:
        super().__init__(
            "A web page of another origin may change nothing here while nobody has to show who they are:"
            " TANDEM_CORS_ORIGINS names the pages that may."
        )


class WrongMedia(Refusal):
    """The body is not of the media type that is taken here."""


class NoVersion(Refusal):
    """A write without the version that its author read."""


class StaleVersion(Refusal):
    """The version that the author read is not the one that stands now."""


class NoEhr(Refusal):
    """No EHR is configured."""


class TooSlow(Refusal):
    """The body did not arrive in time."""


class TooLarge(Refusal):
    """The body is larger than is taken."""

    def __init__(self, limit: float) -> None:
        super().__init__(f"A body of {limit} bytes at most is taken here (TANDEM_MAX_BODY_BYTES).")


class TooMany(Refusal):
    """This caller has made all the requests of its time: more after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("This caller has made too many requests.")
        self.retry_after = retry_after


class NotReady(Refusal):
    """The service lacks what it needs to work: `lacks` says what."""

    def __init__(self, lacks: Iterable[Problem]) -> None:
        super().__init__("The service cannot work yet.")
        self.lacks = tuple(lacks)
