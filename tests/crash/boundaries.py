"""Every call that crosses a port, watched: where a process can die, wait, or be overtaken by somebody.

The list of boundaries is read from the protocols of `service.ports`, so that a port nobody thought of here
makes a test fail.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, get_type_hints

from service import ports
from service.ports.ehr import Ehr
from service.ports.storage import Storage, UnitOfWork


class Crash(BaseException):
    """The process is gone: no `except Exception` and no `finally` of it has an effect any more."""


class When(StrEnum):
    """On which side of a call's effect."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One side of the nth call; `among` counts the calls of its port alone."""

    number: int
    among: int
    name: str
    when: When

    @property
    def port(self) -> str:
        """The port whose call it is."""
        return self.name.partition(".")[0]


def nothing(_moment: Moment) -> None:
    """Let every call pass."""


@dataclass(slots=True, kw_only=True)
class Gate:
    """What each call passes, before and after its effect; `crossed` has the names in order."""

    meet: Callable[[Moment], None] = nothing
    crossed: list[str] = field(default_factory=list)
    dead: bool = False

    def cross(self, name: str, act: Callable[[], Any]) -> Any:
        """Make a call; in a process that has died no call has an effect any more."""
        if self.dead:
            raise Crash(name)
        self.crossed.append(name)
        number, among = len(self.crossed), self._among(name)
        self._meet(Moment(number=number, among=among, name=name, when=When.BEFORE))
        done = act()
        self._meet(Moment(number=number, among=among, name=name, when=When.AFTER))
        return done

    def _among(self, name: str) -> int:
        port = name.partition(".")[0] + "."
        return sum(one.startswith(port) for one in self.crossed)

    def _meet(self, moment: Moment) -> None:
        try:
            self.meet(moment)
        except Crash:
            self.dead = True
            raise


def crash_at(number: int, when: When) -> Gate:
    """Return a gate at which the process dies at its nth call."""

    def meet(moment: Moment) -> None:
        if (moment.number, moment.when) == (number, when):
            raise Crash(moment.name)

    return Gate(meet=meet)


def meanwhile(
    number: int, when: When, happens: Callable[[], object], *, spare: frozenset[str] = frozenset()
) -> Gate:
    """Return a gate at which something happens in mid-pass, at the nth call of the chart.

    A unit of work is never open then: whoever works meanwhile does not wait for it. Nothing happens before
    the calls that are to be spared.
    """

    def meet(moment: Moment) -> None:
        spared = moment.when is When.BEFORE and moment.name in spare
        if (moment.port, moment.among, moment.when) == ("Ehr", number, when) and not spared:
            happens()

    return Gate(meet=meet)


class CrossedPort:
    """An object of a port whose every call passes a gate."""

    def __init__(self, port: str, held: Any, gate: Gate) -> None:
        self._port, self._held, self._gate = port, held, gate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._held, name)
        return lambda *given, **named: self._gate.cross(f"{self._port}.{name}", lambda: call(*given, **named))


class CrossedEhr(CrossedPort):
    """A chart behind a gate; all pages of a search are one call, since reading has no effect."""

    def __init__(self, ehr: Ehr, gate: Gate) -> None:
        super().__init__("Ehr", ehr, gate)

    def search(self, *given: Any) -> Iterator[Any]:
        """Search to the end."""
        found: tuple[Any, ...] = self._gate.cross("Ehr.search", lambda: tuple(self._held.search(*given)))
        return iter(found)

    def changes(self, *given: Any, **named: Any) -> Iterator[Any]:
        """Read a feed to its end."""
        pages = self._gate.cross("Ehr.changes", lambda: tuple(self._held.changes(*given, **named)))
        return iter(pages)


class CrossedWork:
    """A unit of work behind a gate."""

    def __init__(self, work: UnitOfWork, gate: Gate) -> None:
        self._work, self._gate = work, gate

    def __getattr__(self, name: str) -> CrossedPort:
        return CrossedPort(REPOSITORIES[name], getattr(self._work, name), self._gate)

    def __enter__(self) -> "CrossedWork":
        self._work.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._work.__exit__(*error)

    def commit(self) -> None:
        """Commit."""
        self._gate.cross("UnitOfWork.commit", self._work.commit)


class CrossedStorage:
    """Storage behind a gate."""

    def __init__(self, storage: Storage, gate: Gate) -> None:
        self._storage, self._gate = storage, gate

    def begin(self, *, write: bool = True) -> CrossedWork:
        """Open a unit of work."""
        work = self._gate.cross("Storage.begin", lambda: self._storage.begin(write=write))
        return CrossedWork(work, self._gate)


def _protocols() -> Iterator[type]:
    for module in pkgutil.iter_modules(ports.__path__):
        held = vars(importlib.import_module(f"{ports.__name__}.{module.name}")).values()
        for one in held:
            if inspect.isclass(one) and getattr(one, "_is_protocol", False) and _is_ours(one):
                yield one


def _is_ours(port: type) -> bool:
    return port.__module__.startswith(f"{ports.__name__}.")


def _calls(port: type) -> Iterator[str]:
    return (name for name, one in vars(port).items() if inspect.isfunction(one) and not name.startswith("_"))


def boundaries() -> frozenset[str]:
    """Return every call of every port, as `Port.call`."""
    return frozenset(f"{port.__name__}.{call}" for port in _protocols() for call in _calls(port))


def _repositories() -> Iterator[tuple[str, str]]:
    for name, one in vars(UnitOfWork).items():
        if isinstance(one, property):
            yield name, get_type_hints(one.fget)["return"].__name__


REPOSITORIES = dict(_repositories())
"""The port behind each property of a unit of work."""
