"""Tokens and the audit trail in memory, as `tests.fakes.storage` keeps everything else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from service.domain.revision import Revision
from service.ports.access import AuditEntry, AuditFilter, Doubt, RefusedCount, Token
from service.ports.storage import Taken, Unknown

Refused = dict[tuple[datetime, str, str], int]


class MemoryTokens:
    def __init__(self, tokens: dict[str, Token]) -> None:
        self._tokens = tokens

    def add(self, token: Token) -> None:
        if token.id in self._tokens or any(one.name == token.name for one in self._tokens.values()):
            raise Taken("token", token.name)
        self._tokens[token.id] = token

    def get(self, token_id: str) -> Token:
        if token_id not in self._tokens:
            raise Unknown("token", token_id)
        return self._tokens[token_id]

    def all(self) -> tuple[Token, ...]:
        return tuple(sorted(self._tokens.values(), key=lambda one: one.name))

    def revoke(self, token_id: str, at: datetime) -> Token:
        held = self.get(token_id)
        self._tokens[token_id] = held if held.revoked_at else replace(held, revoked_at=at)
        return self._tokens[token_id]


class MemoryAudit:
    def __init__(
        self,
        entries: list[AuditEntry],
        refused: Refused,
        *,
        plans: Mapping[str, Sequence[Revision]],
    ) -> None:
        self._entries = entries
        self._refused = refused
        self._plans = plans

    def add(self, entry: AuditEntry) -> None:
        if entry.patient_id is None and entry.plan_id is not None:
            known = self._plans.get(entry.plan_id)
            patient = None if known is None else known[-1].plan.patient.id
            entry = replace(entry, plan_id=entry.plan_id if known else None, patient_id=patient)
        self._entries.append(replace(entry, number=len(self._entries) + 1))

    def page(
        self, wanted: AuditFilter, *, before: int | None = None, limit: int = 50
    ) -> tuple[AuditEntry, ...]:
        latest = [one for one in reversed(self._entries) if before is None or one.number < before]
        return tuple(one for one in latest if _matches(one, wanted))[:limit]

    def count_refused(self, hour: datetime, operation: str, doubt: Doubt) -> None:
        key = (hour, operation, doubt.value)
        self._refused[key] = self._refused.get(key, 0) + 1

    def refused(self, *, since: datetime) -> tuple[RefusedCount, ...]:
        return tuple(
            RefusedCount(hour=hour, operation=operation, doubt=Doubt(doubt), count=count)
            for (hour, operation, doubt), count in sorted(self._refused.items())
            if hour >= since
        )


def _matches(entry: AuditEntry, wanted: AuditFilter) -> bool:
    names = ("who", "operation", "plan_id", "patient_id", "outcome")
    return (
        all(getattr(wanted, name) in (None, getattr(entry, name)) for name in names)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
    )
