"""The tokens that were given out, each with the digest of its secret."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from service.ports.access import Role, Token
from service.ports.storage import Taken, Unknown
from service.storage.database import insert_new
from service.storage.tables import tokens

_COLUMNS = tuple(one.name for one in fields(Token))


class SqlTokens:
    """`service.ports.access.Tokens` in a table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token: Token) -> None:
        """Keep a new token; raises `Taken` when its id or its name was ever in use."""
        if not insert_new(self._connection, tokens, {name: getattr(token, name) for name in _COLUMNS}):
            raise Taken("token", token.name)

    def get(self, token_id: str) -> Token:
        """Return a token; raises `Unknown`."""
        row = self._connection.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()
        if row is None:
            raise Unknown("token", token_id)
        return _token(row)

    def all(self) -> tuple[Token, ...]:
        """Return every token, by name."""
        return tuple(_token(row) for row in self._connection.execute(select(tokens).order_by(tokens.c.name)))

    def revoke(self, token_id: str, at: datetime) -> Token:
        """Revoke a token and return it; one that is revoked keeps its first moment; raises `Unknown`."""
        first = func.coalesce(tokens.c.revoked_at, at)
        self._connection.execute(update(tokens).where(tokens.c.id == token_id).values(revoked_at=first))
        return self.get(token_id)


def _token(row: Row[Any]) -> Token:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Token(**values | {"role": Role(row.role)})
