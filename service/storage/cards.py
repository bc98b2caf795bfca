"""Cards that were shown, as rows of ids; what was answered to them is sealed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from service.ports.cards import CardAnswer, CardOutcome, ShownCard
from service.ports.storage import Unknown
from service.storage import rows
from service.storage.database import insert_new
from service.storage.sealing import Sealer
from service.storage.tables import card_answers, cards


class SqlCards:
    """`service.ports.cards.Cards` in tables."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def shown(self, cards_: Iterable[ShownCard]) -> None:
        """Keep that cards were shown; one that was shown before keeps its first moment."""
        for one in cards_:
            insert_new(self._connection, cards, {name: getattr(one, name) for name in ShownCard.__slots__})

    def get(self, card_id: str) -> ShownCard:
        """Return a card; raises `Unknown`."""
        row = self._connection.execute(select(cards).where(cards.c.id == card_id)).one_or_none()
        if row is None:
            raise Unknown("card", card_id)
        return ShownCard(**row._mapping)

    def answer(self, answer: CardAnswer) -> None:
        """Keep an answer; the same one again changes nothing."""
        row = {name: getattr(answer, name) for name in CardAnswer.__slots__}
        insert_new(self._connection, card_answers, rows.sealed(self._sealer, card_answers, row))

    def answers(self, card_id: str) -> tuple[CardAnswer, ...]:
        """Return the answers to a card, oldest first."""
        mine = select(card_answers).where(card_answers.c.card_id == card_id)
        found = self._connection.execute(mine.order_by(card_answers.c.answered_at, card_answers.c.id))
        return tuple(self._answer(row) for row in found)

    def _answer(self, row: Row[Any]) -> CardAnswer:
        held = rows.opened(self._sealer, card_answers, row)
        return CardAnswer(**held | {"outcome": CardOutcome(row.outcome)})
