"""Cards and sightings in memory, as `service.ports.cards.Cards` and `service.ports.sightings.Sightings`."""

from collections.abc import Iterable

from service.ports.cards import CardAnswer, ShownCard
from service.ports.sightings import Sighting
from service.ports.storage import Unknown


class MemoryCards:
    def __init__(self, cards: dict[str, ShownCard], answers: dict[str, CardAnswer]) -> None:
        self._cards = cards
        self._answers = answers

    def shown(self, cards: Iterable[ShownCard]) -> None:
        for one in cards:
            self._cards.setdefault(one.id, one)

    def get(self, card_id: str) -> ShownCard:
        if card_id not in self._cards:
            raise Unknown("card", card_id)
        return self._cards[card_id]

    def answer(self, answer: CardAnswer) -> None:
        self._answers.setdefault(answer.id, answer)

    def answers(self, card_id: str) -> tuple[CardAnswer, ...]:
        found = [one for one in self._answers.values() if one.card_id == card_id]
        return tuple(sorted(found, key=lambda one: (one.answered_at, one.id)))


class MemorySightings:
    def __init__(self, kept: dict[tuple[str, str, str], Sighting]) -> None:
        self._kept = kept

    def put(self, sighting: Sighting) -> None:
        place = (sighting.plan_id, sighting.who, sighting.item_id)
        held = self._kept.get(place)
        if held is None or held.revision <= sighting.revision:
            self._kept[place] = sighting

    def of_plan(self, plan_id: str) -> tuple[Sighting, ...]:
        found = [one for one in self._kept.values() if one.plan_id == plan_id]
        return tuple(sorted(found, key=lambda one: (one.who, one.item_id)))
