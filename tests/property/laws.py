"""The laws of the sync, asked of a clinic: at any instant, after a pass in peace, and once both are quiet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.subjects import patients_of
from service.mapping.references import Key
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import LinkState
from service.sync.fingerprint import same
from service.sync.questions import Answer
from service.sync.reconciliation import Cause
from service.sync.report import Done
from tests.property.two_sided import FIELDS, Field
from tests.scenarios.clinic import Clinic, ours

# What a pass names again each time as not in the chart, because this server does not take it.
_TOLD = frozenset({Done.NOT_KEPT, Done.MANUAL_ENTRY})
_ENDED = frozenset({"stopped", "completed", "cancelled", "revoked"})


class Broken(AssertionError):
    """A law does not hold."""


@dataclass(slots=True)
class Laws:
    """What was said on each side and has not come out yet, and whether all of it is somewhere.

    `unknown` are the extensions that somebody keeps in the chart, `added_there` the goals that somebody set
    there, by address.
    """

    clinic: Clinic
    said_here: dict[str, Any] = field(default_factory=dict)
    said_there: dict[str, Any] = field(default_factory=dict)
    unknown: set[tuple[Key, str]] = field(default_factory=set)
    added_there: list[str] = field(default_factory=list)
    broken: bool = False
    _looked_at: int = 0
    _statuses: dict[str, str] = field(default_factory=dict)

    def at_any_instant(self) -> None:
        """Nothing twice, one patient, nothing reopened, nothing deleted, never two orders of one line."""
        held = self.clinic.all()
        names = [(one["resourceType"], name) for one in held for name in ours(one)]
        self.demand(len(names) == len(set(names)), "something is in the chart twice")
        self.demand(len({one for each in held for one in patients_of(each)}) <= 1, "two patients in a chart")
        running = [one for one in held if (one["resourceType"], one.get("status")) == _RUNNING]
        self.demand(len(running) <= 1, "two versions of one medication run")
        self._look_at_new_versions()

    def _look_at_new_versions(self) -> None:
        history = list(self.clinic.store.history())[::-1]
        for version in history[self._looked_at :]:
            self.demand(version.body is not None, f"{version.kind}/{version.id} was deleted")
            name = f"{version.kind}/{version.id}"
            body = version.body or {}
            now = str(body.get("lifecycleStatus") or body.get("status"))
            reopened = self._statuses.get(name) in _ENDED and now not in _ENDED
            self.demand(not reopened, f"{name} had ended and was reopened")
            self._statuses[name] = now
        self._looked_at = len(history)

    def after_a_pass_in_peace(self) -> None:
        """No edit is lost, what nobody knows stays, and what is called in step is so."""
        self._no_edit_is_lost()
        self._no_addition_goes_unseen()
        self._unknown_survives()
        self._status_is_honest()

    def once_both_are_quiet(self) -> None:
        """A pass writes nothing on either side, and both say the same, but for what a server cannot take."""
        number = self.clinic.editor.expected
        report = self.clinic.sync()
        self.demand(report.writes == 0, "a pass over two quiet sides writes into the chart")
        self.demand(self.clinic.editor.expected == number, "a pass over two quiet sides writes the plan")
        self.after_a_pass_in_peace()
        waiting = {(one.resource_type, one.item_id) for one in self.clinic.inbox}
        told = {(one.key.type, one.key.item) for one in report.items if one.done in _TOLD}
        names = {name for held in self.clinic.all("Goal") for name in ours(held)}
        theirs = {("Goal", item) for item in self.taken_up().values()}
        settled = waiting | told | theirs | self._noted_as_gone()
        made = {goal.id for goal in self.clinic.head().goals if ("Goal", goal.id) not in settled}
        self.demand(made <= names, "a new goal of the plan is not in the chart")
        for name, one in FIELDS.items():
            if (one.key.type, one.key.item) not in waiting | told:
                here, there = self._both(one)
                self.demand(here == there, f"{name}: {here} here and {there} there")
        words = {goal.id: goal.description for goal in self.clinic.head().goals}
        for address, item in self.taken_up().items():
            said = (self.clinic.ask("GET", address).body or {}).get("description", {}).get("text")
            agrees = words[item] == said or ("Goal", item) in waiting | told
            self.demand(agrees, f"{address} says {said}, and the plan {words[item]}")

    def taken_up(self) -> dict[str, str]:
        """Return the goals of the plan that somebody set in the chart, by address."""
        linked = {
            f"{one.resource_type}/{one.remote_id}": one.item_id
            for one in self.clinic.storage.kept.ledger.values()
        }
        held = {goal.id for goal in self.clinic.head().goals}
        return {address: linked[address] for address in self.added_there if linked.get(address) in held}

    def _noted_as_gone(self) -> set[tuple[str, str]]:
        """Return what was told as gone and not made again: that is done only when somebody asks for it."""
        items = self.clinic.storage.kept.inbox.values()
        gone = (one for one in items if one.cause == Cause.VANISHED and not one.choices)
        return {(one.resource_type, one.item_id) for one in gone}

    def seen_by_now(self, name: str) -> None:
        """Forget what has come out on the other side: whoever writes there now has read it."""
        here, there = self._both(FIELDS[name])
        for said, other in ((self.said_here, there), (self.said_there, here)):
            if said.get(name) == other:
                said.pop(name, None)

    def decided(self, item: InboxItem) -> None:
        """A decision on record replaces what was said of its resource."""
        for said in (self.said_here, self.said_there):
            for name in [name for name in said if FIELDS[name].key.item == item.item_id]:
                del said[name]

    def demand(self, holds: bool, complaint: str) -> None:
        """Raise `Broken` unless something holds."""
        if not holds:
            self.broken = True
            raise Broken(complaint)

    def _both(self, one: Field) -> tuple[Any, Any]:
        return one.here(self.clinic.head()), one.there(self.clinic.of(one.key))

    def _state(self, key: Key) -> LinkState | None:
        entry = self.clinic.entry(key)
        return entry.state if entry is not None else None

    def _no_edit_is_lost(self) -> None:
        items = self.clinic.storage.kept.inbox.values()
        shown = [part for item in items for part in _resources_in(list(item.content.values()))]
        for name, value in list(self.said_here.items()):
            here, there = self._both(FIELDS[name])
            not_kept = here == value and self._state(FIELDS[name].key) is LinkState.NOT_KEPT
            somewhere = not_kept or value in (there, *_seen(name, shown))
            self.demand(somewhere, f"our {name} is lost: {value}, not {there}")
            if value == there:
                del self.said_here[name]  # it came out: whoever changes it from now on has seen it
        for name, value in list(self.said_there.items()):
            here, _ = self._both(FIELDS[name])
            self.demand(value in (here, *_seen(name, shown)), f"their {name} is lost: {value}, not {here}")
            if value == here:
                del self.said_there[name]

    def _no_addition_goes_unseen(self) -> None:
        """Each goal of the chart's own is in the plan, or offered, or somebody left it to the chart."""
        items = self.clinic.storage.kept.inbox.values()
        offers = [one for one in items if one.cause == Cause.EXISTS_THERE]
        waiting = {name for one in offers if one.state is not ItemState.CLOSED for name in one.groups}
        declined = {name for one in offers for name, said in one.choices.items() if said == Answer.DECLINE}
        for address in self.added_there:
            seen = address in waiting | declined | self.taken_up().keys()
            self.demand(seen, f"{address} was set in the chart, and nobody of the plan hears of it")

    def _unknown_survives(self) -> None:
        for key, url in self.unknown:
            urls = {one["url"] for one in self.clinic.of(key).get("extension", [])}
            self.demand(url in urls, f"what somebody keeps beside {key} is gone")

    def _status_is_honest(self) -> None:
        for entry in self.clinic.storage.kept.ledger.values():
            if entry.state is LinkState.IN_SYNC:
                address = f"{entry.resource_type}/{entry.remote_id}"
                held = self.clinic.ask("GET", address).body or {}
                there = entry.agreed_theirs is not None and same(held, entry.agreed_theirs)
                self.demand(there, f"{address} is called in step and is not as agreed")
        for name, one in FIELDS.items():
            if self._state(one.key) is LinkState.IN_SYNC:
                here, there = self._both(one)
                self.demand(here == there, f"{name} is called in step: {here} here and {there} there")


_RUNNING = ("MedicationRequest", "active")


def _resources_in(parts: list[Any]) -> Iterator[JsonObject]:
    """Each resource among what an item shows; a question holds its candidates by their address."""
    for part in parts:
        if isinstance(part, dict) and "resourceType" in part:
            yield part
        elif isinstance(part, dict):
            yield from _resources_in(list(part.values()))


def _seen(name: str, shown: list[JsonObject]) -> list[Any]:
    """What the inbox has shown of a field, decided or not."""
    one = FIELDS[name]
    return [
        one.there(part)
        for part in shown
        if part["resourceType"] == one.key.type and one.key.item in ours(part)
    ]
