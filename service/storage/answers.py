"""Answers kept under Idempotency-Keys; their content is patient data, all else is not."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from service.fhir.json import JsonObject
from service.ports.answers import Asked, KeptAnswer
from service.storage import rows
from service.storage.database import insert_into
from service.storage.sealing import Sealer
from service.storage.tables import answers

_AT_ONCE = 100


class SqlAnswers:
    """`service.ports.answers.Answers` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def find(self, asked: Asked, *, now: datetime) -> KeptAnswer | None:
        """Return the answer that is kept under the key, whatever the request was."""
        wanted = select(answers).where(answers.c.id == _id(asked), answers.c.expires_at > now)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else self._answer(row)

    def reserve(self, asked: Asked, *, now: datetime, until: datetime) -> KeptAnswer | None:
        """Take the key for this unit of work and return None, or return the answer that is kept under it."""
        self._forget(now)
        fresh = {"asked_at": now, "expires_at": until, "content": None}
        # One statement, so that of two requests at once the second waits for the first one's commit.
        taken = (
            insert_into(self._connection, answers)
            .values(id=_id(asked), principal=asked.principal, operation=asked.operation, **fresh)
            .on_conflict_do_update(index_elements=["id"], set_=fresh, where=answers.c.expires_at <= now)
            .returning(answers.c.id)
        )
        if self._connection.execute(taken).first() is not None:
            return None
        return self.find(asked, now=now)

    def keep(self, asked: Asked, answer: KeptAnswer) -> None:
        """Keep the answer under the key that this unit of work has reserved."""
        sealed = rows.sealed(self._sealer, answers, {"id": _id(asked), "content": _content(answer)})
        self._connection.execute(update(answers).where(answers.c.id == _id(asked)).values(sealed))

    def _answer(self, row: Row[Any]) -> KeptAnswer:
        said = rows.opened(self._sealer, answers, row)["content"]
        return KeptAnswer(
            fingerprint=said["fingerprint"],
            status=said["status"],
            headers=tuple((name, value) for name, value in said["headers"]),
            body=said["body"],
        )

    def _forget(self, now: datetime) -> None:
        """Delete some of what has expired; rows that another unit of work deletes are left to it."""
        over = select(answers.c.id).where(answers.c.expires_at <= now).limit(_AT_ONCE)
        self._connection.execute(
            delete(answers).where(answers.c.id.in_(over.with_for_update(skip_locked=True)))
        )


def _id(asked: Asked) -> str:
    # The key is the client's text and might name somebody: only its digest is kept.
    return sha256("\n".join((asked.principal, asked.operation, asked.key)).encode()).hexdigest()


def _content(answer: KeptAnswer) -> JsonObject:
    return {
        "fingerprint": answer.fingerprint,
        "status": answer.status,
        "headers": [list(one) for one in answer.headers],
        "body": answer.body,
    }
