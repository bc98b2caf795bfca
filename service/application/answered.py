"""What people answered to questions about links: kept with the items of the inbox, closed ones too."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from service.application.inbox import ACKNOWLEDGED
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Storage
from service.sync.merge import Choice
from service.sync.questions import Answer, Question, still_shown
from service.sync.reconciliation import Cause


@dataclass(frozen=True, slots=True)
class Answered:
    """`service.sync.questions.Answers` of one plan, out of its inbox."""

    connection_id: str
    plan_id: str
    storage: Storage

    def declined(self, key: Key, cause: Cause) -> Set[str]:
        """Return the addresses that somebody declined, or said that the plan stands, however long ago."""
        return {
            address
            for item in self._items(key, cause)
            for address, choice in item.choices.items()
            if choice in (Answer.DECLINE, Choice.OURS)
        }

    def confirmed(self, question: Question) -> Set[str]:
        """Return the addresses that somebody confirmed as they are shown now."""
        return {
            address
            for item in self._items(question.key, question.cause)
            for address, choice in item.choices.items()
            if item.state is ItemState.DECIDED
            and choice == Answer.CONFIRM
            and still_shown(item.content, question, address)
        }

    def noted(self, key: Key, cause: Cause) -> bool:
        """Tell whether somebody took note of it."""
        return any(item.outcome == ACKNOWLEDGED for item in self._items(key, cause))

    def noted_as_shown(self, question: Question) -> bool:
        """Tell whether somebody took note of what is shown, and it has not changed since."""
        return any(
            item.outcome == ACKNOWLEDGED
            and all(still_shown(item.content, question, one) for one in question.candidates)
            for item in self._items(question.key, question.cause)
        )

    def noted_contents(self, key: Key, cause: Cause) -> tuple[JsonObject, ...]:
        """Return all that was shown of it, of which somebody took note."""
        return tuple(one.content for one in self._items(key, cause) if one.outcome == ACKNOWLEDGED)

    def told(self, key: Key, cause: Cause) -> bool:
        """Tell whether it waits for somebody, or somebody took note of it."""
        items = self._items(key, cause)
        return any(item.state is not ItemState.CLOSED or item.outcome == ACKNOWLEDGED for item in items)

    def asked_again(self, key: Key) -> bool:
        """Tell whether somebody asked to have made again what the chart lost."""
        return any(item.state is ItemState.DECIDED for item in self._items(key, Cause.VANISHED))

    def _items(self, key: Key, cause: Cause) -> Iterator[InboxItem]:
        with self.storage.begin(write=False) as work:
            found = work.inbox.of_item(self.connection_id, key.item)
        for item in found:
            if (item.resource_type, item.cause, item.plan_id) == (key.type, cause.value, self.plan_id):
                yield item
