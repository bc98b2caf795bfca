"""The machine's clock and random ids, which tests put their own in place of, and whose account this is."""

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from uuid import uuid4  # noqa: TID251  here ids are made


class SystemClock:
    """The machine's clock, in whole seconds."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  here the clock is made


class RandomIds:
    """Random UUIDs."""

    def new(self) -> str:
        """Return a fresh UUID."""
        return str(uuid4())


def account() -> str:
    """Return the name of the account that this process runs under."""
    user = os.getuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # a container may run under a number without a name
        return str(user)


# Several times within the time of a lease, so that one that comes late is not the last.
_NOW_AND_THEN_SECONDS = 3.0


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """Do something every few seconds, in a thread, while the block lasts."""
    over = Event()

    def go_on() -> None:
        while not over.wait(_NOW_AND_THEN_SECONDS):
            act()

    thread = Thread(target=go_on, name="meanwhile", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
