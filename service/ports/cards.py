"""Cards that an EHR was shown (CDS Hooks), and what people answered to them there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.fhir.json import JsonObject


class CardOutcome(StrEnum):
    """What became of a card, as CDS Hooks 2.0 has it."""

    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """A card that was shown: `finding` is the finding's key, `rule` the name of its rule."""

    id: str
    plan_id: str
    rule: str
    finding: str
    shown_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAnswer:
    """What somebody answered; `content` has the reason and the comment, as the EHR sent them."""

    id: str
    card_id: str
    outcome: CardOutcome
    answered_at: datetime
    content: JsonObject


class Cards(Protocol):
    """The cards of every plan."""

    def shown(self, cards: Iterable[ShownCard]) -> None:
        """Keep that cards were shown; one that was shown before keeps its first moment."""

    def get(self, card_id: str) -> ShownCard:
        """Return a card; raises `Unknown`."""

    def answer(self, answer: CardAnswer) -> None:
        """Keep an answer; the same one again changes nothing."""

    def answers(self, card_id: str) -> tuple[CardAnswer, ...]:
        """Return the answers to a card, oldest first."""
