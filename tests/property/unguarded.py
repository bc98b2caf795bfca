"""The sync with one of its safeguards switched off: only for showing that it is needed.

Each clinic here is a usual one but for one wrapper around a port, or one function of ours that is replaced.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import pytest

from service.ports.storage import Lease, LedgerEntry
from service.sandbox.wire import Answer, Incoming
from service.sync import guards, intake, sending, settling
from tests.fakes.storage import MemoryStorage, MemoryUnitOfWork
from tests.scenarios.clinic import Answering, Clinic


class _Work(MemoryUnitOfWork):
    """A unit of work whose repositories a subclass changes once they are there."""

    def __enter__(self) -> Any:
        entered = super().__enter__()
        self.unguard()
        return entered

    def unguard(self) -> None:
        """Switch the safeguard off."""


class _Storage(MemoryStorage):
    work: type[_Work] = _Work

    def begin(self, *, write: bool = True) -> MemoryUnitOfWork:
        return self.work(self, write=write)


class _Forgetful(_Work):
    """What was intended is not kept: nothing is known of a write that got no answer."""

    def unguard(self) -> None:
        self.journal.write = lambda rows: None  # type: ignore[method-assign,assignment]  # the safeguard is taken out


class _Everybodys(_Work):
    """A lease is everybody's, always."""

    def unguard(self) -> None:
        def acquire(connection_id: str, patient_id: str, **more: Any) -> Lease:
            until = more["now"] + more["ttl"]
            return Lease(connection_id=connection_id, patient_id=patient_id, holder=more["holder"],
                         fencing=1, expires_at=until)  # fmt: skip

        self.leases.acquire = acquire  # type: ignore[method-assign,assignment]  # the safeguard is taken out
        self.leases.holds = lambda lease, now: True  # type: ignore[method-assign]  # the safeguard is taken out


class _Baseless(_Work):
    """What was agreed is taken to be what the plan says now: nothing of ours ever counts as changed."""

    def unguard(self) -> None:
        save = self.ledger.save

        def saved(entries: Any, *, plan_id: str) -> None:
            save((_without_base(one) for one in entries), plan_id=plan_id)

        self.ledger.save = saved  # type: ignore[method-assign]  # the safeguard is taken out


def _without_base(entry: LedgerEntry) -> LedgerEntry:
    return replace(entry, agreed_ours=None, ours_digest=None)


def _stored(work: type[_Work]) -> Callable[[Clinic], None]:
    def unguard(clinic: Clinic) -> None:
        storage = type("Unguarded", (_Storage,), {"work": work})()
        storage.kept = clinic.storage.kept
        clinic.storage = storage

    return unguard


def _without_if_match(answering: Answering, incoming: Incoming) -> Answer:
    """The version on which a write rests is lost on the way."""
    headers = {name: one for name, one in incoming.headers.items() if name.lower() != "if-match"}
    body = incoming.body.replace(b'"ifMatch"', b'"_ifMatch"')
    return answering(replace(incoming, headers=headers, body=body))


def _spoilt(clinic: Clinic) -> None:
    clinic.spoil = _without_if_match


@contextmanager
def _uncounted() -> Iterator[None]:
    """Versions that a write skipped, which tell of the edit that it went over, are not looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "overwritten", lambda *_given, **_named: None)
        yield


@contextmanager
def _blind_to_patients() -> Iterator[None]:
    """Whose a resource is is not looked at, neither after reading nor before writing."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (guards, intake):
            patch.setattr(module, "patients_of", lambda _: ())
        yield


@contextmanager
def _impatient() -> Iterator[None]:
    """A look that finds nothing counts at once."""
    settled = settling._settled

    def at_once(*given: Any, **named: Any) -> bool:
        return settled(*given, **{**named, "overdue": True})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "_settled", at_once)
        yield


def _as_usual(_clinic: Clinic) -> None:
    """Change nothing of the clinic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """How a safeguard is switched off: in the clinic, or for as long as the run takes."""

    clinic: Callable[[Clinic], None] = _as_usual
    run: Callable[[], AbstractContextManager[None]] = nullcontext


SWITCHES: Mapping[str, Switch] = {
    "If-Match": Switch(clinic=_spoilt, run=_uncounted),
    "journal": Switch(clinic=_stored(_Forgetful)),
    "base": Switch(clinic=_stored(_Baseless)),
    "lease": Switch(clinic=_stored(_Everybodys)),
    "patient check": Switch(run=_blind_to_patients),
    "settle time": Switch(run=_impatient),
}
